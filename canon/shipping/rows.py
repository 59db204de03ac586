"""The canon as plain rows: what fixtures, a shipment and the database have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from canon.models import Author, Authorship, Dependency, Item, Link, Section

# ("item", "gpt-3"), ("link", "gpt-3", "https://…"): a kind, and what names a row of it.
Key = tuple[str, ...]
# The value of each field; a reference is the slug of what it refers to.
Fields = dict[str, Any]
Rows = dict[Key, Fields]
# Within which positions count: a kind, and the slug of what holds its rows, empty for the canon.
Place = tuple[str, str]
Record = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """What is to be known of one kind of rows."""

    model: type[Model]
    # The fields that name a row.
    key: tuple[str, ...] = ("slug",)
    # The kind that each referring field refers to.
    references: Mapping[str, str] = field(default_factory=dict)
    # The field within whose value positions count, empty for the whole canon, None for nothing.
    place: str | None = None
    # What its rows are called below an item, to name them.
    below: str = ""


KINDS = {
    "author": Kind(Author),
    "section": Kind(Section, references={"parent": "section"}, place=""),
    "item": Kind(Item, references={"section": "section", "replaced_by": "item"}, place="section"),
    "authorship": Kind(
        Authorship, ("item", "author"), {"item": "item", "author": "author"}, "item", "authors"
    ),
    "link": Kind(Link, ("item", "url"), {"item": "item"}, "item", "links"),
    "dependency": Kind(
        Dependency, ("item", "builds_on"), {"item": "item", "builds_on": "item"}, below="builds-on"
    ),
}
KIND_OF = {kind.model: name for name, kind in KINDS.items()}


def key_of(name: str, fields: Fields) -> Key:
    """Return the key of a row of the kind `name`."""
    return (name, *(fields[key] for key in KINDS[name].key))


def rows_of(records: Iterable[Record]) -> Rows:
    """Return the rows that `records` of a fixture hold, in their order."""
    rows: Rows = {}
    for record in records:
        name = record["model"].removeprefix("canon.")
        fields = {
            key: value[0] if isinstance(value, list | tuple) else value
            for key, value in record["fields"].items()
        }
        rows[key_of(name, fields)] = fields
    return rows


def records_of(rows: Rows) -> list[Record]:
    """Return `rows` as a fixture holds them: the way back from `rows_of`."""
    return [
        {
            "model": f"canon.{name}",
            "fields": {
                key: [value] if key in KINDS[name].references and value is not None else value
                for key, value in fields.items()
            },
        }
        for (name, *_key), fields in rows.items()
    ]


def of_kind(rows: Rows, name: str) -> Rows:
    """Return the rows of one kind."""
    return {key: fields for key, fields in rows.items() if key[0] == name}


def place_of(key: Key, fields: Fields) -> Place | None:
    """Return within what the row's position counts, None if it has none or that is not known."""
    place = KINDS[key[0]].place
    if place is None or (place and place not in fields):
        return None
    return (key[0], fields[place] if place else "")


def sequences(rows: Rows) -> dict[Place, list[Key]]:
    """Return the rows of each place in their order; rows of one position as they come."""
    found: dict[Place, list[Key]] = defaultdict(list)
    for key, fields in rows.items():
        place = place_of(key, fields)
        if place and "position" in fields:
            found[place].append(key)
    return {place: sorted(keys, key=lambda k: rows[k]["position"]) for place, keys in found.items()}


def row_name(key: Key) -> str:
    """Return how the command names a row: gpt-3, section/agents, gpt-3/builds-on/bert."""
    name, first, *rest = key
    if name == "item":
        return first
    return "/".join((first, KINDS[name].below, *rest) if rest else (name, first))


def place_name(place: Place) -> str:
    """Return how the command names what has an order: sections, section/agents, gpt-3/links."""
    name, holder = place
    if name == "section":
        return "sections"
    return f"section/{holder}" if name == "item" else f"{holder}/{KINDS[name].below}"


def renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    """Return `rows` with items under other names; what their field `slug` says stays."""
    if not names:
        return rows
    result: Rows = {}
    for key, fields in rows.items():
        references = KINDS[key[0]].references
        changed = {
            field: names.get(value, value) if references.get(field) == "item" else value
            for field, value in fields.items()
        }
        own = ("item", names.get(key[1], key[1])) if key[0] == "item" else key_of(key[0], changed)
        result[own] = changed
    return result
