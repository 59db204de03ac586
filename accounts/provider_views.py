"""Signing in through Google, GitHub or an OpenID Connect provider.

A provider knows one address to come back to, so that it carries no language. The language of the
page one left from is kept in the session meanwhile.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation

from accounts.guesses import guess_language

View = Callable[..., HttpResponse]

LANGUAGE_KEY = "language_at_sign_in"


def configured(view: View) -> View:
    """Return `view`, so that a provider nobody has configured is not found."""

    @wraps(view)
    def find_provider(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except SocialApp.DoesNotExist as missing:
            raise Http404 from missing

    return find_provider


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


google_login = configured(leaving(google.oauth2_login))
google_callback = configured(returning(google.oauth2_callback))
github_login = configured(leaving(github.oauth2_login))
github_callback = configured(returning(github.oauth2_callback))
openid_connect_login = configured(leaving(openid_connect.login))
openid_connect_callback = configured(returning(openid_connect.callback))
