"""Carries an import out: all of what was shown, or nothing."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from canon.exports import PREFERENCES
from canon.imports.documents import Document
from canon.imports.plans import ItemChange, Plan, PreferenceChange, make_plan
from canon.models import Mark, Note, Reader, ReadingEvent
from canon.models.notes import derive_from_text
from canon.models.reading import STATE_FIELDS, lock_reader

NOTE_FIELDS = ["text", "version", "updated_at", "search_text"]


class StalePlanError(Exception):
    """What an import would change is no longer what was shown.

    `plan` is what it would change now.
    """

    def __init__(self, plan: Plan) -> None:
        """Keep the plan as it is now."""
        super().__init__("The import would change something else by now.")
        self.plan = plan


@transaction.atomic
def carry_out(
    user: Reader, document: Document, fingerprint: str, *, with_preferences: bool
) -> Plan:
    """Import `document` for `user`, the preferences only if asked for; return what has changed.

    `fingerprint` is that of the plan the reader has seen. Raises StalePlanError, and changes
    nothing, if the reader's marks, notes or preferences have changed in such a way that the plan
    would be another.
    """
    lock_reader(user)
    user.refresh_from_db(fields=PREFERENCES)
    plan = make_plan(user, document)
    if plan.fingerprint != fingerprint:
        raise StalePlanError(plan)
    save_marks(user, plan.items)
    save_events(user, plan.items)
    save_notes(user, plan.items)
    if with_preferences:
        try:
            save_preferences(user, plan.preferences)
        except IntegrityError as error:  # somebody else has taken the handle this moment
            raise StalePlanError(make_plan(user, document)) from error
    return plan


def save_marks(user: Reader, changes: list[ItemChange]) -> None:
    """Save the marks that change, in two queries."""
    new: list[Mark] = []
    old: list[Mark] = []
    for change in changes:
        if change.mark_changes:
            mark = change.mark or Mark(user=user, item=change.item)
            mark.state = change.after
            (old if mark.pk else new).append(mark)
    Mark.objects.bulk_create(new)
    Mark.objects.bulk_update(old, STATE_FIELDS)


def save_events(user: Reader, changes: list[ItemChange]) -> None:
    """Add the file's lines of the log, and one of today for each mark that they do not explain."""
    events = [
        ReadingEvent(
            user=user,
            item=change.item,
            step=event.step,
            at=event.at,
            status=event.status,
            before=event.before.to_json(),
            after=event.after.to_json(),
        )
        for change in changes
        for event in change.events
    ]
    step = uuid.uuid4()
    events += [
        ReadingEvent(
            user=user,
            item=change.item,
            step=step,
            status=change.after.status,
            before=change.before.to_json(),
            after=change.after.to_json(),
        )
        for change in changes
        if change.needs_event
    ]
    ReadingEvent.objects.bulk_create(events)


def save_notes(user: Reader, changes: list[ItemChange]) -> None:
    """Save the notes that change, in two queries; versions go on where there was a note."""
    now = timezone.now()
    new: list[Note] = []
    old: list[Note] = []
    for change in changes:
        saved = change.entry.note
        if not (change.note_changes and saved):
            continue
        note = change.note
        if note is None:
            note = Note(user=user, item=change.item, version=saved.version)
            note.updated_at = saved.updated_at or now
            note.created_at = min(saved.created_at or now, note.updated_at)
            new.append(note)
        else:
            note.version += 1
            note.updated_at = now
            old.append(note)
        note.text = change.text_after
        derive_from_text(instance=note)  # bulk operations send no signals
    Note.objects.bulk_create(new)
    Note.objects.bulk_update(old, NOTE_FIELDS)


@transaction.atomic
def save_preferences(user: Reader, changes: list[PreferenceChange]) -> None:
    """Save the preferences that change; raise IntegrityError if the handle is taken."""
    values = {change.name: change.after for change in changes}
    if values:
        user.__class__._default_manager.filter(pk=user.pk).update(**values)
        user.refresh_from_db(fields=PREFERENCES)
