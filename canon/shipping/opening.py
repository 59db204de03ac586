"""The first load: the shipped canon into an empty database."""

from __future__ import annotations

import reversion
from django.core import serializers
from django.db import transaction
from django.utils.translation import gettext_noop

from canon.models import Author, Item, Section, Shipment
from canon.shipping.rows import Record, Rows, records_of, sequences
from canon.shipping.saving import lock_canon

COMMENT = gettext_noop("The shipped canon")


def canon_is_empty() -> bool:
    """Tell whether there is no canon here yet."""
    return not Section.objects.exists() and not Author.objects.exists()


def open_canon(theirs: Rows) -> bool:
    """Bring the canon `theirs` into an empty database; return whether it was still empty.

    Rows are saved as fixtures are: the opening of a canon is no change to it. The history begins
    with one revision that holds them all.
    """
    with transaction.atomic():
        lock_canon()
        if not canon_is_empty():
            return False
        records = records_of(theirs)
        load(in_order(theirs, records))
        with reversion.create_revision():
            reversion.set_comment(COMMENT)
            begin_history()
        Shipment.objects.create(records=records)
    return True


def in_order(rows: Rows, records: list[Record]) -> list[Record]:
    """Return the records with sections down the page, whatever file each stands in."""
    by_key = dict(zip(rows, records, strict=True))
    order = {"author": 0, "section": 1, "item": 2}
    down = sequences(rows).get(("section", ""), [])
    places = {key: place for place, key in enumerate(down)}
    keys = sorted(rows, key=lambda key: (order.get(key[0], 3), places.get(key, 0)))
    return [by_key[key] for key in keys]


def load(records: list[Record]) -> None:
    """Save `records` as `loaddata` does; a replacement may come after what it replaces."""
    waiting = []
    for row in serializers.deserialize("python", records, handle_forward_references=True):
        row.save()
        if row.deferred_fields:
            waiting.append(row)
    for row in waiting:
        row.save_deferred_fields()


def begin_history() -> None:
    """Put all rows into the revision, without a query for each: an item takes its parts along."""
    items = Item.objects.prefetch_related("authorships__author", "links", "dependencies__builds_on")
    for row in (*Section.objects.all(), *Author.objects.all(), *items):
        reversion.add_to_revision(row)
