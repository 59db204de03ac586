"""Honest numbers: how far a reader has come with the canon and with each section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from canon.editions import Edition
from canon.models import Item, MarkState
from canon.outline import Heading

# How many marks there are, by the id of a section and the status.
Marked = Mapping[tuple[int, str], int]


@dataclass
class Tally:
    """Counts of items by what a reader has made of them."""

    everything: int = 0
    read: int = 0
    reading: int = 0
    queued: int = 0
    skipped: int = 0

    @property
    def total(self) -> int:
        """What there is to read: skipped items leave the total."""
        return self.everything - self.skipped

    def add(self, status: str, count: int = 1) -> None:
        """Count marks of some of the items."""
        setattr(self, status, getattr(self, status) + count)


def tally(items: Collection[Item], marks: Mapping[int, MarkState]) -> Tally:
    """Return the counts of `items`, given the reader's `marks` by the item's id."""
    counts = Tally(everything=len(items))
    for item in items:
        if item.pk in marks:
            counts.add(marks[item.pk].status)
    return counts


def count_marked(edition: Edition, marks: Mapping[int, MarkState]) -> Marked:
    """Count the marks of published items by section and status: once, for all that is told."""
    section_of = edition.section_of
    return Counter(
        (section_of[item], state.status) for item, state in marks.items() if item in section_of
    )


def tally_edition(edition: Edition, marked: Marked) -> Tally:
    """Return the counts of the whole canon, given what `count_marked` counted."""
    counts = Tally(everything=len(edition.items))
    for (_section, status), count in marked.items():
        counts.add(status, count)
    return counts


def tally_by_section(edition: Edition, marked: Marked) -> list[tuple[Heading, Tally]]:
    """Return each heading that has items at any depth, down the page, with their counts."""
    sizes = edition.values["section"]
    counts = {h.section.id: Tally(sizes[h.section.slug].bit_count()) for h in edition.headings}
    for (section, status), count in marked.items():
        for heading in edition.outline.by_id[section].ancestry:
            counts[heading.section.id].add(status, count)
    return [(heading, counts[heading.section.id]) for heading in edition.headings]
