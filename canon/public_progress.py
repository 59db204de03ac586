"""What a reader shows to everyone: bars and finished titles, and nothing else.

No notes, no dates, and not what is under way, queued or skipped; skipped items only leave the
total, as they do for the reader.
"""

from __future__ import annotations

from typing import Any

from canon.charts import spine_path
from canon.models import Item, MarkState, Status
from canon.outline import Heading, Outline
from canon.shelf import Shelf
from canon.tally import Tally, tally, tally_by_section


class PublicProgress:
    """The progress of one reader, as anybody may see it."""

    def __init__(self, user: Any) -> None:
        """Read what `user` finished: three queries, whatever the number of items."""
        counted = user.marks.filter(status__in=(Status.READ, Status.SKIPPED))
        self.states = {item: MarkState(s) for item, s in counted.values_list("item_id", "status")}
        self.outline = Outline()
        visible = (Item.State.PUBLISHED, Item.State.RETIRED)
        items = Item.objects.filter(state__in=visible).in_canon_order().defer("search_text")
        self.read = [item for item in items if self.is_read(item)]
        self.published = [item for item in items if item.state == Item.State.PUBLISHED]
        self.total: Tally = tally(self.published, self.states)

    def is_read(self, item: Item) -> bool:
        """Tell whether the reader finished `item`."""
        state = self.states.get(item.pk)
        return state is not None and state.status == Status.READ

    @property
    def bars(self) -> list[tuple[Heading, Tally]]:
        """Each heading with its counts, down the page."""
        return tally_by_section(self.published, self.states, self.outline)

    @property
    def finished(self) -> list[tuple[Heading, list[Item]]]:
        """The finished items under their top sections, retired ones among them."""
        groups: dict[int, tuple[Heading, list[Item]]] = {}
        for item in self.read:
            root = self.outline.by_id[item.section_id].ancestry[-1]
            groups.setdefault(root.section.pk, (root, []))[1].append(item)
        return list(groups.values())

    @property
    def shelf(self) -> Shelf:
        """The shelf, on which only what is finished has a colour."""
        statuses = {item.pk: str(Status.READ) for item in self.read}
        return Shelf(self.published, self.outline, statuses=statuses)

    @property
    def spines(self) -> dict[str, Any]:
        """The shelf as two paths, of what is finished and what is not, for the badge."""
        shelf = self.shelf
        read = [spine for spine in shelf.spines if spine.status]
        unread = [spine for spine in shelf.spines if not spine.status]
        return {
            "width": shelf.width,
            "height": shelf.height,
            "read": spine_path(read),
            "unread": spine_path(unread),
        }
