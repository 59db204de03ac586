"""Where things stand on the map: from items, edges and sections to geometry, and nothing else.

A layered drawing after Sugiyama. The columns count how much comes before an item: it stands one
to the right of the furthest thing it builds on. The bands are the sections, down the page. Where
an edge passes over columns it has a lane of its own in them, which all edges from the same item
share, so that no line runs through a title. Within a band the order of items and lanes in each
column is the one with the fewest crossings found; `canon.map_tracks` sees to the gutters between
the columns.

The same input gives the same drawing, and no reader's marks are part of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise

from canon.map_tracks import Fan, arrange
from canon.ways import in_building_order

# The units are those of the drawing, pixels at its own size.
MARGIN = 12
RING = 8  # the radius of a mark
LABEL = 168  # the width of a title, from the middle of its mark
COLUMN_ROOM = LABEL + RING  # what a column takes at least, lines aside
TRACK = 6  # between two upright lines
BEND = 7  # the radius of a corner
ROW = 36
LANE = 10
LOOSE_ROW = 36
HEADING = 46
FOOT = 18
FEWEST_COLUMNS = 4
SWEEPS = 4
SETTLING = 10

# An item's id; or the lane, in a column, of the edges from an item.
Entry = int | tuple[int, int]
Cell = tuple[int, int]  # a column and a band


@dataclass(frozen=True)
class Spot:
    """The middle of an item's mark."""

    x: int
    y: int


@dataclass(frozen=True)
class Strand:
    """The line from a base to the item that builds on it.

    The path is the data of an SVG path without its beginning, which is wherever on the height of
    the base its title ends.
    """

    base: int
    item: int
    path: str


@dataclass(frozen=True)
class Band:
    """The region of a section."""

    y: int
    height: int


@dataclass(frozen=True)
class Layout:
    """The geometry of the map."""

    width: int
    height: int
    bands: list[Band]
    spots: dict[int, Spot]
    strands: list[Strand]
    crossings: int


Bands = tuple[tuple[int, ...], ...]
Edges = tuple[tuple[int, int], ...]


@lru_cache(maxsize=8)
def lay_out(bands: Bands, edges: Edges) -> Layout:
    """Draw `bands`, each the ids of its items in canon order, and `edges`, each an item and a base.

    Edges that lead out of the bands, or in a circle, are not drawn.
    """
    return Drawing(bands, edges).layout()


