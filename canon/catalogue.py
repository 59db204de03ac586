"""The canon page as data: what is shown, what each choice would leave, how to loosen."""

from __future__ import annotations

import datetime
import operator
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from canon.filters import UNREAD, ItemFilter
from canon.models import Author, Item
from canon.outline import Heading, Outline
from canon.readers import Guest, Member
from canon.standing import Standing

# Fields of which an address may hold several values.
MULTIPLE = ("section", "kind", "author", "difficulty", "effort", "language", "status", "note")
YEARS = ("year_min", "year_max")


@dataclass
class Option:
    """One choice of a facet, and how many items it would leave."""

    value: str
    label: str
    count: int
    selected: bool
    depth: int = 0


@dataclass
class Facet:
    """One pill of the filter bar."""

    name: str
    label: str
    options: list[Option]

    @property
    def selected(self) -> list[Option]:
        """The options in force."""
        return [option for option in self.options if option.selected]


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


def with_label(label: str, text: object) -> str:
    """Return `text` with what it is about in front, punctuated as the language wants it."""
    return _("%(label)s: %(text)s") % {"label": label, "text": text}


class Catalogue:
    """Everything the canon page shows for one address, from five queries."""

    def __init__(self, params: QueryDict, reader: Member | Guest) -> None:
        """Read the canon through the filters in `params`, an address's query, for `reader`."""
        self.reader = reader
        self.outline = Outline()
        self.authors = list(Author.objects.all())
        self.filter = ItemFilter(
            params,
            Item.objects.published().with_details(),
            outline=self.outline,
            authors=self.authors,
            reader=reader,
        )
        self.everything = list(self.filter.flagged())
        self.items = [item for item in self.everything if self.passes(item)]
        if self.filter.is_by_finish:
            self.items.sort(key=self.finished_on, reverse=True)

    def finished_on(self, item: Item) -> datetime.date:
        """Return the day the reader finished `item`; one before all others if they have not."""
        state = self.reader.marks.get(item.pk)
        return (state and state.finished_on) or datetime.date.min

    @property
    def active(self) -> dict[str, Any]:
        """The values of the filters in force, by name."""
        return self.filter.active

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is in force."""
        return bool(self.active)

    @property
    def is_in_canon_order(self) -> bool:
        """Whether the items stand under their headings."""
        return not self.filter.sorting

    def passes(self, item: Item, *, but: str = "") -> bool:
        """Tell whether `item` passes every active filter but the one named."""
        return all(getattr(item, f"passes_{name}") for name in self.active if name != but)

    def left_without(self, name: str) -> list[Item]:
        """Return the items that would be shown if the filter `name` were cleared."""
        return [item for item in self.everything if self.passes(item, but=name)]

    # The list

    def groups(self) -> Iterator[Shown]:
        """Yield the headings that have items shown, down the page, with these items."""
        by_section: dict[int, list[Item]] = {}
        for item in self.items:
            by_section.setdefault(item.section_id, []).append(item)
        for heading in self.outline.headings:
            below = [i for h in heading.subtree for i in by_section.get(h.section.pk, [])]
            if below:
                items = by_section.get(heading.section.pk, [])
                yield Shown(heading, items, [] if heading.parent else below)

    @cached_property
    def progress(self) -> Standing:
        """Where the reader stands; on the shelf, what is filtered out turns pale."""
        shown = {item.pk for item in self.items}
        return Standing(self.reader, self.outline, self.everything, shown)

    # The filter bar

    def values(self, item: Item, name: str) -> list[str]:
        """Return the values of `item` that a choice of the facet `name` is compared with."""
        if name == "section":
            ancestry = self.outline.by_id[item.section_id].ancestry
            return [heading.section.slug for heading in ancestry]
        if name == "author":
            return [author.slug for author in item.byline]
        if name == "status":
            state = self.reader.marks.get(item.pk)
            return [state.status if state else UNREAD]
        if name == "note":
            return ["yes" if item.pk in self.reader.notes else "no"]
        return [str(getattr(item, name))]

    def label(self, name: str) -> str:
        """Return what the filter `name` is called on the page."""
        return str(self.filter.form.fields[name].label)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return the values and labels that the filter `name` offers."""
        choices: Any = cast(forms.ChoiceField, self.filter.form.fields[name]).choices
        return [(str(value), str(label)) for value, label in choices]

    def facets(self) -> list[Facet]:
        """Return the pills of the filter bar that hold a list of choices."""
        return [self.facet(name) for name in MULTIPLE if name != "note" or self.reader.is_member]

    def facet(self, name: str) -> Facet:
        """Return the facet `name`: its choices that would leave something, or are in force."""
        chosen = set(self.active.get(name, []))
        left = Counter(
            value for item in self.left_without(name) for value in self.values(item, name)
        )
        options = [
            Option(value, str(label), left[value], value in chosen, self.depth_of(name, value))
            for value, label in self.choices(name)
            if left[value] or value in chosen
        ]
        if name == "author":
            options.sort(key=lambda option: -option.count)
        return Facet(name, self.label(name), options)

    def depth_of(self, name: str, value: str) -> int:
        """Return how far a choice is indented: sections show their tree."""
        if name != "section":
            return 0
        return next(h.depth for h in self.outline.headings if h.section.slug == value)

    @property
    def offers_finished(self) -> bool:
        """Whether it makes sense to ask when something was finished."""
        asked = {"finished_after", "finished_before"} & {*self.active, *self.filter.errors}
        return bool(asked) or any(state.finished_on for state in self.reader.marks.values())

    def year_bounds(self) -> list[Facet]:
        """Return the two bounds of the year, each choice with what it would leave."""
        return [self.year_bound(name) for name in YEARS]

    def year_bound(self, name: str) -> Facet:
        """Return one bound of the year; a chosen year without items is offered all the same."""
        keeps = operator.ge if name == "year_min" else operator.le
        chosen = self.active.get(name)
        left = [item.year for item in self.left_without(name) if item.year]
        offered = {item.year for item in self.everything if item.year}
        if chosen:
            offered.add(chosen)
        other = self.active.get("year_max" if name == "year_min" else "year_min")
        options = [
            Option(str(year), str(year), sum(keeps(other, year) for other in left), year == chosen)
            for year in sorted(offered)
            if other is None or keeps(other, year)  # years that run backwards leave nothing
        ]
        return Facet(name, self.label(name), options)

    # Addresses

    def query(self, *, without: str = "", value: Any = None) -> str:
        """Return the tidy query of this state, with `?` in front, or nothing if it is empty.

        `without` names a filter to leave out; with `value`, only that one of its values.
        """
        tidy = QueryDict(mutable=True)
        for name, values in self.active.items():
            several = values if name in MULTIPLE else [values]
            kept = [v for v in several if name != without or (value is not None and v != value)]
            tidy.setlist(name, [str(v) for v in kept])
        if self.filter.sorting:
            tidy["sort"] = self.filter.sorting
        encoded = tidy.urlencode()
        return f"?{encoded}" if encoded else ""

    def chips(self) -> list[Chip]:
        """Return a chip for each value of each filter in force."""
        chips = []
        for name, active in self.active.items():
            labels = dict(self.choices(name)) if name in MULTIPLE else {}
            for value in active if name in MULTIPLE else [active]:
                text = with_label(self.label(name), labels.get(value, value))
                chips.append(Chip(text, self.query(without=name, value=value)))
        return chips

    def ways_to_loosen(self) -> list[Chip]:
        """Return, for an empty list, the filters without which something would be left."""
        ways = [
            Chip(self.label(name), self.query(without=name), len(self.left_without(name)))
            for name in self.active
        ]
        return sorted((way for way in ways if way.count), key=lambda way: -way.count)

    def complaints(self) -> list[str]:
        """Return what in the address could not be used, a sentence each."""
        return [
            with_label(self.label(name), message)
            for name, messages in self.filter.errors.items()
            for message in messages
        ]
