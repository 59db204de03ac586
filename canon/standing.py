"""Where a reader stands: the shelf, the sentence under it, and the bars of the contents."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from canon.models import Item
from canon.outline import Heading, Outline
from canon.readers import Guest, Member
from canon.shelf import Shelf
from canon.tally import Tally, tally, tally_by_section


class Standing:
    """What the canon page, and every answer to a change of marks, shows of a reader's progress."""

    def __init__(
        self,
        reader: Member | Guest,
        outline: Outline,
        items: Iterable[Item],
        shown: set[int] | None = None,
    ) -> None:
        """Measure `reader` against `items`, all that are published, in any order.

        Of the shelf, what is not in `shown` turns pale; by default nothing does.
        """
        place = {pk: index for index, pk in enumerate(outline.by_id)}
        in_order = sorted(items, key=lambda item: (place[item.section_id], item.position))
        marks = reader.marks
        statuses = {pk: state.status for pk, state in marks.items()}
        self.total: Tally = tally(in_order, marks)
        self.contents: list[tuple[Heading, Tally]] = tally_by_section(in_order, marks, outline)
        self.shelf = Shelf(in_order, outline, shown, statuses)
        today = reader.today()
        monday = today - datetime.timedelta(days=today.weekday())
        finished = (marks[item.pk].finished_on for item in in_order if item.pk in marks)
        self.this_week = sum(1 for day in finished if day and monday <= day <= today)

    @classmethod
    def of(cls, reader: Member | Guest) -> Standing:
        """Return where `reader` stands, from two queries and the reader's marks."""
        items = Item.objects.published().only("slug", "title", "effort", "section", "position")
        return cls(reader, Outline(), items)
