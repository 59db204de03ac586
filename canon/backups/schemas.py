"""Which migrations a database has had, and the models as they were then."""

from __future__ import annotations

from collections.abc import Collection

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from canon.backups.files import BackupError

Migrations = Collection[tuple[str, str]]


def schema_of(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return the migrations that the database has had, of all apps that there still are."""
    known = MigrationLoader(None).migrated_apps
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted((app, name) for app, name in applied if app in known)


def check_migrations(migrations: Migrations) -> None:
    """Raise BackupError if one of `migrations` is not known: another version of Canon made it."""
    known = MigrationLoader(None).disk_migrations
    unknown = sorted(".".join(migration) for migration in migrations if migration not in known)
    if unknown:
        raise BackupError(
            f"The migration {unknown[0]} is not known here: it belongs to another version of "
            "Canon. Take that version, and upgrade from there."
        )


def models_after(migrations: Migrations, connection: BaseDatabaseWrapper) -> Apps:
    """Return the models as they were after `migrations`: the code may be newer than the tables.

    Raises BackupError if one of them is not known.
    """
    check_migrations(migrations)
    loader = MigrationLoader(connection)
    return loader.project_state(last_of(migrations, loader)).apps


def last_of(migrations: Migrations, loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return those of `migrations` on which no other of them stands: all others follow."""
    graph = loader.graph
    chosen = [migration for migration in migrations if migration in graph.nodes]
    return [
        migration
        for migration in chosen
        if not any(child.key in chosen for child in graph.node_map[migration].children)
    ]
