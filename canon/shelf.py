"""The shelf: every item a book spine on one plank, drawn by the server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar
from zlib import crc32

from canon.models import Item
from canon.outline import Outline

HEIGHT = 60
GAP_IN_SECTION = 1
GAP_BETWEEN_SECTIONS = 11


@dataclass
class Spine:
    """One item on the shelf, in the units of the drawing."""

    item: Item
    x: int
    width: int
    height: int
    is_shown: bool
    # The reader's; empty for unread.
    status: str = ""

    @property
    def y(self) -> int:
        """Where the spine begins, from the top."""
        return HEIGHT - self.height


class Shelf:
    """The spines of items, from left to right, sections apart by a gap."""

    height: ClassVar = HEIGHT
    # Long works are thick books.
    WIDTHS: ClassVar[dict[str, int]] = {"minutes": 5, "hour": 6, "day": 8, "weeks": 10}

    def __init__(
        self,
        items: Iterable[Item],
        outline: Outline,
        shown: set[int] | None = None,
        statuses: Mapping[int, str] | None = None,
    ) -> None:
        """Set up `items`, in canon order, in the colours of `statuses`, by the item's id.

        Those whose ids are not in `shown` turn pale; by default none does.
        """
        statuses = statuses or {}
        self.spines: list[Spine] = []
        x, before = 0, None
        for item in items:
            root = outline.by_id[item.section_id].ancestry[-1]
            if before is not None:
                x += GAP_IN_SECTION if root is before else GAP_BETWEEN_SECTIONS
            width = self.WIDTHS[item.effort]
            # A book keeps its height for ever: it is taken from its slug.
            height = 36 + crc32(item.slug.encode()) % 21
            is_shown = shown is None or item.pk in shown
            status = statuses.get(item.pk, "")
            self.spines.append(Spine(item, x, width, height, is_shown, status))
            x, before = x + width, root
        self.width = x
