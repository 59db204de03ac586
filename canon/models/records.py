"""Records: what a reader has marked and noted, kept in memory for as long as it is true.

Whoever reads on asks for the same marks page after page. Under one stamp they never change, so
that a page asks for the stamp alone; see `canon.models.reader_stamps`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from threading import Lock

from cachetools import LRUCache

from canon.models.notes import Note, excerpts_of
from canon.models.reader_stamps import stamp_of
from canon.models.reading import MarkState, Reader, states_of

# So many marks are kept by a process at most, of whoever came last: some fifteen megabytes.
MOST_KEPT = 60_000
# What a record takes, with what is measured and printed of it, and what a note takes, in marks.
RECORD, NOTE = 150, 2


class Record:
    """What a reader has marked and noted, as it stood under one stamp: that never changes."""

    def __init__(
        self, stamp: str, marks: Mapping[int, MarkState], notes: Mapping[int, str]
    ) -> None:
        """Keep `marks`, and how `notes` begin, each by the item's id."""
        self.stamp, self.marks, self.notes = stamp, marks, notes
        # The last record of which it may be known where the reader stands, and the ids of the
        # items whose marks have changed since.
        self.origin: tuple[Record | None, Collection[int]] = (None, ())

    def changed(self, stamp: str, states: Mapping[int, MarkState]) -> Record:
        """Return the record under `stamp`, in which the items of these ids have these states."""
        marks = {**self.marks, **states}
        for item, state in states.items():
            if not state.status:
                del marks[item]
        return self.followed_by(Record(stamp, marks, self.notes), states)

    def with_note(self, stamp: str, note: Note) -> Record:
        """Return the record under `stamp`, in which `note` says what it does now."""
        notes = {**self.notes, note.item_id: note.excerpt}
        if not note.text:
            del notes[note.item_id]
        return self.followed_by(Record(stamp, self.marks, notes))

    def followed_by(self, record: Record, changed: Collection[int] = ()) -> Record:
        """Let `record` know which marks have changed since the last one that was measured."""
        measured, since = self.take_origin()
        record.origin = measured or self, {*since, *changed}
        return record

    def take_origin(self) -> tuple[Record | None, Collection[int]]:
        """Return the last record that was measured, and what changed since; and let go of it."""
        origin, self.origin = self.origin, (None, ())
        return origin


def size_of(record: Record) -> int:
    """Return what `record` takes, in marks."""
    return RECORD + len(record.marks) + NOTE * len(record.notes)


kept: LRUCache[int, Record] = LRUCache(MOST_KEPT, size_of)
lock = Lock()


def record_of(user: Reader) -> Record:
    """Return the record of `user`: one query for its stamp, and two more if that is another.

    What is read after the stamp may be newer than it, never older; and then the stamp is gone.
    """
    stamp = stamp_of(user.pk)
    with lock:
        record = kept.get(user.pk)
    if record is None or record.stamp != stamp:
        record = keep(user, Record(stamp, states_of(user), excerpts_of(user)))
    return record


def record_left_by(user: Reader) -> Record:
    """Return the record of `user` right after their own change, which left it here: no query."""
    with lock:
        record = kept.get(user.pk)
    return record or record_of(user)


def keep(user: Reader, record: Record) -> Record:
    """Keep `record` of `user`, and none before it, unless it has no stamp or is too large."""
    with lock:
        if record.stamp and size_of(record) <= MOST_KEPT:
            kept[user.pk] = record
        else:
            kept.pop(user.pk, None)
    return record
