"""Pages that all guests share: compressed once, but for the token of their forms.

Who comes for the first time waits for the network more than for anything else. What they get is the
same for all of them, so that it is worth being compressed as far as it goes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import wraps
from threading import Lock

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers
from django.utils.crypto import get_random_string
from django.utils.translation import get_language

from canon.compression import ACCEPTS_BROTLI, Mould
from canon.editions import edition_of
from canon.freshness import release

View = Callable[..., HttpResponse]

# The cookies of who has been here, with whom no page is shared, and those that change the page.
OWN = (settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name)
CHOICES = ("theme", "shortcuts", "welcomed")
# A page for each language, theme and choice of keys, at a few addresses of the site.
MOST_KEPT = 64
ATTEMPTS = 5


def is_shared(request: HttpRequest) -> bool:
    """Tell whether the answer to `request` is the same for every guest."""
    return (
        not settings.DEBUG
        and not request.META.get("QUERY_STRING")
        and not any(name in request.COOKIES for name in OWN)
        and not request.htmx  # type: ignore[attr-defined]
        and bool(ACCEPTS_BROTLI.search(request.META.get("HTTP_ACCEPT_ENCODING", "")))
    )


def key_of(request: HttpRequest) -> Hashable:
    """Return what tells one shared page from another."""
    choices = tuple(request.COOKIES.get(name, "") for name in CHOICES)
    where = (request.scheme, request.get_host(), request.path)
    return (release(), edition_of(request).stamp, get_language(), where, choices)


def shared_by_guests(view: View) -> View:
    """Answer guests from what was made for the first of them, as long as the canon is the same."""
    moulds: dict[Hashable, Mould | None] = {}
    lock = Lock()

    @wraps(view)
    def shared(request: HttpRequest) -> HttpResponse:
        if not is_shared(request):
            return view(request)
        key = key_of(request)
        if mould := moulds.get(key):
            response = HttpResponse(mould.fill(get_token(request).encode()))
            response.headers["Content-Encoding"] = "br"
            patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
            return response
        response = view(request)
        # One makes it; whoever asks meanwhile gets a page of their own.
        if key not in moulds and response.status_code == 200 and lock.acquire(blocking=False):
            try:
                if len(moulds) >= MOST_KEPT:
                    moulds.clear()
                moulds[key] = make_mould(response)
            finally:
                lock.release()
        return response

    return shared


def make_mould(response: HttpResponse) -> Mould | None:
    """Return the mould of a page; None if its token cannot be changed.

    With one word in eight the compressor finds a piece of it elsewhere on the page, and weaves it
    in: then another word stands for the token.
    """
    token = response.content.partition(b'name="csrfmiddlewaretoken" value="')[2][:64]
    word = token
    for _attempt in range(ATTEMPTS):
        try:
            return Mould(response.content.replace(token, word), word)
        except ValueError:
            word = get_random_string(len(token)).encode()
    return None
