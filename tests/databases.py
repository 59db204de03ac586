"""A database with nothing in it, in the place of the tests' own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


@contextlib.contextmanager
def empty_database(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Yield the connection to an empty database that `default` names until the end."""
    usual = connections["default"]
    is_postgresql = usual.vendor == "postgresql"
    name = (
        f"{usual.settings_dict['NAME']}_empty" if is_postgresql else str(folder / "empty.sqlite3")
    )
    if is_postgresql:
        with usual.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {usual.ops.quote_name(name)} TEMPLATE template0")
    empty = usual.__class__({**usual.settings_dict, "NAME": name}, "default")
    connections["default"] = empty
    try:
        yield empty
    finally:
        empty.close()
        connections["default"] = usual
        ContentType.objects.clear_cache()
        if is_postgresql:
            with usual.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {usual.ops.quote_name(name)}")
