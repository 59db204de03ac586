"""Puts a backup back, into an empty database or, if one says so, over what is there."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from canon.backups import (
    Archive,
    BackupError,
    NotEmptyError,
    check_migrations,
    count_rows,
    open_archive,
    restore,
)
from canon.management.commands.backup import first_line


class Command(BaseCommand):
    """`manage.py restore FILE [--check | --replace [--no-input]]`."""

    help = "Puts a backup back, whole or not at all; stop the site first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether what is there may go."""
        parser.add_argument("file", type=Path, help="a file that `backup` wrote")
        parser.add_argument("--check", action="store_true", help="only see whether it is whole")
        parser.add_argument(
            "--replace", action="store_true", help="replace a database that holds something"
        )
        parser.add_argument(
            "--no-input", action="store_false", dest="asks", help="replace without asking"
        )

    def handle(
        self, *, file: Path, check: bool, replace: bool, asks: bool, **_options: Any
    ) -> None:
        """Check the file, ask where something would be lost, and restore."""
        try:
            with open_archive(file) as archive:
                archive.check()
                check_migrations(archive.manifest.migrations)
                self.stdout.write(describe(file, archive))
                if check:
                    return
                if replace and asks:
                    self.ask()
                restore(archive, replace=replace)
        except NotEmptyError as error:
            raise CommandError(
                f"Nothing was changed. The database holds {count_rows(connection)} rows: "
                "use another one, or --replace to give them up."
            ) from error
        except BackupError as error:
            raise CommandError(f"Nothing was changed. {file}: {error}") from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"Nothing was changed: {first_line(error)}") from error
        self.forget_caches()
        self.stdout.write("Restored. Everybody has to sign in anew.")

    def ask(self) -> None:
        """Have somebody type that what is there may go. Raises CommandError otherwise."""
        count = count_rows(connection)
        if not count:
            return
        if not sys.stdin.isatty():
            raise CommandError("Nothing was changed. Nobody can be asked: --no-input replaces.")
        name = connection.settings_dict["NAME"]
        self.stdout.write(f"The {count} rows in {name} will be gone for good.")
        if input("Type “replace” to go on: ").strip() != "replace":
            raise CommandError("Nothing was changed.")

    def forget_caches(self) -> None:
        """Empty the caches: they may know what is no longer so."""
        call_command("createcachetable", verbosity=0)
        for name in settings.CACHES:
            try:
                caches[name].clear()
            except Exception as error:  # every cache raises its own kind
                self.stderr.write(f"The cache “{name}” could not be emptied: {first_line(error)}")


def describe(file: Path, archive: Archive) -> str:
    """Return what a backup holds."""
    manifest = archive.manifest
    return (
        f"{file} is whole: {manifest.rows} rows of {len(manifest.tables)} tables, "
        f"of {manifest.made_at}, from {manifest.database}."
    )
