"""The user: an e-mail address and a password, no user name."""

from __future__ import annotations

import datetime
import zoneinfo
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager, Group
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all time zones of the IANA database."""
    return frozenset(zoneinfo.available_timezones())


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a time zone of the IANA database."""
    if name not in time_zones():
        raise ValidationError(
            _("“%(name)s” is not a time zone."), code="time_zone", params={"name": name}
        )


validate_handle = RegexValidator(
    r"\A[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z",
    _("A handle has small letters a to z, digits, and hyphens between them."),
)

# The group of those who edit the canon; the app canon gives it its rights.
CURATORS = "Curators"

# Names in which somebody could pass for the site itself.
# fmt: off
RESERVED_HANDLES = frozenset({
    "about", "account", "accounts", "admin", "administrator", "api", "badge", "canon", "contact",
    "curator", "curators", "editor", "everyone", "help", "info", "login", "mail", "me",
    "moderator", "null", "official", "operator", "owner", "postmaster", "privacy", "root",
    "security", "settings", "signin", "signup", "staff", "status", "support", "system", "team",
    "undefined", "webmaster", "you",
})
# fmt: on


def validate_not_reserved(handle: str) -> None:
    """Raise ValidationError if `handle` could pass for the site itself."""
    if handle in RESERVED_HANDLES:
        raise ValidationError(_("This handle is reserved."), code="reserved")


class UserManager(BaseUserManager["User"]):
    """Makes users from an e-mail address."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user.

        `email` is any case, kept in lower case: two spellings of one mailbox are one reader.
        Without a `password` the user cannot sign in by password.
        Raises ValueError if `email` is empty.
        """
        if not (email or "").strip():
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Save and return a user with every right; takes and raises what `create_user` does.

        Whoever may call this runs the site, so that the address needs no further proof.
        """
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        addresses = user.emailaddress_set  # type: ignore[attr-defined]
        addresses.create(email=user.email, primary=True, verified=True)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the user of an e-mail address, in any case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractUser):
    """A person who signs in with an e-mail address."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system has it")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    shortcuts = models.BooleanField(
        _("keyboard shortcuts"),
        default=True,
        help_text=_("Single keys such as j, k and x. The ? key lists them."),
    )
    weekly_goal = models.PositiveSmallIntegerField(
        _("weekly goal"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Items to finish in a week; empty for none."),
    )
    handle = models.CharField(
        _("handle"),
        max_length=30,
        null=True,  # only so can many have none while no two share one
        blank=True,
        unique=True,
        validators=[validate_handle, validate_not_reserved],
        help_text=_("Your public page would be at /@handle/."),
        error_messages={"unique": _("This handle is taken.")},
    )
    is_public = models.BooleanField(
        _("public progress page"),
        default=False,
        help_text=_("Shows bars and finished titles to everyone; never your notes."),
    )
    news_seen_at = models.DateTimeField(editable=False, default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Keep the address in lower case, as `create_user` does."""
        super().clean()
        self.email = self.email.strip().lower()

    def get_full_name(self) -> str:
        """Return the address: it is the only name a user has."""
        return self.email

    def get_short_name(self) -> str:
        """Return the part of the address before the @."""
        return self.email.partition("@")[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The reader's time zone; UTC should the database of zones have dropped its name."""
        return zoneinfo.ZoneInfo(self.time_zone if self.time_zone in time_zones() else "UTC")

    @transaction.atomic
    def become_curator(self) -> None:
        """Let the user into the admin, with the rights of curators."""
        self.groups.add(Group.objects.get(name=CURATORS))
        self.is_staff = True
        self.save(update_fields=["is_staff"])

    @transaction.atomic
    def stop_curating(self) -> None:
        """Take the rights of curators; who has others in the admin keeps those."""
        self.groups.remove(*self.groups.filter(name=CURATORS))
        has_other_rights = self.groups.exists() or self.user_permissions.exists()
        self.is_staff = self.is_superuser or has_other_rights
        self.save(update_fields=["is_staff"])

    def today(self) -> datetime.date:
        """Return the date it is for the reader now."""
        return timezone.localdate(timezone=self.zone)
