"""Reads our own JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from canon.exports import FORMAT, PREFERENCES, VERSION
from canon.imports.documents import Complaints, Document, Entry, SavedEvent, SavedNote, UploadError
from canon.imports.values import (
    UnusableError,
    read_moment,
    read_note_text,
    read_object,
    read_state,
    read_status,
    read_step,
    read_text,
    read_whole,
)

LONGEST_PLACE = 120

T = TypeVar("T")


def read_backup(text: str) -> Document:
    """Return what a JSON export says.

    Raises UploadError if it is no JSON, or not a backup of this format in a version we know.
    """
    data = parse(text)
    check_format(data)
    document = Document(has_log=True)
    complaints = document.complaints
    preferences = attempt(complaints, "preferences", read_object, data.get("preferences", {}))
    for name, value in (preferences or {}).items():
        read_preference(document, name, value)
    items = attempt(complaints, "items", read_object, data.get("items", {}))
    for slug, value in (items or {}).items():
        where = place("items", slug)
        entry = attempt(complaints, where, EntryReader(where, slug, complaints).read, value)
        if entry:
            document.entries.append(entry)
    return document


def parse(text: str) -> Any:
    """Return the value of a JSON text; raise UploadError where it is not well formed."""
    try:
        return json.loads(text, object_pairs_hook=without_doubles, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise UploadError(
            _("The file is broken JSON at line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except RecursionError as error:
        raise UploadError(_("The file is nested too deeply.")) from error
    except UploadError:
        raise
    except ValueError as error:
        raise UploadError(_("The file holds a number that is too long.")) from error


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; of two values of one name none could be trusted."""
    built = dict(pairs)
    if len(built) < len(pairs):
        double = Counter(name for name, _value in pairs).most_common(1)[0][0]
        raise UploadError(
            _("The name “%(name)s” stands twice in one object.") % {"name": shorten(double)}
        )
    return built


def refuse_constant(name: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise UploadError(_("The file is broken JSON: %(name)s is no value.") % {"name": name})


def check_format(data: Any) -> None:
    """Raise UploadError unless `data` calls itself our format, in a version we know."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise UploadError(_("This JSON is not an export of Canon."))
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise UploadError(_("This export does not tell the version of its format."))
    if version > VERSION:
        raise UploadError(
            _("This export comes from a newer Canon, which this one cannot read yet.")
        )


def attempt(complaints: Complaints, where: str, read: Callable[[Any], T], value: Any) -> T | None:
    """Return what `read` makes of `value`; None, with a complaint, where it cannot be used."""
    try:
        return read(value)
    except UnusableError as error:
        complaints.add(where, str(error))
        return None


def read_preference(document: Document, name: str, value: Any) -> None:
    """Keep a preference that the reader's own form would take; an empty one says nothing."""
    where = place("preferences", name)
    if name not in PREFERENCES:
        document.complaints.add(where, _("There is no such preference."))
        return
    if value is None or value == "":
        return
    field: Any = get_user_model()._meta.get_field(name)
    expected = {"weekly_goal": int, "is_public": bool, "shortcuts": bool}.get(name, str)
    if type(value) is not expected:
        document.complaints.add(where, _("This value is of the wrong type."))
        return
    try:
        if expected is str:
            read_text(value)
        document.preferences[name] = field.clean(value, None)
    except ValidationError as error:
        document.complaints.add(where, " ".join(error.messages))
    except UnusableError as error:
        document.complaints.add(where, str(error))


class EntryReader:
    """Reads what a backup says on one item; a part that cannot be used does not spoil the rest."""

    def __init__(self, where: str, slug: str, complaints: Complaints) -> None:
        """Stand at the place `where` of the file, which names the item `slug`."""
        self.where, self.slug, self.complaints = where, slug, complaints

    def read(self, value: Any) -> Entry:
        """Return the entry; raise UnusableError if there is nothing to read."""
        data = read_object(value)
        address = data.get("address", "")
        events = data.get("events", [])
        if not isinstance(events, list):
            self.complaints.add(f"{self.where}.events", _("This should be a list."))
            events = []
        note = data.get("note")
        read_events = [
            self.part(f"events[{number}]", read_event, event) for number, event in enumerate(events)
        ]
        return Entry(
            where=self.where,
            slug=self.slug,
            address=address if isinstance(address, str) else "",
            state=self.part("mark", read_state, data.get("mark")) or read_state(None),
            note=None if note is None else self.note(note),
            events=tuple(event for event in read_events if event),
        )

    def part(self, name: str, read: Callable[[Any], T], value: Any) -> T | None:
        """Return a part of the entry, or None with a complaint."""
        return attempt(self.complaints, f"{self.where}.{name}", read, value)

    def note(self, value: Any) -> SavedNote | None:
        """Return the note. Its text counts: a bad version or time is reported and made anew."""
        data = self.part("note", read_object, value)
        if data is None:
            return None
        text = self.part("note.text", read_note_text, data.get("text"))
        if not text:
            return None
        created = self.optional("created_at", read_moment, data)
        updated = self.optional("updated_at", read_moment, data)
        version = self.optional("version", read_whole, data)
        return SavedNote(text, version or 1, created, updated)

    def optional(self, name: str, read: Callable[[Any], T], data: dict[str, Any]) -> T | None:
        """Return a value of the note; None where there is none or, with a complaint, a bad one."""
        value = data.get(name)
        return None if value is None else self.part(f"note.{name}", read, value)


def read_event(value: Any) -> SavedEvent:
    """Return one line of the log; raise UnusableError if any part of it cannot be used."""
    data = read_object(value)
    event = SavedEvent(
        at=read_moment(data.get("at")),
        step=read_step(data.get("step")),
        status=read_status(data.get("status")),
        before=read_state(data.get("before")),
        after=read_state(data.get("after")),
    )
    if event.after.status != event.status:
        raise UnusableError(_("The event does not lead to its own status."))
    return event


def place(part: str, name: str) -> str:
    """Return how a place of the file is named to the reader."""
    return f"{part}.{shorten(name)}"


def shorten(name: str) -> str:
    """Return a name out of the file, fit to be shown."""
    try:
        shown = read_text(name)
    except UnusableError:
        shown = ascii(name)
    return shown if len(shown) <= LONGEST_PLACE else f"{shown[:LONGEST_PLACE]}…"
