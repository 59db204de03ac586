"""The tables of a site, and their rows as lines of JSON and back."""

from __future__ import annotations

import datetime
import decimal
import itertools
import json
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import ValidationError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import ForeignKey, JSONField, Model

from canon.backups.files import BackupError

# Whoever holds a backup must not be able to pass for a reader who is signed in.
LEFT_OUT = {"django_session", "usersessions_usersession"}
AT_ONCE = 2000  # rows


class Table:
    """One table, as the model of its schema describes it."""

    def __init__(self, model: type[Model]) -> None:
        """Describe the table of `model`, which may be a historical one."""
        self.model = model
        self.name = model._meta.db_table
        self.fields = model._meta.local_concrete_fields
        self.columns = tuple(str(field.column) for field in self.fields)
        self.key = str(model._meta.pk.column)
        self.targets = {
            field.remote_field.model._meta.db_table
            for field in self.fields
            if isinstance(field, ForeignKey)
        }

    def lines(self, alias: str) -> Iterator[bytes]:
        """Yield each row as a line, in the order of the ids, the same in every database."""
        rows = self.model._base_manager.using(alias).order_by("pk")
        names = [field.attname for field in self.fields]
        nested = [n for n, field in enumerate(self.fields) if isinstance(field, JSONField)]
        for row in rows.values_list(*names).iterator(chunk_size=AT_ONCE):
            values = list(row)
            for n in nested:
                values[n] = plain(values[n])
            yield to_line(values)

    def write(self, lines: Iterable[bytes], connection: BaseDatabaseWrapper) -> None:
        """Insert the rows of `lines`. Raises BackupError for one that is none of this table."""
        quote = connection.ops.quote_name
        columns = ", ".join(map(quote, self.columns))
        places = ", ".join(["%s"] * len(self.columns))
        statement = f"INSERT INTO {quote(self.name)} ({columns}) VALUES ({places})"  # noqa: S608
        rows = (self.parse(line, connection) for line in lines)
        with connection.cursor() as cursor:
            while some := list(itertools.islice(rows, AT_ONCE)):
                try:
                    cursor.executemany(statement, some)
                except (ValueError, OverflowError) as error:  # SQLite keeps what others do not
                    raise BackupError(f"This database cannot keep a row of {self.name}.") from error

    def clear(self, connection: BaseDatabaseWrapper) -> None:
        """Delete all rows."""
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(self.name)}")  # noqa: S608

    def parse(self, line: bytes, connection: BaseDatabaseWrapper) -> list[Any]:
        """Return the values of a line as the database takes them. Raises BackupError."""
        try:
            values = json.loads(line)
            return [
                field.get_db_prep_save(field.to_python(value), connection)
                for field, value in zip(self.fields, values, strict=True)
            ]
        except (TypeError, ValueError, ValidationError, RecursionError) as error:
            raise BackupError(f"A row of {self.name} cannot be read.") from error

    def last_id(self, connection: BaseDatabaseWrapper) -> int | None:
        """Return the highest id ever given out, None if there was none."""
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [self.name])
            else:
                cursor.execute(
                    "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                    [connection.ops.quote_name(self.name), self.key],
                )
            row = cursor.fetchone()
        return (row[0] or None) if row else None

    def continue_after(self, last_id: int | None, connection: BaseDatabaseWrapper) -> None:
        """Have the next new row get an id that no row ever had."""
        if last_id is None:
            return
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                continue_sqlite(cursor, self.name, last_id)
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [connection.ops.quote_name(self.name), self.key, last_id],
                )


def continue_sqlite(cursor: CursorWrapper, table: str, last_id: int) -> None:
    """Keep `last_id` as the highest id of `table`, which may have no rows."""
    cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
    cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last_id])


def tables_of(apps: Apps) -> list[Table]:
    """Return the tables of `apps` that are kept, each after those it refers to if possible."""
    waiting = [
        Table(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    ]
    waiting.sort(key=lambda table: table.name)
    ordered: list[Table] = []
    placed: set[str] = set()
    while waiting:
        free = [t for t in waiting if t.targets <= placed | {t.name}] or waiting[:1]
        ordered += free
        placed |= {table.name for table in free}
        waiting = [table for table in waiting if table.name not in placed]
    return ordered


def to_line(values: list[Any]) -> bytes:
    """Return a row as a line of JSON, the same bytes for the same values."""
    return ENCODER.encode(values).encode("utf-8", "surrogatepass") + b"\n"


def to_text(value: Any) -> str:
    """Return a value that JSON lacks as its field reads it. Raises TypeError for other types."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, uuid.UUID | decimal.Decimal):
        return str(value)
    raise TypeError(f"A {type(value).__name__} cannot be kept in a backup.")


def plain(value: Any) -> Any:
    """Return a JSON value without what databases write differently: 1e16 is a whole number."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


ENCODER = json.JSONEncoder(
    default=to_text, ensure_ascii=False, separators=(",", ":"), sort_keys=True
)
