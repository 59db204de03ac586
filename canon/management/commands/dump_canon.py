"""Writes the canon of the database as fixtures, the same bytes for the same canon."""

import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from canon.shipping import canon_files, to_records

SECTION_FILE = re.compile(r"\d+-[-\w]+\.json")


class Command(BaseCommand):
    """`manage.py dump_canon [FOLDER]`."""

    help = "Writes the canon as fixtures: authors, a file for each top section, dependencies."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder to write to."""
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=Path(settings.FIXTURE_DIRS[0]),
            help="where the files go; by default where the shipped canon is",
        )

    def handle(self, *, folder: Path, verbosity: int, **_options: Any) -> None:
        """Write the files."""
        folder.mkdir(parents=True, exist_ok=True)
        files = {f"{name}.json": objects for name, objects in canon_files().items()}
        for name, objects in files.items():
            text = json.dumps(to_records(objects), ensure_ascii=False, indent=2)
            (folder / name).write_text(text + "\n", encoding="utf-8")
        left = remove_left_over(folder, files)
        if verbosity:
            rows = sum(map(len, files.values()))
            self.stdout.write(f"Wrote {rows} records in {len(files)} files to {folder}.")
            for name in left:
                self.stdout.write(f"Removed {name}: no top section is called that now.")


def remove_left_over(folder: Path, written: Collection[str]) -> list[str]:
    """Remove the files of top sections that are gone or renamed; return their names.

    Their rows would otherwise stand in two files.
    """
    left = [
        path
        for path in sorted(folder.glob("*.json"))
        if SECTION_FILE.fullmatch(path.name)
        and path.name not in written
        and '"canon.section"' in path.read_text(encoding="utf-8", errors="replace")[:200]
    ]
    for path in left:
        path.unlink()
    return [path.name for path in left]
