"""What the canon holds at present, as an import asks for it: few queries, however many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from django.db.models import Prefetch

from canon.addresses import comparable
from canon.models import Author, Authorship, Dependency, Item, ItemQuerySet, Link, Section
from canon.search import fold


@dataclass(frozen=True)
class Address:
    """An item as it is known by: its slug and its address."""

    pk: int
    slug: str
    url: str
    title: str


class Known:
    """The sections, authors and items there are; each is read when it is first asked for."""

    @cached_property
    def sections(self) -> dict[str, Section]:
        """All sections by slug, in canon order."""
        return {section.slug: section for section in Section.objects.order_by("position")}

    @cached_property
    def section_ids(self) -> dict[int, Section]:
        """All sections by id."""
        return {section.pk: section for section in self.sections.values()}

    @cached_property
    def authors(self) -> dict[str, Author]:
        """All authors by slug."""
        return {author.slug: author for author in Author.objects.order_by("pk")}

    @cached_property
    def authors_by_name(self) -> dict[str, list[Author]]:
        """All authors by their names, as a search compares them."""
        found = defaultdict(list)
        for author in self.authors.values():
            found[fold(author.name)].append(author)
        return found

    @cached_property
    def addresses(self) -> list[Address]:
        """What every item is known by."""
        rows = Item.objects.order_by("pk").values_list("pk", "slug", "url", "title")
        return [Address(*row) for row in rows]

    @cached_property
    def slugs(self) -> dict[str, Address]:
        """The items by slug."""
        return {address.slug: address for address in self.addresses}

    @cached_property
    def ids(self) -> dict[int, Address]:
        """The items by id."""
        return {address.pk: address for address in self.addresses}

    @cached_property
    def address_keys(self) -> dict[str, Address]:
        """The items by what is compared of their addresses."""
        return {comparable(address.url): address for address in reversed(self.addresses)}

    @cached_property
    def link_keys(self) -> dict[str, Address]:
        """The items by what is compared of the addresses of their links."""
        links = Link.objects.exclude(address_key="").order_by("-pk")
        return {key: self.ids[item] for key, item in links.values_list("address_key", "item")}

    @cached_property
    def dependencies(self) -> dict[str, set[str]]:
        """What each item builds on, by slugs."""
        edges = defaultdict(set)
        for item, base in Dependency.objects.values_list("item__slug", "builds_on__slug"):
            edges[item].add(base)
        return edges

    def load_items(self, ids: Iterable[int]) -> dict[int, Item]:
        """Return the items of these ids with their authors, links and bases, in four queries."""
        return with_parts(Item.objects.all()).in_bulk(list(ids))


def with_parts(items: ItemQuerySet) -> ItemQuerySet:
    """Return items that come with their authors, links and bases."""
    return items.select_related("section", "replaced_by").prefetch_related(
        Prefetch("authorships", Authorship.objects.select_related("author")),
        Prefetch("links", Link.objects.all()),
        Prefetch("dependencies", Dependency.objects.select_related("builds_on").order_by("pk")),
    )


def closest(word: str, words: Iterable[str]) -> str:
    """Return the one of `words` that was probably meant; empty if none is like it."""
    return next(iter(get_close_matches(word, list(words), n=1, cutoff=0.6)), "")
