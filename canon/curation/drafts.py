"""Saves many new drafts at once, last in their sections, in few queries however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import reversion
from django.db.models import Max

from canon.curation.cells import LinkCell
from canon.curation.known import with_parts
from canon.models import Authorship, Item, Link
from canon.models.items import prepare_item
from canon.models.parts import compare_link


@dataclass
class NewDraft:
    """A draft that nobody has saved, and what is to hang on it."""

    item: Item
    author_ids: Sequence[int] = ()
    links: Sequence[LinkCell] = field(default_factory=tuple)


def add_drafts(drafts: Sequence[NewDraft]) -> None:
    """Save the drafts with their authors and links, within the transaction at hand.

    The caller holds the lock on the outline. Saving one by one would number the sections anew each
    time. A revision under way gets them all.
    """
    if not drafts:
        return
    give_positions([draft.item for draft in drafts])
    # Not by the signals of a save: whoever else listens looks up what a row was before, and these
    # were nothing.
    for draft in drafts:
        prepare_item(draft.item)
    Item._base_manager.bulk_create([draft.item for draft in drafts])
    Authorship.objects.bulk_create(
        Authorship(item=draft.item, author_id=author, position=position)
        for draft in drafts
        for position, author in enumerate(draft.author_ids, start=1)
    )
    links = [
        Link(item=draft.item, position=position, **vars(cell))
        for draft in drafts
        for position, cell in enumerate(draft.links, start=1)
    ]
    for link in links:
        compare_link(link)
    Link._base_manager.bulk_create(links)
    if reversion.is_active():
        for item in with_parts(Item.objects.filter(pk__in=[draft.item.pk for draft in drafts])):
            reversion.add_to_revision(item)


def give_positions(items: Iterable[Item]) -> None:
    """Put the items last in their sections, in their order."""
    rows = Item.objects.order_by().values_list("section").annotate(Max("position"))
    last: dict[int, int] = dict(rows)
    for item in items:
        item.position = last[item.section_id] = last.get(item.section_id, 0) + 1
