"""Reading: what a reader has marked, and the log of every change."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from canon.models.items import Item
from canon.models.prepared import Prepared

# The user model, which canon names only in settings.
Reader = Any


class Status(models.TextChoices):
    """What a reader has made of an item. No mark means unread."""

    QUEUED = "queued", _("Queued")
    READING = "reading", _("Reading")
    READ = "read", _("Read")
    SKIPPED = "skipped", _("Skipped")


# Where two marks of one item meet, the further one wins; skipping says least.
RANK = {"": 0, Status.SKIPPED: 1, Status.QUEUED: 2, Status.READING: 3, Status.READ: 4}


class MarkState(NamedTuple):
    """What a mark says, for members and guests alike; an empty status is unread."""

    status: str = ""
    started_on: datetime.date | None = None
    finished_on: datetime.date | None = None
    # From 1; None for a queued mark asks for the end of the queue.
    queue_position: int | None = None

    @classmethod
    def from_json(cls, data: dict[str, Any] | None) -> MarkState:
        """Return the state that `to_json` gave away; unread for None."""
        data = data or {}
        started, finished = data.get("started_on"), data.get("finished_on")
        return cls(
            data.get("status", ""),
            datetime.date.fromisoformat(started) if started else None,
            datetime.date.fromisoformat(finished) if finished else None,
            data.get("queue_position"),
        )

    def to_json(self) -> dict[str, Any]:
        """Return this state in types that JSON has."""
        return {
            key: value.isoformat() if isinstance(value, datetime.date) else value
            for key, value in self._asdict().items()
        }

    def moved_to(self, status: str, today: datetime.date) -> MarkState:
        """Return the state after `status` is chosen on the day `today`.

        Reading sets the day it was started, read the day it was finished; skipped keeps when it
        was started; queued and unread begin anew. The present status changes nothing.
        """
        if status == self.status:
            return self
        if status == Status.READ:
            return MarkState(status, self.started_on, today)
        if status == Status.READING:
            return MarkState(status, self.started_on or today)
        if status == Status.SKIPPED:
            return MarkState(status, self.started_on)
        return MarkState(status)

    def merged_with(self, other: MarkState) -> MarkState:
        """Return what is left where this state and `other` meet.

        The further status wins; of two dates of one kind the earlier is kept. Merging the same
        state again changes nothing.
        """
        further = max(self, other, key=lambda state: RANK[state.status])
        first = min((s.started_on for s in (self, other) if s.started_on), default=None)
        if self.status == other.status == Status.SKIPPED:
            return MarkState(Status.SKIPPED, first)
        if further.status not in {Status.READING, Status.READ}:
            return further
        last = min((s.finished_on for s in (self, other) if s.finished_on), default=None)
        if first and last and first > last:
            first = None  # it belongs to a second reading
        return MarkState(further.status, first, last)

    def says_the_same_as(self, other: MarkState) -> bool:
        """Compare all but the place in the queue."""
        return self._replace(queue_position=None) == other._replace(queue_position=None)


STATE_FIELDS = MarkState._fields
# What no mark says.
UNREAD = MarkState()


class Mark(models.Model):
    """One reader's present status for one item."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reader"),
        on_delete=models.CASCADE,
        related_name="marks",
    )
    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.PROTECT, related_name="marks"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    started_on = models.DateField(_("started"), null=True, blank=True)
    finished_on = models.DateField(_("finished"), null=True, blank=True)
    queue_position = models.PositiveIntegerField(_("place in the queue"), null=True, blank=True)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        ordering: ClassVar = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "item"], name="mark_unique_for_reader"),
            models.CheckConstraint(
                condition=Q(status=Status.READ) | Q(finished_on=None),
                name="mark_finished_only_if_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item}: {self.get_status_display()}"

    def clean(self) -> None:
        """Refuse dates in the future, and an end before its beginning."""
        for name, day in (("started_on", self.started_on), ("finished_on", self.finished_on)):
            if day and day > self.user.today():
                raise ValidationError({name: _("This day is still to come.")})
        if self.started_on and self.finished_on and self.finished_on < self.started_on:
            raise ValidationError({"finished_on": _("It cannot be finished before it is started.")})

    @property
    def state(self) -> MarkState:
        """What this mark says."""
        return MarkState(self.status, self.started_on, self.finished_on, self.queue_position)

    @state.setter
    def state(self, state: MarkState) -> None:
        for name in STATE_FIELDS:
            setattr(self, name, getattr(state, name))


MARKS_OF_READER = Prepared(
    lambda user: Mark.objects.filter(user=user).order_by("pk").values_list("item_id", *STATE_FIELDS)
)


def states_of(user: Reader) -> dict[int, MarkState]:
    """Return what each marked item is to `user`, by the item's id, from one query."""
    # Each by its name: unpacking any number of them takes twice as long.
    return {
        item: MarkState(status, started_on, finished_on, queue_position)
        for item, status, started_on, finished_on, queue_position in MARKS_OF_READER.rows(user.pk)
    }


class ReadingEvent(models.Model):
    """One line of the append-only log of a reader's changes of status."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reader"),
        on_delete=models.CASCADE,
        related_name="reading_events",
    )
    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.PROTECT, related_name="reading_events"
    )
    step = models.UUIDField(
        _("step"), db_index=True, help_text=_("Shared by what one press changed.")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    status = models.CharField(_("status"), max_length=10, blank=True, choices=Status.choices)
    before = models.JSONField(_("before"), help_text=_("The state that an undo brings back."))
    after = models.JSONField(_("after"))

    class Meta:
        verbose_name = _("reading event")
        verbose_name_plural = _("reading events")
        ordering: ClassVar = ["at", "pk"]
        indexes = [models.Index(fields=["user", "at"], name="reading_event_of_reader")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.item}: {self.get_status_display() or _('Unread')}"


LOCK = Prepared(
    lambda pk: get_user_model().objects.select_for_update().filter(pk=pk).values_list("pk")
)


def lock_reader(user: Reader) -> None:
    """Let no other change of this reader's marks in before the transaction ends.

    Raises the user model's DoesNotExist if the account has ended meanwhile.
    """
    if not LOCK.rows(user.pk):
        raise get_user_model().DoesNotExist


@receiver(pre_delete, sender=settings.AUTH_USER_MODEL)
def lock_who_leaves(instance: Reader, **_kwargs: Any) -> None:
    """Take the reader's row before their marks go, in the order in which every change does.

    Else a mark that has the row and waits for the stamp would meet a deletion that has the stamp
    and waits for the row.
    """
    LOCK.rows(instance.pk)
