"""The form in which the canon is shipped: which rows go into which file, and with which fields."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core import serializers
from django.db.models import Field, Model
from modeltranslation.manager import get_translatable_fields_for_model

from canon.models import Author, Authorship, Dependency, Item, Link, Section
from canon.outline import Heading, Outline
from canon.shipping.rows import Record

# What follows from the rest, or holds for one site only.
NOT_SHIPPED = {
    "id",
    "search_text",
    "address_key",
    "published_at",
    "retired_at",
    "translation_is_stale",
}
# Left out where it is empty, as it is for nearly every item.
RARE = {"retirement_reason_en", "retirement_reason_zh_hans"}


def shipped_fields(model: type[Model]) -> dict[str, Field[Any, Any]]:
    """Return the fields of `model` that a fixture carries, by name."""
    # Beside title_en and title_zh_hans, title is only modeltranslation's way to reach them.
    left_out = {*NOT_SHIPPED, *(get_translatable_fields_for_model(model) or ())}
    return {f.name: f for f in model._meta.local_fields if f.name not in left_out}


def is_text(field: Field[Any, Any]) -> bool:
    """Tell whether a field holds text, of which nothing and an empty one are the same."""
    return field.get_internal_type() in {"CharField", "SlugField", "TextField", "URLField"}


def to_records(objects: Iterable[Model]) -> list[Record]:
    """Return `objects` as a fixture holds them: natural keys, nothing that is derived."""
    return [to_record(model_object) for model_object in objects]


def to_record(model_object: Model) -> Record:
    """Return one row as a fixture holds it."""
    fields = shipped_fields(type(model_object))
    (record,) = serializers.serialize(
        "python",
        [model_object],
        fields=fields,
        use_natural_foreign_keys=True,
        use_natural_primary_keys=True,
    )
    values = record["fields"].items()
    texts = {name for name, field in fields.items() if is_text(field)}
    full = {name: "" if value is None and name in texts else value for name, value in values}
    kept = {name: value for name, value in full.items() if value or name not in RARE}
    return {"model": record["model"], "fields": kept}


def canon_files() -> dict[str, list[Model]]:
    """Return the rows of the database's canon by the name of the file that each goes into.

    Authors come first; then a file for each top section; edges cross the sections and come last.
    An item may name a replacement that only comes in a later file.
    """
    authorships, links = Authorship.objects.select_related("item", "author"), Link.objects.all()
    parts: dict[int, list[Model]] = {}
    for part in (*authorships, *links.select_related("item")):
        parts.setdefault(part.item_id, []).append(part)
    items: dict[int, list[Model]] = {}
    for item in Item.objects.select_related("section", "replaced_by").in_canon_order():
        items.setdefault(item.section_id, []).extend([item, *parts.get(item.pk, ())])
    # Sorted here, for databases do not agree on the order of texts.
    authors = sorted(Author.objects.all(), key=lambda author: author.slug)
    files: dict[str, list[Model]] = {"0-authors": list(authors)}
    outline = Outline(Section.objects.select_related("parent"))
    for number, heading in enumerate(outline.roots, start=1):
        files[f"{number}-{heading.section.slug}"] = section_rows(heading, items)
    edges = Dependency.objects.select_related("item__section", "builds_on")
    files["dependencies"] = [*sorted(edges, key=place_of_edge)]
    return files


def place_of_edge(edge: Dependency) -> tuple[int, int, str]:
    """Return by what edges are sorted: the place of the item, then the slug of its base."""
    return edge.item.section.position, edge.item.position, edge.builds_on.slug


def section_rows(heading: Heading, items: dict[int, list[Model]]) -> list[Model]:
    """Return everything under a top section: first its headings, then each item with its parts."""
    headings = [below.section for below in heading.subtree]
    rows: list[Model] = list(headings)
    for section in sorted(headings, key=lambda section: section.position):
        rows += items.get(section.pk, ())
    return rows
