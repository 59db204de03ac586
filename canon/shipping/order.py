"""The order of a merge: who moved something decides; what is new follows what it followed."""

from __future__ import annotations

from collections.abc import Iterable

from canon.shipping.differences import Difference, Verdict, name_of_order
from canon.shipping.merging import Merge
from canon.shipping.rows import Key, Place, Rows, of_kind, place_name, place_of, sequences

Sequence = list[Key]


def merge_order(merge: Merge) -> None:
    """Give the rows of `merge` their positions, from 1; where nothing changes, the present ones."""
    base, ours, theirs = sequences(merge.base), sequences(merge.ours), sequences(merge.theirs)
    members: dict[Place, set[Key]] = {}
    for key, fields in merge.rows.items():
        if place := place_of(key, fields):
            members.setdefault(place, set()).add(key)
    for place, rows in members.items():
        here = [key for key in ours.get(place, ()) if key in rows]
        shipped = [key for key in theirs.get(place, ()) if key in rows]
        order = choose(merge, place, base.get(place, []), here, shipped)
        if place[0] == "section":
            order = down_the_page(merge.rows, order)
        if order != ours.get(place):
            for position, key in enumerate(order, start=1):
                merge.rows[key] = {**merge.rows[key], "position": position}


def choose(
    merge: Merge, place: Place, base: Sequence, here: Sequence, shipped: Sequence
) -> Sequence:
    """Return the order of one place, out of the orders of the three sides."""
    common = set(here) & set(shipped)
    if among(common, here) == among(common, shipped):
        return weave(here, shipped)
    known = common & set(base)
    moved_here = among(known, here) != among(known, base)
    moved_there = among(known, shipped) != among(known, base)
    if not merge.is_base_known or (moved_here and moved_there):
        verdict = Verdict.CONFLICT
    else:
        verdict = Verdict.CURATED if moved_here else Verdict.MOVED
    name, row = name_of_order(place), place_name(place)
    verdict = merge.wishes.judge(name, row, verdict, Verdict.MOVED)
    merge.differences.append(
        Difference(name, verdict, place, "order", names(here, common), names(shipped, common))
    )
    if verdict is Verdict.CONFLICT:
        leave_open(merge.settled, base, place)
    return weave(shipped, here) if verdict is Verdict.MOVED else weave(here, shipped)


def among(chosen: Iterable[Key], order: Sequence) -> Sequence:
    """Return the order of those that are among `chosen`."""
    wanted = set(chosen)
    return [key for key in order if key in wanted]


def names(order: Sequence, common: set[Key]) -> str:
    """Return an order as the curator may read it."""
    return ", ".join(key[-1] for key in among(common, order))


def weave(first: Sequence, second: Sequence) -> Sequence:
    """Return `first` with what only `second` has, each after what it follows there."""
    order, known = list(first), set(first)
    before = None
    for key in second:
        if key not in known:
            order.insert(order.index(before) + 1 if before else 0, key)
            known.add(key)
        before = key
    return order


def leave_open(settled: Rows, base: Sequence, place: Place) -> None:
    """Let the next base have the order that the present one has in `place`."""
    now = sequences(settled).get(place, [])
    kept = weave([key for key in base if key in set(now)], now) if base else []
    for key in now:
        del settled[key]["position"]
    for position, key in enumerate(kept, start=1):
        settled[key]["position"] = position


def down_the_page(rows: Rows, order: Sequence) -> Sequence:
    """Return sections so that each stands above those below it, else in `order`."""
    sections = of_kind(rows, "section")
    children: dict[str | None, Sequence] = {}
    for key in order:
        children.setdefault(sections[key]["parent"], []).append(key)

    def below(parent: str | None) -> Sequence:
        found: Sequence = []
        for key in children.get(parent, ()):
            found += [key, *below(key[1])]
        return found

    return below(None)
