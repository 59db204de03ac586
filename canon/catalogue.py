"""The canon page as data: what is shown, what each choice would leave, how to loosen."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.translation import gettext as _

from canon.bitmaps import Bitmap
from canon.editions import Edition
from canon.facets import Asked, Facet, FilterBar
from canon.filters import FINISHED, MULTIPLE, ORDERS, ItemFilter
from canon.models import Item
from canon.outline import Heading
from canon.readers import Guest, Member
from canon.standing import Standing, standing_of


@dataclass
class Chip:
    """A filter in force, and the address that does without it."""

    label: str
    query: str
    count: int = 0


@dataclass
class Shown:
    """A heading with the items shown right under it, and for a top section at any depth."""

    heading: Heading
    items: list[Item]
    all_items: list[Item]

    @property
    def card_level(self) -> int:
        """The level of the headings of its cards."""
        return self.heading.level + 1


def with_label(label: str, text: object) -> str:
    """Return `text` with what it is about in front, punctuated as the language wants it."""
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


class Catalogue:
    """Everything the canon page shows for one address.

    It takes one query, for the stamp of the reader's record, and two more if that is another.
    """

    def __init__(self, params: QueryDict, reader: Member | Guest, edition: Edition) -> None:
        """Read `edition` through the filters in `params`, an address's query, for `reader`."""
        self.reader, self.edition = reader, edition
        self.standing = standing_of(reader, edition)
        self.asked, passing = self.ask(params)
        self.bar = FilterBar(self.asked, reader, self.standing, passing)
        self.everything = self.edition.items
        self.shown = self.bar.left_without()
        self.items = self.sorted(edition.only(self.shown) if self.is_narrowed else self.everything)
        self.page: Page[Item] = Paginator(self.items, edition.page_size).get_page(
            params.get("page")
        )

    def ask(self, params: QueryDict) -> tuple[Asked, dict[str, Bitmap]]:
        """Return what `params` ask for, and what each active filter lets pass.

        Most addresses ask for nothing, and a form costs more than the rest of the page.
        """
        names = ItemFilter.asked(params)
        if not names:
            return Asked(), {}
        found = ItemFilter.of_only(names)(params, self.standing)
        asked = Asked(found.active, found.errors, params, found.sorting)
        return asked, {name: found.passing(name) for name in found.active}

    def sorted(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return `items`, given in canon order, in the order asked for."""
        if self.asked.sorting == FINISHED:
            return sorted(items, key=self.finished_on, reverse=True)
        order = ORDERS.get(self.asked.sorting)
        return sorted(items, key=order) if order else items

    def finished_on(self, item: Item) -> datetime.date:
        """Return the day the reader finished `item`; one before all others if they have not."""
        state = self.reader.marks.get(item.pk)
        return (state and state.finished_on) or datetime.date.min

    @property
    def active(self) -> Mapping[str, Any]:
        """The values of the filters in force, by name."""
        return self.asked.active

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is in force."""
        return bool(self.active)

    @property
    def is_first_visit(self) -> bool:
        """Whether a guest comes of whom nobody could tell that they have been here before."""
        return not (self.reader.is_member or self.reader.marks or self.is_narrowed)

    @property
    def is_in_canon_order(self) -> bool:
        """Whether the items stand under their headings."""
        return not self.asked.sorting

    # The list

    def groups(self) -> Iterator[Shown]:
        """Yield the headings that have items shown, down the page, with these items."""
        by_section: dict[int, list[Item]] = {}
        for item in self.page.object_list:
            by_section.setdefault(item.section_id, []).append(item)
        for heading in self.edition.headings:
            below = [i for h in heading.subtree for i in by_section.get(h.section.pk, [])]
            if below:
                items = by_section.get(heading.section.pk, [])
                yield Shown(heading, items, [] if heading.parent else below)

    @cached_property
    def progress(self) -> Standing:
        """Where the reader stands; on the shelf, what is filtered out turns pale."""
        return self.standing.showing(self.shown) if self.is_narrowed else self.standing

    # The filter bar

    def label(self, name: str) -> str:
        """Return what the filter `name` is called on the page."""
        return self.bar.label(name)

    @cached_property
    def facets(self) -> list[Facet]:
        """The pills that are about the canon."""
        return self.bar.facets()

    @cached_property
    def mine(self) -> Facet:
        """The pill that is about the reader."""
        return self.bar.mine()

    @property
    def text(self) -> str:
        """What was typed into the search field."""
        return str(self.asked.typed.get("q", ""))

    # Addresses

    def query(self, *, without: str = "", value: Any = None, page: int = 1) -> str:
        """Return the tidy query of this state, with `?` in front, or nothing if it is empty.

        `without` names a filter to leave out; with `value`, only that one of its values.
        """
        tidy = QueryDict(mutable=True)
        for name, values in self.active.items():
            several = values if name in MULTIPLE else [values]
            kept = [v for v in several if name != without or (value is not None and v != value)]
            tidy.setlist(name, [str(v) for v in kept])
        if self.asked.sorting:
            tidy["sort"] = self.asked.sorting
        if page > 1:
            tidy["page"] = str(page)
        encoded = tidy.urlencode()
        return f"?{encoded}" if encoded else ""

    @property
    def address_before(self) -> str:
        """The query of the page before this one."""
        return self.query(page=self.page.previous_page_number()) or "?"

    @property
    def address_after(self) -> str:
        """The query of the page after this one."""
        return self.query(page=self.page.next_page_number())

    @cached_property
    def chips(self) -> list[Chip]:
        """A chip for each value of each filter in force."""
        chips = []
        for name, active in self.active.items():
            choices = self.bar.choices(name) if name in MULTIPLE else []
            labels = {choice.value: choice.label for choice in choices}
            for value in active if name in MULTIPLE else [active]:
                text = with_label(self.label(name), labels.get(value, value))
                chips.append(Chip(text, self.query(without=name, value=value)))
        return chips

    def ways_to_loosen(self) -> list[Chip]:
        """Return, for an empty list, the filters without which something would be left."""
        ways = [
            Chip(self.label(name), self.query(without=name), left.bit_count())
            for name in self.active
            if (left := self.bar.left_without(name))
        ]
        return sorted(ways, key=lambda way: -way.count)

    def complaints(self) -> list[str]:
        """Return what in the address could not be used, a sentence each."""
        return [
            with_label(self.label(name), message)
            for name, messages in self.asked.errors.items()
            for message in messages
        ]
