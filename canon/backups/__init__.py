"""Backups of a whole site, in a form that SQLite and PostgreSQL both give and take.

A backup is a zip file: a manifest, and for each table its rows as lines of JSON. There is one form
rather than each database's own, so that there is one way to make, check and restore it, and so
that a site can move between databases. It is as exact as theirs: a restored table is read back,
and has to give the bytes that were written, ids of deleted rows are not given out again, and the
tables themselves are made by the migrations that made them before. `pg_dump` is not called, for it
has to be as new as the server; what it does to be consistent, a read-only transaction that sees
one moment, is done here as well.
"""

from canon.backups.files import Archive, BackupError, Manifest, open_archive
from canon.backups.restoring import NotEmptyError, count_rows, restore
from canon.backups.saving import back_up
from canon.backups.schemas import check_migrations

__all__ = [
    "Archive",
    "BackupError",
    "Manifest",
    "NotEmptyError",
    "back_up",
    "check_migrations",
    "count_rows",
    "open_archive",
    "restore",
]
