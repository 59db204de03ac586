"""How allauth makes readers and writes to them."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils import timezone, translation

from accounts.guesses import guess_language, guess_time_zone
from accounts.models import User

logger = logging.getLogger(__name__)


def find_reader(email: str) -> User | None:
    """Return the reader an address belongs to, if there is one."""
    address = email.lower()
    return User.objects.filter(Q(email=address) | Q(emailaddress__email=address)).first()


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter, with the reader's own language and time zone."""

    def new_user(self, request: HttpRequest) -> User:
        """Return an unsaved reader, however they sign up, with what their browser tells."""
        return User(language=guess_language(), time_zone=guess_time_zone(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where a sign-in leads that came from nowhere: home, in the reader's language."""
        language = getattr(request.user, "language", guess_language())
        with translation.override(language):
            return str(super().get_login_redirect_url(request))

    def send_account_already_exists_mail(self, email: str) -> None:
        """Write to a reader whose address was used to sign up once more.

        A new reader's password would be hashed now: so that the answer takes as long, this one is.
        """
        make_password(self.request.POST.get("password1"))
        super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write to `email` in the language and the time zone of the reader it belongs to.

        The language of the page serves for addresses that belong to nobody.
        """
        reader = context.get("user") or find_reader(email)
        language = reader.language if reader else guess_language()
        zone = reader.zone if reader else timezone.get_current_timezone()
        links: dict[str, str] = {
            name: translate_url(context[name], language)
            for name in ("password_reset_url", "signup_url")
            if name in context
        }
        with translation.override(language), timezone.override(zone):
            home = settings.SITE_URL + reverse("item_list")
            super().send_mail(template_prefix, email, {**context, **links, "home": home})

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell `user` by mail of a change to their account.

        The change is made by now: a mail server out of order is logged, and does not undo it.
        """
        context = {**(context or {}), "user": user}
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except OSError:
            logger.exception("The mail %s could not be sent.", template_prefix)
