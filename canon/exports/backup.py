"""All that a reader holds, as one JSON document that can be read back in."""

from __future__ import annotations

import datetime
import json
from typing import Any

from canon.exports.records import Record, read_records
from canon.models import MarkState, Note, Reader, ReadingEvent, Suggestion

FORMAT = "canon-reading"
VERSION = 1
PREFERENCES = (
    "language",
    "time_zone",
    "theme",
    "shortcuts",
    "weekly_goal",
    "handle",
    "is_public",
)


def as_json(user: Reader) -> bytes:
    """Return everything `user` holds; the same bytes as long as nothing has changed."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "preferences": {name: getattr(user, name) for name in PREFERENCES},
        "items": {record.item.slug: describe(record) for record in read_records(user)},
        # To keep, not to be read back in: curators answer them on this site.
        "suggestions": [
            describe_suggestion(suggestion)
            for suggestion in user.suggestions.select_related("item", "section").reverse()
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def describe(record: Record) -> dict[str, Any]:
    """Return a record in types that JSON has; what there is not is null."""
    return {
        "title": record.item.title,
        "address": record.item.url,
        "mark": record.state.to_json() if record.state.status else None,
        "note": describe_note(record.note) if record.note else None,
        "events": [describe_event(event) for event in record.events],
    }


def describe_note(note: Note) -> dict[str, Any]:
    """Return a note with its version and times."""
    return {
        "text": note.text,
        "version": note.version,
        "created_at": say_moment(note.created_at),
        "updated_at": say_moment(note.updated_at),
    }


def describe_event(event: ReadingEvent) -> dict[str, Any]:
    """Return one line of the log."""
    return {
        "at": say_moment(event.at),
        "step": str(event.step),
        "status": event.status,
        "before": MarkState.from_json(event.before).to_json(),
        "after": MarkState.from_json(event.after).to_json(),
    }


def describe_suggestion(suggestion: Suggestion) -> dict[str, Any]:
    """Return what a reader suggested or reported, and what became of it; of no draft the slug."""
    item, section = suggestion.visible_item, suggestion.section
    return {
        "kind": suggestion.kind,
        "address": suggestion.url,
        "title": suggestion.title,
        "text": suggestion.text,
        "section": section.slug if section else None,
        "item": item.slug if item else None,
        "wants_mail": suggestion.wants_mail,
        "created_at": say_moment(suggestion.created_at),
        "state": suggestion.state,
        "answer": suggestion.answer,
        "answered_at": say_moment(suggestion.answered_at) if suggestion.answered_at else None,
    }


def say_moment(moment: datetime.datetime) -> str:
    """Return a moment in UTC, to the microsecond, whatever zone it comes in."""
    return moment.astimezone(datetime.UTC).isoformat(timespec="microseconds")
