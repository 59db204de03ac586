"""What a reader shows to everyone: bars and finished titles, and nothing else.

No notes, no dates, and not what is under way, queued or skipped; skipped items only leave the
total, as they do for the reader.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from canon.charts import spine_path
from canon.editions import current_edition
from canon.models import Item, MarkState, Status
from canon.outline import Heading
from canon.shelf import ColouredShelf
from canon.tally import Tally, count_marked, tally_by_section, tally_edition


class PublicProgress:
    """The progress of one reader, as anybody may see it."""

    def __init__(self, user: Any) -> None:
        """Read what `user` finished: two queries, whatever the number of items."""
        counted = user.marks.filter(status__in=(Status.READ, Status.SKIPPED))
        self.states = {item: MarkState(s) for item, s in counted.values_list("item_id", "status")}
        self.edition = current_edition()
        self.marked = count_marked(self.edition, self.states)
        self.total: Tally = tally_edition(self.edition, self.marked)

    @cached_property
    def read(self) -> list[Item]:
        """What the reader finished, in canon order, retired items among them."""
        retired = Item.objects.filter(state=Item.State.RETIRED, pk__in=self.states)
        items = [*self.edition.items, *retired.defer("search_text")]
        return self.edition.sorted([item for item in items if self.is_read(item)])

    def is_read(self, item: Item) -> bool:
        """Tell whether the reader finished `item`."""
        state = self.states.get(item.pk)
        return state is not None and state.status == Status.READ

    @property
    def bars(self) -> list[tuple[Heading, Tally]]:
        """Each heading with its counts, down the page."""
        return tally_by_section(self.edition, self.marked)

    @property
    def finished(self) -> list[tuple[Heading, list[Item]]]:
        """The finished items under their top sections, retired ones among them."""
        groups: dict[int, tuple[Heading, list[Item]]] = {}
        for item in self.read:
            root = self.edition.outline.by_id[item.section_id].ancestry[-1]
            groups.setdefault(root.section.pk, (root, []))[1].append(item)
        return list(groups.values())

    @property
    def shelf(self) -> ColouredShelf:
        """The shelf, on which only what is finished has a colour."""
        finished = {item.pk: MarkState(Status.READ) for item in self.read}
        return self.edition.shelf.coloured(finished)

    @property
    def spines(self) -> dict[str, Any]:
        """The shelf as two paths, of what is finished and what is not, for the badge."""
        shelf = self.shelf
        read = [spine for spine, status, _ in shelf.spines if status]
        unread = [spine for spine, status, _ in shelf.spines if not status]
        return {
            "width": shelf.width,
            "height": shelf.height,
            "read": spine_path(read),
            "unread": spine_path(unread),
        }
