"""A code of an authenticator app is taken once, as RFC 6238 has it in section 5.2.

allauth remembers a used code for one of the app's periods. With MFA_TOTP_TOLERANCE it takes each
for longer than that, and does not remember the one that the app was set up with at all. These are
its own forms, which settings name in MFA_FORMS, with a longer memory.
"""

from allauth.mfa import app_settings
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.core.cache import cache

from accounts.models import User


def key_of(user: User, code: str) -> str:
    """Return where the cache remembers a code, which people also type with a blank in it."""
    digits = "".join(filter(str.isdigit, code))
    return f"accounts.app_code?user={user.pk}&code={digits}"


def remember(user: User, code: str) -> None:
    """Remember for as long as allauth would take it that a code was used."""
    periods = 2 * app_settings.TOTP_TOLERANCE + 1
    cache.set(key_of(user, code), "used", timeout=periods * app_settings.TOTP_PERIOD)


class OnceMixin:
    """Takes a code of an app once. Two requests at the same moment allauth tells apart itself."""

    user: User
    authenticator: Authenticator
    cleaned_data: dict[str, str]

    def clean_code(self) -> str:
        """Return the code; one that was used is refused like any wrong one, and counted as such."""
        if cache.get(key_of(self.user, self.cleaned_data["code"])):
            self.cleaned_data["code"] = ""
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            remember(self.user, code)
        return code


class AuthenticateOnceForm(OnceMixin, AuthenticateForm):  # type: ignore[misc]  # no types
    """The second step of signing in."""


class ReauthenticateOnceForm(OnceMixin, ReauthenticateForm):  # type: ignore[misc]
    """Proving that it is still the same person."""


class ActivateOnceForm(ActivateTOTPForm):  # type: ignore[misc]
    """Setting up an app, by a code that is used up thereby."""

    def clean_code(self) -> str:
        """Return the code, and remember it."""
        code: str = super().clean_code()
        remember(self.user, code)
        return code
