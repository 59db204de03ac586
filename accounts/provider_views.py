"""Signing in through Google, GitHub or an OpenID Connect provider.

A provider knows one address to come back to, so that it carries no language. The language of the
page one left from is kept in the session meanwhile.

The addresses are there whether their providers are configured or not; only what is configured is
loaded.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from accounts.guesses import guess_language

View = Callable[..., HttpResponse]

LANGUAGE_KEY = "language_at_sign_in"


def configured(provider: str, view: View) -> View:
    """Return `view` of a provider, which is not found where nobody has configured it."""

    @wraps(view)
    def find_provider(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if provider not in settings.SOCIALACCOUNT_PROVIDERS:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except SocialApp.DoesNotExist as missing:
            raise Http404 from missing

    return find_provider


def of_allauth(provider: str, name: str) -> View:
    """Return the view of allauth that has this name, which is loaded when it is asked."""

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        views = import_module(f"allauth.socialaccount.providers.{provider}.views")
        answer: HttpResponse = getattr(views, name)(request, *args, **kwargs)
        return answer

    return view


def leaving(view: View) -> View:
    """Return `view`, which leads to a provider, so that it keeps the language of the page."""

    @wraps(view)
    def keep_language(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.session[LANGUAGE_KEY] = guess_language()
        return view(request, *args, **kwargs)

    return keep_language


def returning(view: View) -> View:
    """Return `view`, to which a provider leads back, so that it answers in the kept language."""

    @wraps(view)
    def restore_language(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Activated, not overridden: a template response is rendered after the view.
        translation.activate(request.session.pop(LANGUAGE_KEY, guess_language()))
        request.LANGUAGE_CODE = translation.get_language()
        return view(request, *args, **kwargs)

    return restore_language


def to_provider(provider: str, name: str) -> View:
    """Return the view that leads to a provider."""
    return configured(provider, leaving(of_allauth(provider, name)))


def from_provider(provider: str, name: str) -> View:
    """Return the view to which a provider leads back."""
    return configured(provider, returning(of_allauth(provider, name)))


google_login = to_provider("google", "oauth2_login")
google_callback = from_provider("google", "oauth2_callback")
github_login = to_provider("github", "oauth2_login")
github_callback = from_provider("github", "oauth2_callback")
openid_connect_login = to_provider("openid_connect", "login")
openid_connect_callback = from_provider("openid_connect", "callback")
