"""What a reader holds on each item, gathered once for every kind of export."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Q

from canon.models import Item, MarkState, Note, Reader, ReadingEvent, Status


@dataclass
class Record:
    """One item, and what a reader holds on it; the place in the queue counts from 1, no gaps."""

    item: Item
    state: MarkState = field(default_factory=MarkState)
    note: Note | None = None
    events: list[ReadingEvent] = field(default_factory=list)


def read_states(user: Reader) -> dict[int, MarkState]:
    """Return what each marked item is to `user`, by the item's id, from one query."""
    states: dict[int, MarkState] = {}
    place = 0
    for mark in user.marks.order_by("queue_position", "pk"):
        if mark.status == Status.QUEUED:
            place += 1
        queued = place if mark.status == Status.QUEUED else None
        states[mark.item_id] = mark.state._replace(queue_position=queued)
    return states


def read_records(user: Reader, *, whole_canon: bool = False) -> list[Record]:
    """Return what `user` holds, in canon order, in a fixed number of queries.

    Items with neither mark nor note nor event are left out; with `whole_canon` the published ones
    among them are there too. A note without text is none.
    """
    states = read_states(user)
    notes = {note.item_id: note for note in user.notes.written()}
    events = defaultdict(list)
    for event in user.reading_events.order_by("at", "pk"):
        events[event.item_id].append(event)
    held = (
        Q(pk__in=user.marks.values("item"))
        | Q(pk__in=user.notes.written().values("item"))
        | Q(pk__in=user.reading_events.values("item"))
    )
    if whole_canon:
        held |= Q(state=Item.State.PUBLISHED)
    items = Item.objects.filter(held).in_canon_order().with_details()
    return [
        Record(item, states.get(item.pk, MarkState()), notes.get(item.pk), events.get(item.pk, []))
        for item in items
    ]
