"""Which item of the canon a file means: by slug or, failing that, by address."""

from __future__ import annotations

from canon.addresses import comparable
from canon.models import Item, Link


class Matcher:
    """All items by slug and by address, from two queries."""

    def __init__(self) -> None:
        """Read the items and their links."""
        items = Item.objects.in_canon_order().only("slug", "title", "url", "state", "language")
        self.by_id = {item.pk: item for item in items}
        self.order = {pk: number for number, pk in enumerate(self.by_id)}
        self.by_slug = {item.slug: item for item in self.by_id.values()}
        # An item's own address counts before a link; what two items link to names neither.
        self.by_address: dict[str, Item | None] = {}
        for item_id, url in Link.objects.order_by("pk").values_list("item_id", "url"):
            item, key = self.by_id[item_id], comparable(url)
            self.by_address[key] = item if self.by_address.get(key, item) == item else None
        self.by_address |= {comparable(item.url): item for item in self.by_id.values()}

    def find(self, slug: str, address: str) -> Item | None:
        """Return the item, or None if there is none or no certain one."""
        return self.by_slug.get(slug) or self.by_address.get(comparable(address) or "-")
