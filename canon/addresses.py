"""Addresses that come from outside."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the address in the field `next` of a form or query, if it is one of this site.

    Anything else, and nothing, gives `default`: a form must not send a reader elsewhere.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    host = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, host, require_https=request.is_secure()):
        return wanted
    return default
