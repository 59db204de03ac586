"""Where a reader stands: the shelf, the sentence under it, and the bars of the contents."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from canon.bitmaps import Bitmap
from canon.editions import Edition
from canon.models import MarkState, Record
from canon.once import Once
from canon.outline import Heading
from canon.progress import Suggestion, what_next
from canon.readers import Guest, Member
from canon.shelf import ColouredShelf
from canon.tally import Tally, tally_by_section, tally_edition

Marks = Mapping[int, MarkState]
# The status of what has no mark, in addresses.
UNREAD = "unread"


@dataclass(frozen=True)
class Counts:
    """What a reader's marks add up to in an edition: carried on from one mark to the next."""

    # Marks by section and status, what was finished by the day, and a status for each spine.
    marked: Counter[tuple[int, str]]
    finished: Counter[datetime.date]
    colours: list[str]

    @classmethod
    def of(cls, edition: Edition, marks: Marks) -> Counts:
        """Count `marks`, by the item's id."""
        nothing = cls(Counter(), Counter(), [""] * len(edition.shelf.spines))
        return nothing.moved(edition, {}, marks, marks)

    def moved(self, edition: Edition, before: Marks, after: Marks, ids: Iterable[int]) -> Counts:
        """Return the counts when marks have become others: `ids` name the items that changed.

        What is not in the edition does not count.
        """
        moved = Counts(Counter(self.marked), Counter(self.finished), list(self.colours))
        known = [pk for pk in ids if pk in edition.section_of]
        for pk in known:
            for marks, sign in ((before, -1), (after, 1)):
                if state := marks.get(pk):
                    moved.marked[edition.section_of[pk], state.status] += sign
                    if state.finished_on:
                        moved.finished[state.finished_on] += sign
        shelf = edition.shelf
        for place in {shelf.places[pk] for pk in known}:
            moved.colours[place] = shelf.spines[place].status(after)
        return moved


class Standing(Once):
    """What the canon page, and every answer to a change of marks, shows of a reader's progress."""

    def __init__(
        self,
        edition: Edition,
        today: datetime.date,
        marks: Marks,
        notes: Collection[int],
        counts: Counts | None = None,
    ) -> None:
        """Measure a reader with these marks, and notes on these items, against all of `edition`.

        `counts` are what the marks add up to, where that is known.
        """
        super().__init__()
        self.edition, self.today = edition, today
        self.marks, self.notes = marks, notes
        self.counts = counts or Counts.of(edition, marks)
        self.total: Tally = tally_edition(edition, self.counts.marked)
        self.contents: list[tuple[Heading, Tally]] = tally_by_section(edition, self.counts.marked)
        self.shelf = ColouredShelf(edition.shelf, self.counts.colours)

    @property
    def this_week(self) -> int:
        """How many items the reader has finished since Monday."""
        days = (self.today - datetime.timedelta(days=n) for n in range(self.today.weekday() + 1))
        return sum(self.counts.finished[day] for day in days)

    @cached_property
    def next(self) -> Suggestion | None:
        """What to read next and why; None where nothing is left."""
        return next(iter(what_next(self.edition.syllabus, self.marks, 1)), None)

    @cached_property
    def by_status(self) -> Mapping[str, Bitmap]:
        """The items that have each status, the unread ones among them."""
        ids: dict[str, list[int]] = defaultdict(list)
        for pk, state in self.marks.items():
            ids[state.status].append(pk)
        found = {status: self.edition.bitmap(marked) for status, marked in ids.items()}
        return {UNREAD: self.edition.everything & ~self.edition.bitmap(self.marks), **found}

    @cached_property
    def by_note(self) -> Mapping[str, Bitmap]:
        """The items with a note of the reader, and those without."""
        noted = self.edition.bitmap(self.notes)
        return {"yes": noted, "no": self.edition.everything & ~noted}

    def having(self, name: str) -> Mapping[str, Bitmap]:
        """Return the items that have each value that the filter `name` asks for."""
        if name == "status":
            return self.by_status
        return self.by_note if name == "note" else self.edition.values[name]

    def finished(self, is_wanted: Callable[[datetime.date], bool]) -> Bitmap:
        """Return the items that the reader finished on a day that is wanted."""
        marks = self.marks.items()
        return self.edition.bitmap(
            pk for pk, state in marks if state.finished_on and is_wanted(state.finished_on)
        )

    def showing(self, shown: Bitmap) -> Standing:
        """Return this standing with a shelf on which all but the items of `shown` turn pale."""
        narrowed = copy(self)
        narrowed.shelf = self.shelf.showing(shown)
        return narrowed


def standing_of(reader: Member | Guest, edition: Edition) -> Standing:
    """Return where `reader` stands: measured once, until their marks, the canon or the day change.

    It is kept with the edition for as long as the reader's record is kept.
    """
    record, today = reader.record, reader.today()
    if record is None or not record.stamp:
        return Standing(edition, today, reader.marks, reader.notes)
    found: Standing | None = edition.standings.get(record)
    if found is None or found.today != today:
        counts = found.counts if found else counts_after(record, edition)
        found = Standing(edition, today, record.marks, record.notes, counts)
        edition.standings[record] = found
    return found


def counts_after(record: Record, edition: Edition) -> Counts | None:
    """Return the counts of `record`, carried on from one before it; None if they are unknown."""
    before, changed = record.take_origin()
    known: Standing | None = edition.standings.get(before) if before else None
    if before is None or known is None:
        return None
    return known.counts.moved(edition, before.marks, record.marks, changed)
