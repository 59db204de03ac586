"""What to read first: the order in which items build on one another, and the way to one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from canon.editions import Edition
from canon.models import Item, MarkState, Status
from canon.tally import Tally, tally

# What each item builds on, both by their ids.
BuildsOn = Mapping[int, Collection[int]]

DONE = {Status.READ, Status.SKIPPED}


def all_below(item: int, builds_on: BuildsOn) -> set[int]:
    """Return everything that `item` builds on, however indirectly; never the item itself."""
    found: set[int] = set()
    waiting = [item]
    while waiting:
        for base in builds_on.get(waiting.pop(), ()):
            if base not in found:
                found.add(base)
                waiting.append(base)
    return found - {item}


def in_building_order(items: Sequence[int], builds_on: BuildsOn) -> list[int]:
    """Return `items`, given in canon order, so that each comes after what it builds on.

    Among those that could come next the first of the canon does. Edges that lead to something
    else are of no account. A circle, which no form lets through, comes last, in canon order.
    """
    place = {item: number for number, item in enumerate(items)}
    missing = {item: sum(base in place for base in set(builds_on.get(item, ()))) for item in items}
    carried = defaultdict[int, list[int]](list)
    for item in items:
        for base in set(builds_on.get(item, ())):
            carried[base].append(item)
    ready = [place[item] for item in items if not missing[item]]
    heapify(ready)
    ordered: list[int] = []
    while ready:
        item = items[heappop(ready)]
        ordered.append(item)
        for above in carried[item]:
            missing[above] -= 1
            if not missing[above]:
                heappush(ready, place[above])
    arrived = set(ordered)
    return ordered + [item for item in items if item not in arrived]


@dataclass(frozen=True)
class Step:
    """One item on the way, and what it is to the reader."""

    item: Item
    state: MarkState


class Way:
    """The way to an item: what to read before it, the first thing first."""

    def __init__(self, item: Item, edition: Edition, marks: Mapping[int, MarkState]) -> None:
        """Find the way to `item` in `edition`, for a reader with these `marks`.

        Every published item on which this one builds, however indirectly, is a step. One that is
        not published is none, but what lies behind it still is.
        """
        builds_on = edition.bases
        below = all_below(item.pk, builds_on) & edition.by_id.keys()
        items = {step.pk: step for step in edition.items if step.pk in below} if below else {}
        # What leads through something unpublished is kept in order, too.
        reach = {pk: all_below(pk, builds_on) & items.keys() for pk in items}
        ordered = in_building_order(list(items), reach)
        self.steps = [Step(items[pk], marks.get(pk, MarkState())) for pk in ordered]
        self.tally: Tally = tally(items.values(), marks)

    def __bool__(self) -> bool:
        """Whether there is more to tell than the one item it builds on."""
        return len(self.steps) > 1

    @property
    def unmarked(self) -> list[Item]:
        """What is left to be queued: neither finished nor skipped, under way nor queued."""
        return [step.item for step in self.steps if not step.state.status]

    @property
    def is_clear(self) -> bool:
        """Whether every step is read or skipped."""
        return all(step.state.status in DONE for step in self.steps)
