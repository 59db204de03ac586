"""Reading: what a reader has marked, and the log of every change."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Max, Q, QuerySet
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


# From an item's present state to its next one.
StateChange = Callable[["MarkState"], "MarkState"]

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


def change_marks(user: Reader, items: Iterable[Item], status: str) -> uuid.UUID | None:
    """Give each of `items` the status `status` for `user`; an empty one means unread.

    Returns the step by which `undo_step` takes the whole change back, or None if every item had
    that status already. Raises ValueError for a status there is not.
    """
    if status and status not in Status.values:
        raise ValueError(f"There is no status {status!r}.")
    today = user.today()
    return set_states(user, {item: lambda state: state.moved_to(status, today) for item in items})


@transaction.atomic
def take_held_mark(
    user: Reader, item: Item, status: str, *, step: uuid.UUID, made_at: datetime.datetime
) -> uuid.UUID | None:
    """Give `item` the status that `user` chose at `made_at`, when there was no network.

    It counts as of then: it is logged and dated so, and what was changed later stands, unless a
    clock that was wrong put it into the future. `step` is the mark's own, by which it is taken
    once however often it is sent. Returns `step`, or None if nothing changed.
    """
    lock_reader(user)
    later = Q(item=item, at__gt=made_at, at__lte=timezone.now())
    if user.reading_events.filter(Q(step=step) | later).exists():
        return None
    today = timezone.localdate(made_at, user.zone)
    return set_states(
        user, {item: lambda state: state.moved_to(status, today)}, step=step, at=made_at
    )


def undo_step(user: Reader, step: uuid.UUID) -> QuerySet[ReadingEvent]:
    """Take back what `user` changed in `step`; return the events of doing so.

    A mark that has been changed since is left alone, so that a second press does nothing.
    """
    changes = {
        event.item: go_back(MarkState.from_json(event.before), MarkState.from_json(event.after))
        for event in user.reading_events.filter(step=step).select_related("item")
    }
    undone: QuerySet[ReadingEvent] = user.reading_events.filter(step=set_states(user, changes))
    return undone


def go_back(before: MarkState, after: MarkState) -> StateChange:
    """Return the change from `after` to `before`, which leaves every other state as it is."""
    return lambda state: before if state.says_the_same_as(after) else state


@transaction.atomic
def set_states(
    user: Reader,
    changes: dict[Item, StateChange],
    *,
    step: uuid.UUID | None = None,
    at: datetime.datetime | None = None,
) -> uuid.UUID | None:
    """Change the states of a reader's marks and log it, in few queries however many the items.

    `changes` gives for each item a function from its present state to the next one; where the
    two are equal, nothing is done. `step` and `at` are a new one and now unless they are given.
    Returns the step of the change, or None if nothing changed.
    """
    lock_reader(user)
    marks = {mark.item_id: mark for mark in user.marks.filter(item__in=changes)}
    step = step or uuid.uuid4()
    at = at or timezone.now()
    changed: list[Mark] = []
    events: list[ReadingEvent] = []
    last: int | None = None  # the end of the queue, asked for when something is put there
    for item, change in changes.items():
        mark = marks.get(item.pk) or Mark(user=user, item=item)
        before = mark.state
        after = change(before)
        if after == before:
            continue
        if after.status == Status.QUEUED and after.queue_position is None:
            last = (end_of_queue(user) if last is None else last) + 1
            after = after._replace(queue_position=last)
        mark.state = after
        changed.append(mark)
        events.append(
            ReadingEvent(
                user=user,
                item=item,
                step=step,
                at=at,
                status=after.status,
                before=before.to_json(),
                after=after.to_json(),
            )
        )
    write(changed)
    ReadingEvent.objects.bulk_create(events)
    return step if events else None


def end_of_queue(user: Reader) -> int:
    """Return the last place in the queue of `user`; 0 if it is empty."""
    end: int | None = user.marks.aggregate(last=Max("queue_position"))["last"]
    return end or 0


def write(marks: list[Mark]) -> None:
    """Save `marks`; those that say unread are deleted."""
    kept = [mark for mark in marks if mark.status]
    if len(kept) == 1:  # by far the most often, and much cheaper than in bulk
        [mark] = kept
        mark.save(update_fields=STATE_FIELDS if mark.pk else None)
    else:
        Mark.objects.bulk_create([mark for mark in kept if not mark.pk])
        Mark.objects.bulk_update([mark for mark in kept if mark.pk], STATE_FIELDS)
    dropped = [mark.pk for mark in marks if not mark.status]
    if dropped:  # by reader too, for a database that is spread by reader
        Mark.objects.filter(user=marks[0].user, pk__in=dropped).delete()


def move_in_queue(user: Reader, item: Item, steps: int) -> None:
    """Move a queued item of `user` by `steps` places, towards the front where negative."""
    with transaction.atomic():
        lock_reader(user)
        queue = list(user.marks.filter(status=Status.QUEUED).order_by("queue_position", "pk"))
        here = next((n for n, mark in enumerate(queue) if mark.item_id == item.pk), None)
        if here is None:
            return
        mark = queue.pop(here)
        queue.insert(max(here + steps, 0), mark)
        for position, queued in enumerate(queue, start=1):
            queued.queue_position = position
        Mark.objects.bulk_update(queue, ["queue_position"])
