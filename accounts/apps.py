from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for second factors that are shown, and for accounts that are deleted."""
        from accounts import leaving, second_factor  # noqa: F401
        from accounts.late import put_off

        # Used only while a passkey is shown or added; with it come a cryptographic library and a
        # list of all public suffixes.
        put_off("allauth.mfa.webauthn.internal.auth")
