"""What an import would change for a reader, and doing just that.

Nothing is ever deleted or overwritten:
- marks meet by `MarkState.merged_with`; what becomes queued goes to the end, in the file's order;
- a note is taken where there is none, or where it continues the present one; a different one is
  put below the present text, under a heading with the day, unless it stands there already;
- lines of the log are added once, told apart by moment, item and status;
- preferences are replaced by those of the file, if the reader wishes so; empty ones say nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from canon.imports.documents import Complaints, Document, Entry, SavedEvent
from canon.imports.matching import Matcher
from canon.imports.texts import TooLongError, merge_texts
from canon.models import Item, Mark, MarkState, Note, Reader, Status


@dataclass
class Holdings:
    """What a reader holds at present, from three queries."""

    marks: dict[int, Mark]
    notes: dict[int, Note]
    # The log of each item: moments and statuses, from the first.
    logs: dict[int, list[tuple[Any, str]]]

    @classmethod
    def of(cls, user: Reader) -> Holdings:
        """Read what `user` holds."""
        logs = defaultdict(list)
        for item, at, status in user.reading_events.order_by("at", "pk").values_list(
            "item_id", "at", "status"
        ):
            logs[item].append((at, status))
        return cls(
            {mark.item_id: mark for mark in user.marks.all()},
            {note.item_id: note for note in user.notes.all()},
            logs,
        )


@dataclass
class ItemChange:
    """What an import would change on one item."""

    item: Item
    entry: Entry
    mark: Mark | None
    note: Note | None
    before: MarkState
    after: MarkState
    text_before: str
    text_after: str
    events: list[SavedEvent]
    # Whether the log, as it would stand, does not lead to the mark.
    needs_event: bool = False

    @property
    def mark_changes(self) -> bool:
        """Whether the mark would be another."""
        return self.after != self.before

    @property
    def note_changes(self) -> bool:
        """Whether the note would be another."""
        return self.text_after != self.text_before

    @property
    def changes(self) -> bool:
        """Whether anything would change."""
        return self.mark_changes or self.note_changes or bool(self.events)

    @property
    def label(self) -> str:
        """The title; a draft is named as the file names it, for readers do not see drafts."""
        if self.item.state == Item.State.DRAFT:
            return self.entry.slug or self.entry.address
        return self.item.title

    @property
    def text_added(self) -> str:
        """What would be put below the present note; empty if it does not simply grow."""
        kept = self.text_before.rstrip("\n")
        grows = self.note_changes and kept and self.text_after.startswith(kept)
        return self.text_after.removeprefix(kept).strip() if grows else ""


@dataclass
class PreferenceChange:
    """A preference that an import would change."""

    name: str
    before: Any
    after: Any

    @property
    def label(self) -> str:
        """What the preference is called."""
        return str(get_user_model()._meta.get_field(self.name).verbose_name)  # type: ignore[union-attr]

    @property
    def said_before(self) -> str:
        """The present value in words."""
        return self.say(self.before)

    @property
    def said_after(self) -> str:
        """The file's value in words."""
        return self.say(self.after)

    def say(self, value: Any) -> str:
        """Return a value of this preference in words."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if value in (None, ""):
            return _("none")
        model_field: Any = get_user_model()._meta.get_field(self.name)
        return str(dict(model_field.flatchoices).get(value, value))


@dataclass
class Plan:
    """All that an import would change, and what of its file cannot be used."""

    items: list[ItemChange] = field(default_factory=list)
    preferences: list[PreferenceChange] = field(default_factory=list)
    complaints: Complaints = field(default_factory=Complaints)

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.items or self.preferences)

    @property
    def mark_count(self) -> int:
        """How many marks would change."""
        return sum(change.mark_changes for change in self.items)

    @property
    def note_count(self) -> int:
        """How many notes would change."""
        return sum(change.note_changes for change in self.items)

    @property
    def event_count(self) -> int:
        """How many lines of the log would be added."""
        return sum(len(change.events) for change in self.items)

    @property
    def fingerprint(self) -> str:
        """A digest of every change: what is carried out is what was shown, or nothing."""
        items = [
            [
                change.item.pk,
                change.before.to_json(),
                change.after.to_json(),
                change.text_before,
                change.text_after,
                [[event.at.isoformat(), event.status] for event in change.events],
            ]
            for change in self.items
        ]
        preferences = [[change.name, change.before, change.after] for change in self.preferences]
        return hashlib.sha256(json.dumps([items, preferences]).encode()).hexdigest()


class Planner:
    """Holds a file against what a reader holds."""

    def __init__(self, user: Reader, document: Document) -> None:
        """Read what `user` holds and which items there are."""
        self.user, self.document = user, document
        self.complaints = Complaints(list(document.complaints.first), document.complaints.total)
        self.holdings = Holdings.of(user)
        self.matcher = Matcher()

    def plan(self) -> Plan:
        """Return what the import would change."""
        seen: set[int] = set()
        changes = []
        for entry in self.document.entries:
            item = self.matcher.find(entry.slug, entry.address)
            if item is None:
                self.complaints.add(entry.where, _("The canon has no such item."))
            elif item.pk in seen:
                self.complaints.add(entry.where, _("An earlier line is about the same item."))
            else:
                seen.add(item.pk)
                changes.append(self.change(item, entry))
        changes = [change for change in changes if change.changes]
        self.queue(changes)
        preferences = self.preference_changes()
        changes.sort(key=lambda change: self.matcher.order[change.item.pk])
        return Plan(changes, preferences, self.complaints)

    def change(self, item: Item, entry: Entry) -> ItemChange:
        """Return what `entry` would change on `item`."""
        mark, note = self.holdings.marks.get(item.pk), self.holdings.notes.get(item.pk)
        before = mark.state if mark else MarkState()
        after = before.merged_with(entry.state)
        log = self.holdings.logs.get(item.pk, [])
        events = new_events(log, entry.events)
        text = note.text if note else ""
        return ItemChange(
            item=item,
            entry=entry,
            mark=mark,
            note=note,
            before=before,
            after=after,
            text_before=text,
            text_after=self.merged_text(entry, text),
            events=events,
            needs_event=self.needs_event(before, after, log, events),
        )

    def merged_text(self, entry: Entry, text: str) -> str:
        """Return the note as it would be; the present one, with a complaint, if it cannot be."""
        if entry.note is None:
            return text
        try:
            return merge_texts(text, entry.note.text, self.user.today())
        except TooLongError:
            reason = _("Together with your present note this one would be too long.")
            self.complaints.add(entry.where, reason)
            return text

    def needs_event(
        self,
        before: MarkState,
        after: MarkState,
        log: list[tuple[Any, str]],
        events: list[SavedEvent],
    ) -> bool:
        """Tell whether a change of mark is to be logged as one of today.

        Not if the log, with the file's own lines, leads to the new status; nor if a file that
        brings its log restores an item of which nothing is known here.
        """
        if after.status == before.status:
            return False
        if self.document.has_log and not log and not before.status:
            return False
        whole = sorted([*log, *((event.at, event.status) for event in events)])
        return not whole or whole[-1][1] != after.status

    def queue(self, changes: list[ItemChange]) -> None:
        """Put what becomes queued at the end of the queue, in the file's order."""
        places = [mark.queue_position or 0 for mark in self.holdings.marks.values()]
        last = max(places, default=0)
        queued = [c for c in changes if c.mark_changes and c.after.status == Status.QUEUED]
        queued.sort(key=lambda c: c.after.queue_position or float("inf"))
        for place, change in enumerate(queued, start=last + 1):
            change.after = MarkState(Status.QUEUED, queue_position=place)

    def preference_changes(self) -> list[PreferenceChange]:
        """Return the preferences that differ, but for a handle that somebody else has."""
        saved = dict(self.document.preferences)
        handle = saved.get("handle")
        others = get_user_model()._default_manager.exclude(pk=self.user.pk)
        if handle and others.filter(handle=handle).exists():
            self.complaints.add("preferences.handle", _("This handle is taken."))
            del saved["handle"]
        return [
            PreferenceChange(name, getattr(self.user, name), value)
            for name, value in saved.items()
            if getattr(self.user, name) != value
        ]


def new_events(log: list[tuple[Any, str]], events: tuple[SavedEvent, ...]) -> list[SavedEvent]:
    """Return the events that the log does not have yet, as often as it lacks them."""
    known = Counter(log)
    added = []
    for event in events:
        key = (event.at, event.status)
        if known[key]:
            known[key] -= 1
        else:
            added.append(event)
    return added


def make_plan(user: Reader, document: Document) -> Plan:
    """Return what importing `document` would change for `user`, in a fixed number of queries."""
    return Planner(user, document).plan()
