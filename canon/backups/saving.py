"""Making a backup while the site is in use."""

from __future__ import annotations

import datetime
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from canon.backups.files import BackupError, Manifest, Writer, open_archive
from canon.backups.schemas import models_after, schema_of
from canon.backups.tables import tables_of

SNAPSHOT = "snapshot"  # the alias of the connection that sees one moment


def back_up(target: Path) -> Manifest:
    """Write a backup of the database to the new file `target`; return its manifest.

    It is written beside `target`, read back, and only then given its name. Raises BackupError if
    the file is there already or the database cannot be kept as it is, OSError if the file cannot
    be written.
    """
    refuse_to_overwrite(target)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        folder = Path(name)
        written = folder / "backup"
        with snapshot(folder):
            manifest = write(written)
        with open_archive(written) as archive:
            archive.check()
            if archive.manifest != manifest:
                raise BackupError("What was written could not be read back.")
        publish(written, target)
    return manifest


def refuse_to_overwrite(target: Path) -> None:
    """Raise BackupError if there is something at `target`."""
    if os.path.lexists(target):
        raise BackupError(f"{target} is there already: choose another name.")


@contextmanager
def snapshot(folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """Open a connection of its own, which sees the database as it is now, whoever writes on.

    SQLite copies itself into `folder` (its online backup), so that the site's own file is not
    held for longer than that takes; PostgreSQL keeps one moment for a transaction.
    """
    live = connections[DEFAULT_DB_ALIAS]
    frozen = live.copy(alias=SNAPSHOT)
    options = frozen.settings_dict["OPTIONS"]
    if live.vendor == "sqlite":
        copy = folder / "copy.sqlite3"
        copy_sqlite(live, copy)
        frozen.settings_dict["NAME"] = str(copy)
        options.pop("init_command", None)
    else:
        from psycopg import IsolationLevel

        options.pop("pool", None)
        options["isolation_level"] = IsolationLevel.REPEATABLE_READ
    # However many rows, they are never all in memory; in one transaction, PgBouncer allows that.
    frozen.settings_dict["DISABLE_SERVER_SIDE_CURSORS"] = False
    connections[SNAPSHOT] = frozen
    try:
        with transaction.atomic(using=SNAPSHOT):
            if live.vendor == "postgresql":
                with frozen.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
                    cursor.execute("SET LOCAL statement_timeout = 0")
            yield frozen
    finally:
        frozen.close()
        del connections[SNAPSHOT]
        for left in folder.glob("copy.sqlite3*"):
            left.unlink()


def copy_sqlite(live: BaseDatabaseWrapper, copy: Path) -> None:
    """Copy the database of `live` to the file `copy` while others write.

    Raises BackupError if a page of it is damaged.
    """
    live.ensure_connection()
    source: sqlite3.Connection = live.connection
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")
        (verdict,) = target.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise BackupError(f"The database itself is damaged: {verdict}")


def write(file: Path) -> Manifest:
    """Write what the snapshot holds to `file`, safely on the disk; return the manifest."""
    connection = connections[SNAPSHOT]
    migrations = schema_of(connection)
    if not migrations:
        raise BackupError("There is nothing to keep: the database is empty.")
    apps = models_after(migrations, connection)
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        writer = Writer(stream)
        try:
            for table in tables_of(apps):
                last_id = table.last_id(connection)
                writer.add_table(table.name, table.columns, table.lines(SNAPSHOT), last_id)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            manifest = writer.finish(now, connection.vendor, migrations)
            stream.flush()
            os.fsync(stream.fileno())
        except BaseException:
            writer.abandon()
            raise
    return manifest


def publish(written: Path, target: Path) -> None:
    """Give the finished file its name, unless another file has taken it. Raises BackupError."""
    try:
        os.link(written, target)
    except FileExistsError:
        refuse_to_overwrite(target)
    except OSError:  # no hard links on this file system
        refuse_to_overwrite(target)
        written.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
