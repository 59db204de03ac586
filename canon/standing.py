"""Where a reader stands: the shelf, the sentence under it, and the bars of the contents."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from copy import copy
from functools import cached_property

from canon.editions import Edition
from canon.filters import UNREAD
from canon.once import Once
from canon.outline import Heading
from canon.progress import Suggestion, what_next
from canon.readers import Guest, Member
from canon.shelf import ColouredShelf
from canon.tally import Tally, count_marked, tally_by_section, tally_edition


class Standing(Once):
    """What the canon page, and every answer to a change of marks, shows of a reader's progress."""

    def __init__(self, reader: Member | Guest, edition: Edition) -> None:
        """Measure `reader` against all of `edition`."""
        super().__init__()
        self.edition, self.today = edition, reader.today()
        self.marks, self.notes = reader.marks, reader.notes
        marked = count_marked(edition, self.marks)
        self.total: Tally = tally_edition(edition, marked)
        self.contents: list[tuple[Heading, Tally]] = tally_by_section(edition, marked)
        self.shelf: ColouredShelf = edition.shelf.coloured(
            {pk: state.status for pk, state in self.marks.items()}
        )
        monday = self.today - datetime.timedelta(days=self.today.weekday())
        self.this_week = sum(
            monday <= state.finished_on <= self.today and pk in edition.by_id
            for pk, state in self.marks.items()
            if state.finished_on
        )

    @cached_property
    def next(self) -> Suggestion | None:
        """What to read next and why; None where nothing is left."""
        edition = self.edition
        found = what_next(edition.items, self.marks, edition.bases, edition.outline, 1)
        return next(iter(found), None)

    @cached_property
    def by_status(self) -> Mapping[str, set[int]]:
        """The ids of the items that have each status, the unread ones among them."""
        everything = self.edition.ids
        found: dict[str, set[int]] = {UNREAD: set(everything - self.marks.keys())}
        for pk, state in self.marks.items():
            if pk in everything:
                found.setdefault(state.status, set()).add(pk)
        return found

    @cached_property
    def by_note(self) -> Mapping[str, frozenset[int]]:
        """The ids of the items with a note of the reader, and of those without."""
        everything = self.edition.ids
        return {"yes": everything & self.notes.keys(), "no": everything - self.notes.keys()}

    def showing(self, ids: Collection[int]) -> Standing:
        """Return this standing with a shelf on which all but the items of `ids` turn pale."""
        narrowed = copy(self)
        narrowed.shelf = self.shelf.showing(ids)
        return narrowed


def standing_of(reader: Member | Guest, edition: Edition) -> Standing:
    """Return where `reader` stands: measured once, until their marks, the canon or the day change.

    It is kept with the edition for as long as the reader's record is kept.
    """
    record = reader.record
    if record is None or not record.stamp:
        return Standing(reader, edition)
    found: Standing | None = edition.standings.get(record)
    if found is None or found.today != reader.today():
        found = edition.standings[record] = Standing(reader, edition)
    return found
