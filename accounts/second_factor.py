"""Whether whoever is signed in has shown a second factor in this session."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from allauth.mfa.utils import is_mfa_enabled
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User

# Recovery codes replace one of these for once; alone they are none.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
SHOWN = "second_factor_shown"


def has_second_factor(user: Any) -> bool:
    """Tell whether a user has set up a passkey, or codes from an app."""
    return bool(is_mfa_enabled(user, FACTORS))


def shows_second_factor(request: HttpRequest) -> bool:
    """Tell whether the reader has one, and has shown it since they signed in."""
    return request.session.get(SHOWN) == request.user.pk and has_second_factor(request.user)


@receiver(authenticator_used)
def remember_use(request: HttpRequest, user: User, **_more: Any) -> None:
    """Remember that a passkey or a code was accepted: at sign-in, or when proving it is them."""
    request.session[SHOWN] = user.pk


@receiver(authenticator_added)
def remember_first(
    request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    """Remember that the first one was set up, which takes showing it.

    Another one can be set up with the password alone, and so proves nothing.
    """
    others = Authenticator.objects.filter(user=user, type__in=FACTORS).exclude(pk=authenticator.pk)
    if authenticator.type in FACTORS and not others.exists():
        request.session[SHOWN] = user.pk
