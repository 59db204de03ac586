"""The shelf: every item a book spine on one plank, drawn by the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import ceil
from typing import ClassVar
from zlib import crc32

from canon.bitmaps import Bitmap
from canon.models import UNREAD, Item, MarkState, Status
from canon.outline import Outline

HEIGHT = 60
GAP_IN_SECTION = 1
GAP_BETWEEN_SECTIONS = 11
# A canon with more items than this has spines that stand for several neighbours each.
MOST_SPINES = 200


@dataclass(frozen=True)
class Spine:
    """One item on the shelf, or several neighbours, in the units of the drawing."""

    items: tuple[Item, ...]
    # The same items among all that are on the shelf.
    bitmap: Bitmap
    x: int
    width: int
    height: int

    @property
    def item(self) -> Item:
        """The item it leads to: the first of those it stands for."""
        return self.items[0]

    @property
    def last(self) -> Item:
        """The last of those it stands for."""
        return self.items[-1]

    @property
    def y(self) -> int:
        """Where the spine begins, from the top."""
        return HEIGHT - self.height

    def status(self, marks: Mapping[int, MarkState]) -> str:
        """Return the status it shows, out of a reader's marks by item; empty for unread.

        Several items that differ are under way together.
        """
        found = {marks.get(item.id, UNREAD).status for item in self.items}
        return found.pop() if len(found) == 1 else str(Status.READING)


class Shelf:
    """The spines of the canon, from left to right, sections apart by a gap."""

    height: ClassVar = HEIGHT
    # Long works are thick books.
    WIDTHS: ClassVar[dict[str, int]] = {"minutes": 5, "hour": 6, "day": 8, "weeks": 10}

    def __init__(self, items: Sequence[Item], outline: Outline) -> None:
        """Set up `items`, in canon order."""
        self.spines: list[Spine] = []
        x, before, place = 0, None, 0
        for several in self.bundles(items):
            first = several[0]
            root = outline.by_id[first.section_id].ancestry[-1]
            if before is not None:
                x += GAP_IN_SECTION if root is before else GAP_BETWEEN_SECTIONS
            width = self.WIDTHS[first.effort]
            # A book keeps its height for ever: it is taken from its slug.
            height = 36 + crc32(first.slug.encode()) % 21
            bitmap = (1 << len(several)) - 1 << place
            self.spines.append(Spine(several, bitmap, x, width, height))
            x, before, place = x + width, root, place + len(several)
        self.width = x

    def bundles(self, items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
        """Yield what stands in one spine, neighbours of one section each."""
        size = max(1, ceil(len(items) / MOST_SPINES))
        for _section, group in groupby(items, lambda item: item.section_id):
            members = tuple(group)
            for start in range(0, len(members), size):
                yield members[start : start + size]

    @cached_property
    def places(self) -> dict[int, int]:
        """In which spine each item stands, counted from the left, by the item's id."""
        return {item.id: place for place, s in enumerate(self.spines) for item in s.items}

    def coloured(self, marks: Mapping[int, MarkState]) -> ColouredShelf:
        """Return the shelf in the colours of `marks`, by the item's id."""
        return ColouredShelf(self, [spine.status(marks) for spine in self.spines])


class ColouredShelf:
    """The shelf as one reader sees it."""

    def __init__(self, shelf: Shelf, statuses: list[str], shown: Bitmap | None = None) -> None:
        """Give each spine of `shelf` one of `statuses`; of `shown`, see `showing`."""
        self.shelf, self.statuses, self.shown = shelf, statuses, shown

    def showing(self, shown: Bitmap) -> ColouredShelf:
        """Return this shelf with those spines pale of which no item is among `shown`."""
        return ColouredShelf(self.shelf, self.statuses, shown)

    @property
    def spines(self) -> Iterable[tuple[Spine, str, bool]]:
        """Each spine with its status and whether it is pale."""
        for spine, status in zip(self.shelf.spines, self.statuses, strict=True):
            yield spine, status, self.shown is not None and not spine.bitmap & self.shown

    @property
    def told(self) -> str:
        """The status of each spine, from left to right, a space between them."""
        return " ".join(self.statuses)

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return self.shelf.width

    @property
    def height(self) -> int:
        """The height of the drawing, without the plank."""
        return self.shelf.height
