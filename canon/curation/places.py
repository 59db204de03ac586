"""Places that a table asks for: of several that move at once, none may push another aside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import reversion

from canon.curation.known import with_parts
from canon.curation.resources import RowPlan
from canon.models import Item, Section
from canon.models.ordering import down_the_page, insert, numbered, renumber


def put_items_in_order(rows: Sequence[RowPlan], saved: Sequence[RowPlan]) -> None:
    """Give items the places that the rows ask for, in the sections that `saved` rows touched.

    Saved one after the other, an item would be shifted by those that come to stand before it.
    """
    moved = [row for row in saved if row.has_changed("position") or row.has_changed("section")]
    touched = {row.instance.section_id for row in moved}
    order: dict[int, list[int]] = defaultdict(list)
    items = Item.objects.filter(section__in=touched)
    for pk, section in items.order_by("position").values_list("pk", "section_id"):
        order[section].append(pk)
    asked = [row for row in rows if row.place and not row.complaints and row.instance.pk]
    for section, ids in order.items():
        places = {row.instance.pk: row.place for row in asked if row.instance.section_id == section}
        rest = [pk for pk in ids if pk not in places]
        for pk, place in sorted(places.items(), key=lambda one: one[1] or 0):
            insert(rest, pk, place)
        renumber(items.filter(section=section), numbered(rest))
    if moved and reversion.is_active():
        # What was kept when they were saved may have another place.
        for item in with_parts(Item.objects.filter(pk__in=[row.instance.pk for row in moved])):
            reversion.add_to_revision(item)


def put_sections_in_order(rows: Sequence[RowPlan], saved: Sequence[RowPlan]) -> None:
    """Give sections the places among their siblings that the rows ask for."""
    moved = [row for row in saved if row.has_changed("position")]
    if not moved:
        return
    asked = {row.instance.pk: row.place for row in rows if row.place and not row.complaints}
    sections = list(Section.objects.order_by("position"))
    sections.sort(key=lambda one: (asked.get(one.pk) or one.position or 0, one.pk not in asked))
    children: dict[int | None, list[int]] = defaultdict(list)
    for section in sections:
        children[section.parent_id].append(section.pk)
    renumber(Section.objects.all(), numbered(down_the_page(children, None)))
    if reversion.is_active():
        for section in Section.objects.filter(pk__in=[row.instance.pk for row in moved]):
            reversion.add_to_revision(section)
