"""What an answer needs when htmx asked for it."""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect


class ExpiredSessionMiddleware:
    """Leads a reader whose session has ended to sign in, and back to the page they were on.

    htmx would follow the redirect to the sign-in page and swap that into the page; and its `next`
    names the address that htmx asked, which may well be one that only takes a POST.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a redirect to sign-in becomes one of the whole page."""
        response = self.get_response(request)
        if not request.htmx or response.status_code != 302:  # type: ignore[attr-defined]
            return response
        sign_in = resolve_url(settings.LOGIN_URL)
        if urlsplit(response["Location"]).path != sign_in:
            return response
        page = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        query = f"?{urlencode({REDIRECT_FIELD_NAME: page})}" if page else ""
        return HttpResponseClientRedirect(sign_in + query)
