"""Moved links: what has moved for good gets its new address, and the old one is remembered."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from canon.addresses import comparable
from canon.models.items import Item, web_address
from canon.models.link_checks import LinkCheck
from canon.models.locks import lock_outline
from canon.models.parts import Link


@transaction.atomic
def take_new_address(address: str) -> list[Item]:
    """Give every item and link that has `address` the one it moved to; return these items.

    An item keeps the old address as a further link, so that it is still found by it; not if the
    two mean the same, as http and https do. Where an item has the new address already, the old one
    becomes an earlier address. Raises ValidationError if the address has not moved, if another
    item has the new one, or if nothing in the canon has the old one.
    """
    lock_outline()
    check = LinkCheck.objects.exclude(moved_to="").filter(address=address).first()
    if check is None:
        raise ValidationError(_("It has not moved."), code="moved")
    new = check.moved_to
    web_address(new)
    items = list(Item.objects.filter(url=address))
    links = list(links_at(address))
    if not items and not links:
        raise ValidationError(_("Nothing in the canon has this address any more."), code="gone")
    refuse_taken(new, items)
    for item in items:
        move_item(item, new)
    for link in links:
        move_link(link, new)
    move_check(check)
    return items + [link.item for link in links]


def links_at(address: str) -> QuerySet[Link]:
    """Return the links that lead to `address`, but for those that only remember it."""
    found = Link.objects.filter(url=address).exclude(kind=Link.Kind.EARLIER_ADDRESS)
    return found.select_related("item")


def refuse_taken(new: str, moving: list[Item]) -> None:
    """Raise ValidationError if an item other than those `moving` has the address `new`."""
    if not moving:
        return
    same = Item.objects.filter(url=new) | Item.objects.filter(address_key=comparable(new))
    other = same.exclude(pk__in=[item.pk for item in moving]).first()
    if other:
        raise ValidationError(
            _("“%(item)s” has the new address already."), code="taken", params={"item": other}
        )


def move_item(item: Item, new: str) -> None:
    """Give `item` the address `new`, and a link to remember the old one by."""
    old, item.url = item.url, new
    means_another = item.address_key != comparable(new)
    item.save()
    if means_another and not item.links.filter(url=old).exists():
        last = item.links.aggregate(last=Max("position"))["last"] or 0
        kind = Link.Kind.EARLIER_ADDRESS
        Link.objects.create(item=item, kind=kind, url=old, position=last + 1)


def move_link(link: Link, new: str) -> None:
    """Give `link` the address `new`; let it remember the old one where the item has the new one."""
    others = Link.objects.filter(item=link.item_id, url=new)
    if others.exists() or Item.objects.filter(pk=link.item_id, url=new).exists():
        link.kind = Link.Kind.EARLIER_ADDRESS
    else:
        link.url = new
    link.save()


def move_check(check: LinkCheck) -> None:
    """Keep for the new address what was found there; forget an old one that nothing has any more.

    Trying the old address led to the new one, so that it counts as tried.
    """
    LinkCheck.objects.get_or_create(
        address=check.moved_to,
        defaults={
            "last_checked_at": check.last_checked_at,
            "outcome": check.outcome,
            "status": check.status,
            "last_worked_on": check.last_worked_on,
        },
    )
    if not Link.objects.filter(url=check.address).exists():
        check.delete()
