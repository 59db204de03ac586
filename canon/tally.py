"""Honest numbers: how far a reader has come with the canon and with each section."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from canon.models import Item, MarkState, Status
from canon.outline import Heading, Outline


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

    def add(self, status: str) -> None:
        """Count one more item, of the status `status`; empty for unread."""
        self.everything += 1
        if status in Status.values:
            setattr(self, status, getattr(self, status) + 1)


def tally(items: Iterable[Item], marks: Mapping[int, MarkState]) -> Tally:
    """Return the counts of `items`, given the reader's `marks` by the item's id."""
    counts = Tally()
    for item in items:
        counts.add(marks[item.pk].status if item.pk in marks else "")
    return counts


def tally_by_section(
    items: Iterable[Item], marks: Mapping[int, MarkState], outline: Outline
) -> list[tuple[Heading, Tally]]:
    """Return each heading that has items at any depth, down the page, with their counts."""
    counts = {pk: Tally() for pk in outline.by_id}
    for item in items:
        status = marks[item.pk].status if item.pk in marks else ""
        for heading in outline.by_id[item.section_id].ancestry:
            counts[heading.section.pk].add(status)
    tallies = [(heading, counts[pk]) for pk, heading in outline.by_id.items()]
    return [(heading, count) for heading, count in tallies if count.everything]
