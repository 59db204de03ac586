"""The site map: every public page, in every language."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from canon.models import Item, ItemQuerySet


class ItemListSitemap(Sitemap):
    """The canon page, the map, and the page of changes."""

    i18n = True
    alternates = True
    x_default = True

    def items(self) -> list[str]:
        """Return the names of the pages without parameters."""
        return ["item_list", "canon_map", "change_list"]

    def location(self, item: str) -> str:
        """Return the address of a page."""
        return reverse(item)


class ItemSitemap(Sitemap):
    """The page of each published item."""

    i18n = True
    alternates = True
    x_default = True

    def items(self) -> ItemQuerySet:
        """Return the items that have a page."""
        return Item.objects.published().in_canon_order()