class Drawing:
    """One layout in the making."""

    def __init__(self, bands: Bands, edges: Edges) -> None:
        """Find columns and lanes; the order in each column is the canon's, to begin with."""
        self.bands = bands
        self.band_of = {item: number for number, band in enumerate(bands) for item in band}
        self.column_of = columns(list(self.band_of), edges)
        self.edges = [
            (item, base)
            for item, base in edges
            if item in self.band_of
            and base in self.band_of
            and self.column_of[base] < self.column_of[item]
        ]
        tied = {end for edge in self.edges for end in edge}
        self.loose = [[item for item in band if item not in tied] for band in bands]
        self.count = max([FEWEST_COLUMNS, *(column + 1 for column in self.column_of.values())])
        self.cells = self.fill(tied)
        self.before, self.after = self.hops()
        self.tops, self.floors, self.feet = self.stack()
        self.y: dict[Entry, float] = {}
        for cell in self.cells:
            self.settle(cell, lambda _entry: 0)

    # The frame

    def fill(self, tied: set[int]) -> dict[Cell, list[Entry]]:
        """Return the items and lanes of each column in each band."""
        reach: dict[int, int] = {}
        for item, base in self.edges:
            reach[base] = max(reach.get(base, 0), self.column_of[item])
        cells = defaultdict[Cell, list[Entry]](list)
        for number, band in enumerate(self.bands):
            for item in band:
                column = self.column_of[item]
                if item in tied:
                    cells[column, number].append(item)
                for passed in range(column + 1, reach.get(item, 0)):
                    cells[passed, number].append((item, passed))
        return dict(sorted(cells.items()))

    def hops(self) -> tuple[dict[Entry, list[Entry]], dict[Entry, list[Entry]]]:
        """Return what each entry is tied to in the column before it, and in the one after."""
        before, after = defaultdict[Entry, list[Entry]](list), defaultdict[Entry, list[Entry]](list)
        for item, base in self.edges:
            for left, right in pairwise(self.stations(item, base)):
                if right not in after[left]:
                    after[left].append(right)
                    before[right].append(left)
        return before, after

    def stations(self, item: int, base: int) -> list[Entry]:
        """Return what an edge passes on its way from `base` to `item`, both included."""
        lanes = range(self.column_of[base] + 1, self.column_of[item])
        return [base, *((base, column) for column in lanes), item]

    def stack(self) -> tuple[list[float], list[float], list[float]]:
        """Return where the ordered part of each band begins and ends, and where the band does."""
        tops, floors, feet, y = [], [], [], 0.0
        for number, loose in enumerate(self.loose):
            filled = [
                sum(map(room, entries)) for (_, b), entries in self.cells.items() if b == number
            ]
            tops.append(y + HEADING)
            floors.append(tops[-1] + max(filled, default=0))
            rows = -(-len(loose) // self.count)
            feet.append(floors[-1] + rows * LOOSE_ROW + FOOT)
            y = feet[-1]
        return tops, floors, feet

    # The order

    def length(self) -> float:
        """Add up how far the lines have to go up and down."""
        return sum(abs(self.y[a] - self.y[b]) for a, ends in self.after.items() for b in ends)

    def arrange(self) -> None:
        """Find the order with the fewest crossings; of two, the one with the shorter lines."""
        best = self.score(), self.order()
        for sweep in range(SWEEPS):
            side = self.before if sweep % 2 == 0 else self.after
            cells = list(self.cells) if sweep % 2 == 0 else list(reversed(self.cells))
            for cell in cells:
                wish = partial(self.pull, sides=(side,))
                self.cells[cell].sort(key=wish)
                self.settle(cell, wish)
            self.swap()
            best = min(best, (self.score(), self.order()), key=lambda found: found[0])
        self.cells = {cell: list(entries) for cell, entries in best[1].items()}

    def score(self) -> tuple[int, float]:
        """Return what makes an order worse than another."""
        return self.gutters()[2], self.length()

    def order(self) -> dict[Cell, list[Entry]]:
        """Return the present order, to come back to."""
        return {cell: list(entries) for cell, entries in self.cells.items()}

    def pull(self, entry: Entry, sides: Sequence[Mapping[Entry, list[Entry]]]) -> float:
        """Return where an entry would stand best: in the middle of what it is tied to."""
        tied = [self.y[other] for side in sides for other in side.get(entry, ())]
        return sum(tied) / len(tied) if tied else self.y[entry]

    def straight(self, entry: Entry) -> float:
        """Return where an entry would stand best at last: a lane goes on as it came."""
        return self.y[entry] if isinstance(entry, int) else self.pull(entry, [self.before])

    def swap(self) -> None:
        """Exchange neighbours wherever that undoes more crossings than it makes."""
        for cell, entries in self.cells.items():
            for here in range(len(entries) - 1):
                upper, lower = entries[here : here + 2]
                if self.tangle(upper, lower) > self.tangle(lower, upper):
                    entries[here : here + 2] = lower, upper
            self.settle(cell, lambda entry: self.y[entry])

    def tangle(self, upper: Entry, lower: Entry) -> int:
        """Count the crossings of the lines of two neighbours, one right above the other."""
        return sum(
            self.y[high] > self.y[low]
            for side in (self.before, self.after)
            for high in side.get(upper, ())
            for low in side.get(lower, ())
        )

    # The places

    def settle(self, cell: Cell, wish: Callable[[Entry], float]) -> None:
        """Place the entries of a cell in their order, as near to their wishes as there is room."""
        entries = self.cells[cell]
        ground, shift = 0.0, []
        for entry in entries:
            shift.append(ground + room(entry) / 2)
            ground += room(entry)
        top, floor = self.tops[cell[1]], self.floors[cell[1]]
        wishes = [wish(entry) - above for entry, above in zip(entries, shift, strict=True)]
        for entry, above, y in zip(entries, shift, rising(wishes), strict=True):
            self.y[entry] = min(max(y, top), floor - ground) + above

    def layout(self) -> Layout:
        """Return the finished drawing."""
        self.arrange()
        for cell in self.cells:
            self.settle(cell, lambda _entry: 0)
        for turn in range(SETTLING):
            cells = self.cells if turn % 2 == 0 else reversed(self.cells)
            for cell in cells:
                self.settle(cell, partial(self.pull, sides=(self.before, self.after)))
        for cell in self.cells:
            self.settle(cell, self.straight)
        self.y = {entry: round(y) for entry, y in self.y.items()}
        x, turns, crossings = self.gutters()
        tops = [0.0, *self.feet]
        return Layout(
            width=x[-1] + LABEL + MARGIN,
            height=round(tops[-1]),
            bands=[Band(round(top), round(foot - top)) for top, foot in pairwise(tops)],
            spots=self.spots(x),
            strands=[
                Strand(base, item, self.path(self.stations(item, base), x, turns))
                for item, base in self.edges
            ],
            crossings=crossings,
        )

    def spots(self, x: list[int]) -> dict[int, Spot]:
        """Return where each item stands: those without edges in rows, below the others."""
        spots = {
            item: Spot(x[column], round(self.y[item]))
            for item, column in self.column_of.items()
            if item in self.y
        }
        for floor, loose in zip(self.floors, self.loose, strict=True):
            for number, item in enumerate(loose):
                row, column = divmod(number, self.count)
                spots[item] = Spot(x[column], round(floor + LOOSE_ROW * (row + 0.5)))
        return spots

    def gutters(self) -> tuple[list[int], dict[Entry, int], int]:
        """Return where the marks of each column stand, where lines turn, and how many cross."""
        x, turns, total = [MARGIN + RING], dict[Entry, int](), 0
        for column in range(self.count - 1):
            leaving = [
                entry
                for (c, _), entries in self.cells.items()
                if c == column
                for entry in entries
                if self.after[entry]
            ]
            fans = [
                Fan(round(self.y[e]), tuple(round(self.y[end]) for end in self.after[e]))
                for e in leaving
            ]
            tracks, crossed = arrange(fans)
            total += crossed
            start = x[-1] + LABEL + BEND
            for entry, track in zip(leaving, tracks, strict=True):
                turns[entry] = start + TRACK * track
            x.append(start + TRACK * max(tracks, default=0) + 2 * BEND + RING + 4)
        return x, turns, total

    def path(self, stations: list[Entry], x: list[int], turns: Mapping[Entry, int]) -> str:
        """Return the line through `stations`: level past titles, upright between the columns."""
        y = round(self.y[stations[0]])
        data = ""
        for station, following in pairwise(stations):
            target = round(self.y[following])
            if target != y:
                bend = min(BEND, abs(target - y) / 2)
                down = bend if target > y else -bend
                data += f"H{turns[station] - bend:g}q{bend:g} 0 {bend:g} {down:g}"
                data += f"V{target - down:g}q0 {down:g} {bend:g} {down:g}"
                y = target
        item = stations[-1]
        return data + f"H{x[self.column_of[item]] - RING}"  # type: ignore[index]


def room(entry: Entry) -> int:
    """Return how much of a column's height an item takes, or a lane."""
    return ROW if isinstance(entry, int) else LANE


def columns(items: Sequence[int], edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the column of each item: one more than the furthest of those it builds on."""
    builds_on = defaultdict[int, list[int]](list)
    for item, base in edges:
        builds_on[item].append(base)
    found: dict[int, int] = {}
    for item in in_building_order(items, dict(builds_on)):
        found[item] = max((found[base] + 1 for base in builds_on[item] if base in found), default=0)
    return found


def rising(wishes: Sequence[float]) -> list[float]:
    """Return the numbers nearest to `wishes`, in squares, none smaller than the one before."""
    runs: list[tuple[float, int]] = []
    for wish in wishes:
        total, count = wish, 1
        while runs and runs[-1][0] / runs[-1][1] > total / count:
            before = runs.pop()
            total, count = total + before[0], count + before[1]
        runs.append((total, count))
    return [total / count for total, count in runs for _ in range(count)]
