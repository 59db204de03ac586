"""Writes a backup of the site to a file, while the site is in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from canon.backups import BackupError, back_up


class Command(BaseCommand):
    """`manage.py backup FILE`."""

    help = "Writes a backup of the database to a new file, checked, while the site is in use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file to write."""
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *, file: Path, **_options: Any) -> None:
        """Write it; say how large it is."""
        try:
            manifest = back_up(file)
            size = file.stat().st_size
        except BackupError as error:
            raise CommandError(f"No backup was made. {error}") from error
        except (OSError, DatabaseError) as error:
            raise CommandError(f"No backup was made: {first_line(error)}") from error
        self.stdout.write(
            f"{file}: {manifest.rows} rows of {len(manifest.tables)} tables, {size} bytes, "
            "read back and found whole."
        )


def first_line(error: Exception) -> str:
    """Return what is wrong in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
