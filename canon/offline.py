"""What a browser may keep for when it has no network, and whose it is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

GUEST = "guest"
# The service worker keeps a page that carries it, for the reader it names, and no other page.
HEADER = "Canon-Reader"

View = Callable[..., HttpResponse]


def reader_key(request: HttpRequest) -> str:
    """Return what stands for the reader in their browser's storage, and says nothing of them.

    It is the same at every sign-in, so that marks made offline can wait for one.
    """
    if not request.user.is_authenticated:
        return GUEST
    return salted_hmac("canon.offline.reader", str(request.user.pk)).hexdigest()[:20]


def kept_offline(view: View) -> View:
    """Let the reader's browser keep the pages of `view` for when it has no network."""

    @wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response[HEADER] = reader_key(request)
        return response

    return kept
