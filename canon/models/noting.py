"""Noting: how a note is written, and never over a text that its writer did not know."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from canon.models.items import Item
from canon.models.notes import Note, NoteConflictError, tidy
from canon.models.reader_stamps import stamp_of
from canon.models.reading import Reader, lock_reader
from canon.models.records import keep, record_of


@transaction.atomic
def write_note(user: Reader, item: Item, text: str, *, based_on: int) -> Note:
    """Save `text` as the note of `user` on `item`; return the note.

    `based_on` is the version the writer saw, 0 where there was none. The text that stands is
    never overwritten by one that did not know it: then NoteConflictError is raised, unless both say
    the same. An emptied note stays, without text, so that versions never begin anew. Raises
    ValidationError if the text is too long.
    """
    text = tidy(text)
    lock_reader(user)
    record = record_of(user)
    note = user.notes.on(item) or Note(user=user, item=item, version=0)
    if note.text == text:
        return note
    if note.version != based_on:
        raise NoteConflictError(note)
    note.text = text
    note.version += 1
    note.updated_at = timezone.now()
    note.clean_fields(exclude=("user", "item"))
    note.save()
    keep(user, record.with_note(stamp_of(user.pk), note))
    return note
