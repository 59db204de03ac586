"""Reads fixtures and refuses what the canon could not hold, naming file and record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import NOT_PROVIDED, Field, ForeignKey

from canon.shipping.records import RARE, is_text, shipped_fields
from canon.shipping.rows import (
    KINDS,
    Fields,
    Key,
    Kind,
    Record,
    Rows,
    key_of,
    row_name,
    rows_of,
    sequences,
)


class FixtureError(Exception):
    """The fixtures cannot be read; the text says where and why, in one sentence."""


def read_fixtures(folder: Path) -> Rows:
    """Return the canon that the fixtures in `folder` hold, every field of it present.

    Positions become dense: where a merge of two branches gave one place to two rows, they follow
    each other. Raises FixtureError for anything that is not a whole canon.
    """
    rows: Rows = {}
    origins: dict[Key, str] = {}
    for path in fixture_files(folder):
        for number, record in enumerate(read_records(path), start=1):
            where = f"{path.name}, record {number}"
            key, fields = read_row(record, where)
            where = f"{path.name}, {row_name(key)}"
            if key in rows:
                raise FixtureError(f"{where}: stands in {origins[key].split(',')[0]} already.")
            rows[key], origins[key] = fields, where
    check_references(rows, origins)
    check_addresses(rows, origins)
    for keys in sequences(rows).values():
        for position, key in enumerate(keys, start=1):
            rows[key]["position"] = position
    return rows


def fixture_files(folder: Path) -> list[Path]:
    """Return the files of fixtures in `folder`; raises FixtureError if there are none."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise FixtureError(f"There are no fixtures in {folder}.")
    return files


def read_records(path: Path) -> list[Any]:
    """Return the records of one file."""
    try:
        records = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise FixtureError(f"{path.name}, line {error.lineno}: {error.msg}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise FixtureError(f"{path.name}: {error}.") from error
    if not isinstance(records, list):
        raise FixtureError(f"{path.name}: is no list of records.")
    return records


def read_row(record: Any, where: str) -> tuple[Key, Fields]:
    """Return key and fields of one record; `where` is how to name it in a complaint."""
    if not isinstance(record, dict) or not isinstance(record.get("fields"), dict):
        raise FixtureError(f"{where}: is no record with model and fields.")
    name = str(record.get("model")).removeprefix("canon.")
    if name not in KINDS:
        raise FixtureError(f"{where}: there is no model {record.get('model')!r} in the canon.")
    kind, given = KINDS[name], record["fields"]
    known = shipped_fields(kind.model)
    if unknown := sorted(set(given) - set(known)):
        raise FixtureError(f"{where}: {name} has no field {unknown[0]!r}.")
    where = f"{where} ({name} {identity(kind, given)})"
    fields: Fields = {}
    for field_name, field in known.items():
        value = given.get(field_name, default_of(field))
        if value is NOT_PROVIDED:
            raise FixtureError(f"{where}: the field {field_name!r} is missing.")
        try:
            fields[field_name] = read_value(field, value)
        except ValidationError as error:
            raise FixtureError(f"{where}: {field_name}: {' '.join(error.messages)}") from error
    return key_of(name, fields), fields


def identity(kind: Kind, given: Fields) -> str:
    """Return what names a record, as far as it says."""
    values = (given.get(name, "?") for name in kind.key)
    return "/".join(
        str(value[0] if isinstance(value, list) and value else value) for value in values
    )


def default_of(field: Field[Any, Any]) -> Any:
    """Return what an absent field means; NOT_PROVIDED if it must not be absent."""
    if field.name in RARE:
        return ""
    if field.has_default():
        return field.get_default()
    if field.null or field.blank:
        return "" if is_text(field) else None
    return NOT_PROVIDED


def read_value(field: Field[Any, Any], value: Any) -> Any:
    """Return what a row holds for a field; raises ValidationError for what it cannot hold."""
    if isinstance(field, ForeignKey):
        return read_reference(field, value)
    if is_text(field):
        if value is not None and not isinstance(value, str):
            raise ValidationError("is no text.")
        value = value or ""
    return field.clean(value, None)


def read_reference(field: ForeignKey[Any, Any], value: Any) -> str | None:
    """Return the slug that a reference names, None for none."""
    if value is None and field.null:
        return None
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    raise ValidationError("is no reference by slug.")


def check_references(rows: Rows, origins: dict[Key, str]) -> None:
    """Refuse a row that names one which is nowhere, and a circle of parents or of edges."""
    for key, fields in rows.items():
        for name, kind in KINDS[key[0]].references.items():
            if fields[name] is not None and (kind, fields[name]) not in rows:
                where = origins[key]
                raise FixtureError(f"{where}: {name}: there is no {kind} {fields[name]!r}.")
    for kind_name in ("section", "dependency"):
        for key in circular(rows, kind_name):
            raise FixtureError(f"{origins[key]}: stands on itself, by way of others.")


def circular(rows: Rows, kind: str) -> Iterator[Key]:
    """Yield the sections, or the edges, from which a way leads back to themselves."""
    field, start = ("parent", "slug") if kind == "section" else ("builds_on", "item")
    leads: dict[str, set[str]] = {}
    edges = {k: (f[start], f[field]) for k, f in rows.items() if k[0] == kind and f[field]}
    for begin, end in edges.values():
        leads.setdefault(begin, set()).add(end)
    for key, (begin, end) in edges.items():
        if begin in reached_from(end, leads):
            yield key


def reached_from(start: str, leads: dict[str, set[str]]) -> set[str]:
    """Return all that one comes to from `start`, itself included, where each leads to some."""
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here not in reached:
            reached.add(here)
            waiting.extend(leads.get(here, ()))
    return reached


def check_addresses(rows: Rows, origins: dict[Key, str]) -> None:
    """Refuse two items of one address."""
    seen: dict[str, Key] = {}
    for key, fields in rows.items():
        if key[0] == "item":
            other = seen.setdefault(fields["url"], key)
            if other != key:
                raise FixtureError(f"{origins[key]}: url: {other[1]} has the same address.")


def complete(record: Record) -> Record:
    """Return a record of the database with what `to_records` leaves out as empty."""
    if record["model"] != "canon.item":
        return record
    return {**record, "fields": {**dict.fromkeys(RARE, ""), **record["fields"]}}


def rows_of_database(records: list[Record]) -> Rows:
    """Return the rows of what `to_records` made of the database, every field present."""
    return rows_of(complete(record) for record in records)
