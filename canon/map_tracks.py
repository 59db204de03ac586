"""The lines between two columns of the map: which of them runs up and down where.

All lines that leave one place share an upright piece, its trunk. Trunks stand side by side in the
gutter between the columns, in the order with the fewest crossings found, and two of them share a
track where they do not get in each other's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CLEAR = 7  # how far apart two lines of a track stay
OVERLAP = 10  # a line that lies on another's is as bad as so many crossings
ROUNDS = 4
CROWD = 64  # so many trunks cross anyway, and putting them in order would take long


@dataclass(frozen=True)
class Fan:
    """The lines that leave one place on the left, at the height `start`, for those at `ends`."""

    start: int
    ends: tuple[int, ...]

    @property
    def low(self) -> int:
        """Where the trunk begins, from the top."""
        return min(self.start, *self.ends)

    @property
    def high(self) -> int:
        """Where the trunk ends."""
        return max(self.start, *self.ends)

    @property
    def is_level(self) -> bool:
        """Whether there is no trunk at all."""
        return self.low == self.high

    def spans(self, y: int) -> bool:
        """Tell whether the trunk passes the height `y`."""
        return self.low < y < self.high


def overlaps(left: Fan, right: Fan) -> int:
    """Count the lines that end where one of the right fan begins: they would lie on each other."""
    return sum(abs(end - right.start) < CLEAR for end in left.ends)


def crossings(left: Fan, right: Fan) -> int:
    """Count the crossings of two fans if the trunk of the one is left of that of the other."""
    meeting = left.ends.count(right.start)
    return left.spans(right.start) + sum(map(right.spans, left.ends)) + meeting


def cost(left: Fan, right: Fan) -> int:
    """Return how bad it is if the trunk of the one is left of that of the other."""
    return crossings(left, right) + OVERLAP * overlaps(left, right)


def arrange(fans: Sequence[Fan]) -> tuple[list[int], int]:
    """Return the track of each fan, from 0 at the left, and how many lines cross."""
    upright = [number for number, fan in enumerate(fans) if not fan.is_level]
    order = side_by_side(fans, upright)
    tracks = [0] * len(fans)
    for number, fan in enumerate(order):
        beside = [tracks[other] + 1 for other in order[:number] if touch(fans[fan], fans[other])]
        tracks[fan] = max(beside, default=0)
    total = sum(crossings(fans[a], fans[b]) for i, a in enumerate(order) for b in order[i + 1 :])
    level = [fan.start for fan in fans if fan.is_level]
    return tracks, total + sum(fans[fan].spans(y) for fan in order for y in level)


def side_by_side(fans: Sequence[Fan], upright: list[int]) -> list[int]:
    """Return the numbers `upright` in the order of their trunks, from the left."""
    if len(upright) > CROWD:
        return upright
    price = {
        (a, b): cost(fans[a], fans[b]) - cost(fans[b], fans[a])
        for a in upright
        for b in upright
        if a != b
    }
    order: list[int] = []
    for fan in upright:
        order.insert(best_place(fan, order, price), fan)
    for _ in range(ROUNDS):
        for fan in upright:
            order.remove(fan)
            order.insert(best_place(fan, order, price), fan)
    return order


def best_place(fan: int, order: Sequence[int], price: dict[tuple[int, int], int]) -> int:
    """Return where in `order` a fan costs least, as far to the left as may be."""
    # To begin with it is the first: left of everything.
    costs = [0]
    for other in order:
        costs.append(costs[-1] - price[fan, other])
    return costs.index(min(costs))


def touch(one: Fan, other: Fan) -> bool:
    """Tell whether two trunks need tracks of their own."""
    return one.low < other.high + CLEAR and other.low < one.high + CLEAR
