"""Link checks: what became of the addresses of the canon when they were last tried."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.validators import URLValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Failures, each on a day of its own, after which a link is called dead.
FAILURES_OF_THE_DEAD = 3
# An address is tried once a day. Somewhat less, so that a nightly run may begin a little earlier.
FRESH_FOR = datetime.timedelta(hours=20)


class Outcome(models.TextChoices):
    """What trying an address came to."""

    WORKS = "works", _("works")
    GONE = "gone", _("not found")
    SERVER_ERROR = "server_error", _("server error")
    TIMED_OUT = "timed_out", _("no answer in time")
    UNREACHABLE = "unreachable", _("cannot be reached")
    LOOPS = "loops", _("redirects without end")
    # The three below say nothing about what a reader would see.
    BLOCKED = "blocked", _("refuses programs")
    DISALLOWED = "disallowed", _("robots.txt asks not to")
    REFUSED = "refused", _("leads into a private network")


FAILURES = {
    Outcome.GONE,
    Outcome.SERVER_ERROR,
    Outcome.TIMED_OUT,
    Outcome.UNREACHABLE,
    Outcome.LOOPS,
}


@dataclass(frozen=True)
class Finding:
    """What one try of an address came to."""

    outcome: Outcome
    # Of the last answer; None if there was none.
    status: int | None = None
    # Where the address has moved for good; empty if it has not.
    moved_to: str = ""


class LinkCheckQuerySet(models.QuerySet["LinkCheck"]):
    """Words for choosing link checks."""

    def dead(self) -> LinkCheckQuerySet:
        """Keep the addresses that failed on three days without working in between."""
        return self.filter(failures__gte=FAILURES_OF_THE_DEAD)

    def failing(self) -> LinkCheckQuerySet:
        """Keep the addresses that have failed since they last worked, dead or not."""
        return self.filter(failures__gt=0)

    def due(self, now: datetime.datetime | None = None) -> LinkCheckQuerySet:
        """Keep what has not been tried within a day of `now`, what waits longest first."""
        before = (now or timezone.now()) - FRESH_FOR
        never = Q(last_checked_at=None)
        return self.filter(never | Q(last_checked_at__lte=before)).in_turn()

    def in_turn(self) -> LinkCheckQuerySet:
        """Sort by when an address was last tried, those never tried first."""
        return self.order_by(models.F("last_checked_at").asc(nulls_first=True), "pk")

    def moved(self) -> LinkCheckQuerySet:
        """Keep the addresses that have moved for good, but those that are only remembered."""
        from canon.models.items import Item
        from canon.models.parts import Link

        links = Link.objects.filter(url=OuterRef("address"))
        remembered = Exists(links.filter(kind=Link.Kind.EARLIER_ADDRESS))
        used = Exists(links.exclude(kind=Link.Kind.EARLIER_ADDRESS)) | Exists(
            Item.objects.filter(url=OuterRef("address"))
        )
        return self.exclude(moved_to="").filter(~remembered | used)

    @transaction.atomic
    def record(
        self, address: str, finding: Finding, at: datetime.datetime | None = None
    ) -> LinkCheck:
        """Keep what trying `address` at a moment, by default now, came to; return its row."""
        self.get_or_create(address=address)
        check = self.select_for_update().get(address=address)
        check.record(finding, at or timezone.now())
        return check


LinkCheckManager = models.Manager.from_queryset(LinkCheckQuerySet)


class LinkCheck(models.Model):
    """One address of the canon, and how it fared; items and links that share it share the row."""

    address = models.URLField(
        _("address"),
        max_length=500,
        unique=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    last_checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices, blank=True)
    status = models.PositiveSmallIntegerField(_("status code"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(
        _("failures"), default=0, help_text=_("Days on which it failed since it last worked.")
    )
    first_failed_on = models.DateField(_("failing since"), null=True, blank=True)
    last_failed_on = models.DateField(_("last failed on"), null=True, blank=True)
    last_worked_on = models.DateField(_("last worked on"), null=True, blank=True)
    moved_to = models.URLField(_("moved for good to"), max_length=500, blank=True)

    objects = LinkCheckManager()

    class Meta:
        verbose_name = _("link check")
        verbose_name_plural = _("link checks")
        ordering: ClassVar = ["-failures", "address"]

    def __str__(self) -> str:
        return self.address

    @property
    def is_dead(self) -> bool:
        """Whether the address failed on three days without working in between."""
        return self.failures >= FAILURES_OF_THE_DEAD

    def record(self, finding: Finding, at: datetime.datetime) -> None:
        """Keep what trying the address at `at` came to, and save.

        Failures of one day count once; days are those of UTC. What says nothing about the link,
        such as a robots.txt that forbids it, leaves the count as it is.
        """
        day = at.astimezone(datetime.UTC).date()
        self.last_checked_at = at
        self.outcome = finding.outcome
        self.status = finding.status
        if finding.outcome == Outcome.WORKS:
            self.failures = 0
            self.first_failed_on = self.last_failed_on = None
            self.last_worked_on = day
            self.moved_to = finding.moved_to
        elif finding.outcome in FAILURES and day != self.last_failed_on:
            self.failures += 1
            self.first_failed_on = self.first_failed_on or day
            self.last_failed_on = day
        self.save()


class Addressed:
    """What has an address that may be dead; readers are then shown an archived copy."""

    url: Any

    # Annotated by `death_of`: since when a dead address fails, and when it last worked.
    dead_since: datetime.date | None = None
    last_worked_on: datetime.date | None = None

    @property
    def archive_year(self) -> int | None:
        """The year of which a copy is wanted where no better day is known."""
        return None

    @property
    def archived_copy(self) -> str:
        """The address of the Wayback Machine's copy of a dead address; empty for others."""
        if self.dead_since is None:
            return ""
        day = self.last_worked_on
        if day is None:
            year = self.archive_year
            day = datetime.date(year, 12, 31) if year else self.dead_since
        return f"https://web.archive.org/web/{day:%Y%m%d}/{self.url}"


def death_of(field: str) -> dict[str, Subquery]:
    """Return what to annotate so that `archived_copy` knows; `field` holds the address."""
    dead = LinkCheck.objects.dead().filter(address=OuterRef(field))
    return {
        "dead_since": Subquery(dead.values("first_failed_on")),
        "last_worked_on": Subquery(dead.values("last_worked_on")),
    }
