"""Marking: every change of what a reader has made of items, logged, and how it is taken back."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from canon.models.items import Item
from canon.models.reader_stamps import stamp_of
from canon.models.reading import (
    STATE_FIELDS,
    UNREAD,
    Mark,
    MarkState,
    Reader,
    ReadingEvent,
    Status,
    lock_reader,
)
from canon.models.records import keep, record_of

# From an item's present state to its next one.
StateChange = Callable[[MarkState], MarkState]


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
    record = record_of(user)
    step = step or uuid.uuid4()
    at = at or timezone.now()
    changed: dict[int, MarkState] = {}
    events: list[ReadingEvent] = []
    last: int | None = None  # the end of the queue, looked for when something is put there
    for item, change in changes.items():
        before = record.marks.get(item.pk, UNREAD)
        after = change(before)
        if after == before:
            continue
        if after.status == Status.QUEUED and after.queue_position is None:
            last = (end_of_queue(record.marks) if last is None else last) + 1
            after = after._replace(queue_position=last)
        changed[item.pk] = after
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
    if not events:
        return None
    write(user, changed, known=record.marks.keys())
    log(events)
    keep(user, record.changed(stamp_of(user.pk), changed))
    return step


def end_of_queue(marks: Mapping[int, MarkState]) -> int:
    """Return the last place in the queue of a reader with these marks; 0 if it is empty."""
    return max((state.queue_position or 0 for state in marks.values()), default=0)


def write(user: Reader, states: Mapping[int, MarkState], *, known: Collection[int]) -> None:
    """Give items, by their ids, the states of `user`; of those `known` there are marks.

    A single one is by far the most often, and much cheaper than in bulk.
    """
    made = [
        Mark(user=user, item_id=item, **state._asdict())
        for item, state in states.items()
        if state.status and item not in known
    ]
    if len(made) == 1:
        made[0].save(force_insert=True)
    elif made:
        Mark.objects.bulk_create(made)
    moved = {item: state for item, state in states.items() if state.status and item in known}
    if len(moved) == 1:
        [(item, state)] = moved.items()
        Mark.objects.filter(user=user, item=item).update(**state._asdict())
    elif moved:
        marks = list(user.marks.filter(item__in=moved))
        for mark in marks:
            mark.state = moved[mark.item_id]
        Mark.objects.bulk_update(marks, STATE_FIELDS)
    dropped = [item for item, state in states.items() if not state.status]
    if dropped:
        Mark.objects.filter(user=user, item__in=dropped).delete()


def log(events: list[ReadingEvent]) -> None:
    """Save `events`."""
    if len(events) == 1:
        events[0].save(force_insert=True)
    else:
        ReadingEvent.objects.bulk_create(events)


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
