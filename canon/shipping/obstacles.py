"""What a merge must not bring about: the canon would not hold together.

Each side holds together by itself; the two may not. What is in the way is always something taken
from the shipped side, which is then left out, and the merge is made again.
"""

from __future__ import annotations

from collections.abc import Iterator

from canon.addresses import comparable
from canon.shipping.reading import reached_from
from canon.shipping.rows import KINDS, Key, Rows, of_kind, row_name

# Row, field (empty for the whole row), and the reason.
Obstacle = tuple[Key, str, str]


def find_obstacles(merged: Rows, ours: Rows, theirs: Rows) -> Iterator[Obstacle]:
    """Yield what must not be taken over, and why, given what a merge would come to."""
    yield from missing_references(merged, ours)
    yield from doubled_items(merged, ours, theirs)
    yield from circles_of_sections(merged, ours)
    yield from circles_of_edges(merged, ours)


def is_new(key: Key, field: str, merged: Rows, ours: Rows) -> bool:
    """Tell whether a field was taken from the shipped side, by itself or with its row."""
    return key not in ours or merged[key][field] != ours[key][field]


def missing_references(merged: Rows, ours: Rows) -> Iterator[Obstacle]:
    """Yield what names a row that is not here."""
    for key, fields in merged.items():
        for field, kind in KINDS[key[0]].references.items():
            named = fields[field]
            if named is None or (kind, named) in merged or not is_new(key, field, merged, ours):
                continue
            can_do_without = field in {"replaced_by", "parent"}
            part = field if key in ours or can_do_without else ""
            yield key, part, f"{row_name((kind, named))} is not here"


def doubled_items(merged: Rows, ours: Rows, theirs: Rows) -> Iterator[Obstacle]:
    """Yield an address, a slug or a whole item that another item here has already."""
    items = of_kind(merged, "item")
    for field in ("url", "slug"):
        holders: dict[str, list[Key]] = {}
        for key, row in items.items():
            holders.setdefault(row[field], []).append(key)
        for keys in holders.values():
            for key in keys if len(keys) > 1 else ():
                if is_new(key, field, merged, ours):
                    other = next(k for k in keys if k != key)
                    part = field if key in ours else ""
                    yield key, part, f"{row_name(other)} has the same {field} here"
    here_only = {
        comparable(row["url"]): key
        for key, row in items.items()
        if key in ours and key not in theirs
    }
    for key, row in items.items():
        other_key = here_only.get(comparable(row["url"]))
        if key not in ours and other_key:
            yield key, "", f"{row_name(other_key)} is the same work under another slug"


def circles_of_sections(merged: Rows, ours: Rows) -> Iterator[Obstacle]:
    """Yield a parent that stands below its child here."""
    parents = {
        key[1]: {row["parent"]} for key, row in of_kind(merged, "section").items() if row["parent"]
    }
    for slug, (parent,) in parents.items():
        key = ("section", slug)
        if is_new(key, "parent", merged, ours) and slug in reached_from(parent, parents):
            yield key, "parent", f"section/{parent} stands below it here"


def circles_of_edges(merged: Rows, ours: Rows) -> Iterator[Obstacle]:
    """Yield an edge that would close a cycle with those that are here."""
    leads: dict[str, set[str]] = {}
    edges = of_kind(merged, "dependency")
    for key in sorted(edges, key=lambda key: key not in ours):
        _kind, item, builds_on = key
        if key not in ours and item in reached_from(builds_on, leads):
            yield key, "", f"{builds_on} builds on {item} here"
        else:
            leads.setdefault(item, set()).add(builds_on)
