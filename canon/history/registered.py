"""What a revision keeps: an item with all that hangs on it, a section, an author."""

from __future__ import annotations

from typing import Any

import reversion
from django.db import models

from canon.models import Author, Authorship, Dependency, Item, Link, Section

# Left out of versions: what is derived from other columns, and what modeltranslation keeps beside
# the columns of each language to reach the one at hand.
LEFT_OUT: dict[type[models.Model], tuple[str, ...]] = {
    Section: ("title", "introduction"),
    Author: ("search_text",),
    Item: ("gloss", "annotation", "retirement_reason", "search_text", "address_key"),
    Authorship: (),
    Link: ("title", "address_key"),
    Dependency: (),
}
# What has a history of its own, and the rows whose history is that of their item.
WHOLES: tuple[type[models.Model], ...] = (Section, Author, Item)
ROWS: tuple[type[models.Model], ...] = (Authorship, Link, Dependency)

reversion.register(Section, exclude=LEFT_OUT[Section])
reversion.register(Author, exclude=LEFT_OUT[Author])
reversion.register(Item, exclude=LEFT_OUT[Item], follow=("authorships", "links", "dependencies"))
# A row takes its item along, so that every version of an item has all its rows beside it.
for row in ROWS:
    reversion.register(row, exclude=LEFT_OUT[row], follow=("item",))


def rows_of(model: type[models.Model]) -> tuple[type[models.Model], ...]:
    """Return the models of the rows that belong to a `model`."""
    return ROWS if model is Item else ()


def told_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the fields of a `model` that a history tells of: neither derived nor what owns a row.

    A field that no form may edit is derived from others.
    """
    return [
        field
        for field in model._meta.local_concrete_fields
        if field.editable
        and not field.primary_key
        and field.name not in LEFT_OUT[model]
        and not (model in ROWS and field.name == "item")
    ]
