"""Which items only changed their slug: the row, and with it marks and notes, is to stay."""

from __future__ import annotations

from collections.abc import Collection

from canon.addresses import comparable
from canon.shipping.rows import Rows


def match_renames(
    base: Rows | None, ours: Rows, theirs: Rows
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the items of `base`, and those of `ours`, are called in the merge.

    An item is the same under another slug if one slug went and another came, on one side, and
    both have the same address. In the merge it goes by the slug that is shipped. Without a base
    nothing is certain, and every slug is an item of its own.
    """
    if base is None:
        return {}, {}
    before, here, shipped = slugs(base), slugs(ours), slugs(theirs)
    shipped_anew = pair(base, before - shipped, theirs, shipped - before - here)
    names = {old: new for old, new in shipped_anew.items() if old in before}
    renamed_here = pair(base, before - here, ours, here - before - shipped)
    names_here = {own: names.get(old, old) for old, own in renamed_here.items()}
    names_here |= {old: new for old, new in names.items() if old in here}
    return names, names_here


def slugs(rows: Rows) -> set[str]:
    """Return the slugs of all items."""
    return {key[1] for key in rows if key[0] == "item"}


def pair(before: Rows, gone: Collection[str], after: Rows, came: Collection[str]) -> dict[str, str]:
    """Return the new slug of each of `gone` that is among `came` by its address, if only one is."""
    by_address: dict[str, list[str]] = {}
    for slug in sorted(came):
        address = comparable(after[("item", slug)]["url"])
        by_address.setdefault(address, []).append(slug)
    pairs = {}
    for slug in sorted(gone):
        found = by_address.get(comparable(before[("item", slug)].get("url", "")), [])
        if len(found) == 1:
            pairs[slug] = found.pop()
    return pairs
