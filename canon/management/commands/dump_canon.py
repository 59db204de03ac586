"""Writes the canon of the database as fixtures, the same bytes for the same canon."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import serializers
from django.core.management.base import BaseCommand, CommandParser
from django.db.models import Model
from modeltranslation.manager import get_translatable_fields_for_model

from canon.models import Author, Dependency, Item
from canon.outline import Heading, Outline

EDGE_ORDER = ("item__section__position", "item__position", "builds_on__slug")


def to_records(objects: Iterable[Model]) -> list[dict[str, Any]]:
    """Return `objects` as a fixture holds them: natural keys, nothing that is derived."""
    records = []
    for model_object in objects:
        # Beside title_en and title_zh_hans, title is only modeltranslation's way to reach them.
        translated = get_translatable_fields_for_model(type(model_object)) or []
        derived = {"search_text", "published_at", "retired_at", *translated}
        kept = [f.name for f in model_object._meta.local_fields if f.name not in derived]
        records += serializers.serialize(
            "python",
            [model_object],
            fields=kept,
            use_natural_foreign_keys=True,
            use_natural_primary_keys=True,
        )
    return records


def section_file(heading: Heading) -> list[Model]:
    """Return everything under a top section: first its headings, then each item with its parts."""
    headings = [below.section for below in heading.subtree]
    items = Item.objects.filter(section__in=headings).in_canon_order()
    rows: list[Model] = list(headings)
    for item in items:
        rows.append(item)
        rows += item.authorships.select_related("item", "author")
        rows += item.links.select_related("item")
    return rows


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
        contents: dict[str, list[Model]] = {"0-authors": list(Author.objects.order_by("slug"))}
        for number, heading in enumerate(Outline().roots, start=1):
            contents[f"{number}-{heading.section.slug}"] = section_file(heading)
        # Edges cross the sections, and a fixture can only name what stands before it.
        edges = Dependency.objects.select_related("item", "builds_on")
        contents["dependencies"] = list(edges.order_by(*EDGE_ORDER))
        for name, objects in contents.items():
            text = json.dumps(to_records(objects), ensure_ascii=False, indent=2)
            (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        if verbosity:
            rows = sum(map(len, contents.values()))
            self.stdout.write(f"Wrote {rows} records in {len(contents)} files to {folder}.")
