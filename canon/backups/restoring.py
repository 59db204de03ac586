"""Putting a backup back, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from canon.backups.files import Archive, BackupError, Seal, TableRecord, naming_damage
from canon.backups.schemas import check_migrations, last_of, models_after
from canon.backups.tables import LEFT_OUT, Table, tables_of

# What is in these stands there after migrating, before anybody has done anything.
MADE_BY_MIGRATING = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "canon_editionstamp",
    "django_content_type",
}


class NotEmptyError(BackupError):
    """A database that already holds something was not meant to be replaced."""


def our_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of Canon's tables that are there, also those of a newer version."""
    present = connection.introspection.table_names()
    recorder = MigrationRecorder(connection)
    named = set(connection.introspection.django_table_names())
    named.add(recorder.Migration._meta.db_table)
    prefixes = tuple(f"{app}_" for app, _name in recorder.applied_migrations())
    return [table for table in present if table in named or table.startswith(prefixes)]


def count_rows(connection: BaseDatabaseWrapper) -> int:
    """Return how many rows a restoration would take away, but for those every site has."""
    passed_over = {*MADE_BY_MIGRATING, *LEFT_OUT, "django_migrations"}
    count = 0
    with connection.cursor() as cursor:
        for table in our_tables(connection):
            if table not in passed_over:
                name = connection.ops.quote_name(table)
                cursor.execute(f"SELECT COUNT(*) FROM {name}")  # noqa: S608
                count += cursor.fetchone()[0]
    return count


def restore(archive: Archive, *, replace: bool = False) -> None:
    """Make the database what it was when `archive` was made; its tables, then, are up to date.

    Everything happens in one transaction: the tables are dropped, made anew by the migrations of
    that time, filled, read back and compared, and migrated on to the present. Raises BackupError
    if the archive is not whole or of a version not known, NotEmptyError if the database holds
    something and `replace` is not set, DatabaseError if it refuses; nothing is changed then.
    A damage is found on the way, or by `archive.check()` before the tables are locked for long.
    """
    migrations = archive.manifest.migrations
    check_migrations(migrations)
    connection = connections[DEFAULT_DB_ALIAS]
    with alone(connection):
        if not replace and count_rows(connection):
            raise NotEmptyError("The database is not empty.")
        drop_tables(connection)
        executor = MigrationExecutor(connection)
        executor.migrate(last_of(migrations, executor.loader))
        with naming_damage():
            fill(archive, connection)
        connection.check_constraints()
        check_references(connection, at_once=True)  # or else PostgreSQL would alter no table
        ContentType.objects.clear_cache()
        call_command("migrate", verbosity=0, interactive=False)


@contextmanager
def alone(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold a transaction in which tables may be dropped and made; do not wait for ever for it."""
    settings = connection.settings_dict
    before = settings.get("DISABLE_SERVER_SIDE_CURSORS", False)
    settings["DISABLE_SERVER_SIDE_CURSORS"] = False  # as for a backup
    try:
        with connection.constraint_checks_disabled(), transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '20s'")
            yield
    finally:
        settings["DISABLE_SERVER_SIDE_CURSORS"] = before


def drop_tables(connection: BaseDatabaseWrapper) -> None:
    """Drop every table of Canon."""
    end = " CASCADE" if connection.vendor == "postgresql" else ""
    tables = our_tables(connection)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)}{end}")


def check_references(connection: BaseDatabaseWrapper, *, at_once: bool) -> None:
    """Have PostgreSQL check references row by row, or keep them all in memory until later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS ALL {'IMMEDIATE' if at_once else 'DEFERRED'}")


def fill(archive: Archive, connection: BaseDatabaseWrapper) -> None:
    """Write all rows, and see that reading them gives what the archive has. Raises BackupError."""
    manifest = archive.manifest
    tables = tables_of(models_after(manifest.migrations, connection))
    records = {record.name: record for record in manifest.tables}
    if {(t.name, t.columns) for t in tables} != {(r.name, r.columns) for r in manifest.tables}:
        raise BackupError("Its tables are not those that its migrations make.")
    for table in reversed(tables):
        table.clear(connection)
    filled: set[str] = set()
    awaited: set[str] = set()  # what rows refer to that is not there yet
    for table in tables:
        awaited |= table.targets - filled
        check_references(connection, at_once=not awaited)
        record = records[table.name]
        table.write(archive.lines(record), connection)
        table.continue_after(record.last_id, connection)
        compare(table, record)
        filled.add(table.name)
        awaited -= filled


def compare(table: Table, record: TableRecord) -> None:
    """Read the table back. Raises BackupError unless it gives the bytes that `record` tells of."""
    seal = Seal()
    for _line in seal.passing(table.lines(DEFAULT_DB_ALIAS)):
        pass
    if not seal.fits(record):
        raise BackupError(f"The table {table.name} could not be made what it was.")
