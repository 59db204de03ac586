"""Where a reader stands: the shelf, the sentence under it, and the bars of the contents."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from canon.editions import Edition
from canon.outline import Heading
from canon.progress import Suggestion, what_next
from canon.readers import Guest, Member
from canon.shelf import ColouredShelf
from canon.tally import Tally, count_marked, tally_by_section, tally_edition


class Standing:
    """What the canon page, and every answer to a change of marks, shows of a reader's progress."""

    def __init__(
        self, reader: Member | Guest, edition: Edition, shown: Collection[int] | None = None
    ) -> None:
        """Measure `reader` against all of `edition`.

        Of the shelf, what is not in `shown` turns pale; by default nothing does.
        """
        self.edition, self.marks = edition, reader.marks
        marked = count_marked(edition, self.marks)
        self.total: Tally = tally_edition(edition, marked)
        self.contents: list[tuple[Heading, Tally]] = tally_by_section(edition, marked)
        statuses = {pk: state.status for pk, state in self.marks.items()}
        self.shelf: ColouredShelf = edition.shelf.coloured(statuses, shown)
        today = reader.today()
        monday = today - datetime.timedelta(days=today.weekday())
        self.this_week = sum(
            monday <= state.finished_on <= today and pk in edition.by_id
            for pk, state in self.marks.items()
            if state.finished_on
        )

    @property
    def next(self) -> Suggestion | None:
        """What to read next and why; None where nothing is left."""
        edition = self.edition
        found = what_next(edition.items, self.marks, edition.bases, edition.outline, 1)
        return next(iter(found), None)
