"""The filter bar as data: its pills, their choices, and what each choice would leave."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import accumulate, chain
from typing import Any

from django.utils.translation import gettext as _

from canon.editions import Edition
from canon.filters import FINISHED_BETWEEN, MULTIPLE, YEARS, ItemFilter
from canon.readers import Guest, Member
from canon.standing import Standing

# A canon of thousands has authors by the thousand: those with most items are offered.
MOST_CHOICES = 200
# What only the reader can answer; it shares one pill.
MINE = ("status", "note")


@dataclass
class Option:
    """One choice of a facet, and how many items it would leave."""

    name: str
    value: str
    label: str
    count: int
    selected: bool
    depth: int = 0

    @property
    def id(self) -> str:
        """Its DOM id."""
        return f"{self.name}-{self.value}"


@dataclass
class Facet:
    """One pill of the filter bar."""

    name: str
    label: str
    options: list[Option]
    # What else stands in the pill: the two bounds of a year, and dates.
    bounds: list[Facet] = field(default_factory=list)
    days: list[DayField] = field(default_factory=list)

    @property
    def selected(self) -> list[Option]:
        """The options in force."""
        return [option for option in self.options if option.selected]

    @property
    def is_active(self) -> bool:
        """Whether anything in the pill narrows the list."""
        bounded = any(bound.selected for bound in self.bounds)
        return bool(self.selected) or bounded or any(day.value for day in self.days)


@dataclass
class DayField:
    """A date that a pill asks for."""

    name: str
    label: str
    value: Any


class Left:
    """The items that pass several filters, and how many of them have what a choice asks for.

    They are counted by what is missing, where that is less.
    """

    def __init__(self, edition: Edition, passing: Iterable[frozenset[int]]) -> None:
        """Keep, of the ids of `edition`, those in all sets of `passing`."""
        self.edition = edition
        self.ids = edition.ids.intersection(*passing)
        missing = edition.ids - self.ids
        self.is_most = len(missing) < len(self.ids)
        self.fewer = missing if self.is_most else self.ids

    @cached_property
    def facts(self) -> Counter[tuple[str, str]]:
        """How many of the fewer, left or missing, have each value of each facet."""
        facts = self.edition.facts
        return Counter(chain.from_iterable(facts[pk] for pk in self.fewer))

    def having(self, name: str, value: str) -> int:
        """Return how many have `value` in the facet `name` of the canon."""
        count = self.facts[name, value]
        return len(self.edition.values[name].get(value, ())) - count if self.is_most else count

    def count(self, ids: Collection[int]) -> int:
        """Return how many of `ids`, which are all of the canon, are left."""
        count = len(self.fewer.intersection(ids))
        return len(ids) - count if self.is_most else count


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    # The understood values of the filters in force, by name.
    active: Mapping[str, Any] = field(default_factory=dict)
    # What could not be used, by name, and everything as it was typed.
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    sorting: str = ""


class FilterBar:
    """The pills over the list, given which items each active filter lets pass."""

    def __init__(
        self,
        asked: Asked,
        reader: Member | Guest,
        standing: Standing,
        passing: Mapping[str, frozenset[int]],
    ) -> None:
        """Count, by the ids in `passing`, what every choice would leave of what is `asked`."""
        self.asked, self.reader, self.standing = asked, reader, standing
        self.edition, self.passing = standing.edition, passing
        self.left: dict[tuple[str, ...], Left] = {}

    def left_without(self, name: str = "") -> Left:
        """Return what would be shown if the filter `name` were cleared."""
        others = tuple(other for other in self.passing if other != name)
        if others not in self.left:
            passing = (self.passing[other] for other in others)
            self.left[others] = Left(self.edition, passing)
        return self.left[others]

    def counter(self, name: str) -> Callable[[str], int]:
        """Return what tells of a value of the facet `name` how many items it would leave."""
        left = self.left_without(name)
        if name not in MINE:
            return partial(left.having, name)
        by_value = self.standing.by_status if name == "status" else self.standing.by_note
        return lambda value: left.count(by_value.get(value, ()))

    def label(self, name: str) -> str:
        """Return what the filter `name` is called on the page."""
        return str(ItemFilter.base_filters[name].label)

    def choices(self, name: str) -> list[tuple[str, str]]:
        """Return the values and labels that the filter `name` offers."""
        return self.edition.prints.once(("choices", name), lambda: self.all_choices(name))

    def all_choices(self, name: str) -> list[tuple[str, str]]:
        """Return what `choices` does, in the language at hand."""
        if name == "section":
            return [(h.section.slug, h.section.title) for h in self.edition.outline.headings]
        if name == "author":
            return [(author.slug, author.name) for author in self.edition.authors]
        fixed = ItemFilter.base_filters[name].extra["choices"]
        return [(str(value), str(label)) for value, label in fixed]

    def facets(self) -> list[Facet]:
        """Return the pills about the canon: those in which there is anything to choose."""
        year = Facet("year", _("Year"), [], bounds=[self.year_bound(name) for name in YEARS])
        lists = [self.facet(name) for name in MULTIPLE if name not in MINE]
        return [facet for facet in (*lists[:3], year, *lists[3:]) if self.is_a_choice(facet)]

    def mine(self) -> Facet:
        """Return the pill about the reader: their status, their notes, their days."""
        facet = self.facet("status")
        facet.options += self.facet("note").options if self.reader.is_member else []
        facet.days = self.days()
        return facet

    def is_a_choice(self, facet: Facet) -> bool:
        """Tell whether the canon differs in what `facet` asks, or the address asks for it."""
        if facet.bounds:
            return facet.is_active or bool(self.edition.values["year"])
        return facet.is_active or len(self.edition.values[facet.name]) > 1

    def days(self) -> list[DayField]:
        """Return between which days something was finished, where it makes sense to ask."""
        wanted = {*FINISHED_BETWEEN} & {*self.asked.active, *self.asked.errors}
        if not wanted and not any(state.finished_on for state in self.reader.marks.values()):
            return []
        typed = self.asked.typed
        return [DayField(name, self.label(name), typed.get(name, "")) for name in FINISHED_BETWEEN]

    def facet(self, name: str) -> Facet:
        """Return the facet `name`: its choices that would leave something, or are in force."""
        chosen = set(self.asked.active.get(name, []))
        counter = self.counter(name)
        options = []
        for value, label in self.choices(name):
            count = counter(value)
            if count or value in chosen:
                depth = self.depth_of(name, value)
                options.append(Option(name, value, label, count, value in chosen, depth))
        if name == "author":
            options.sort(key=lambda option: -option.count)
        kept = [o for place, o in enumerate(options) if place < MOST_CHOICES or o.selected]
        return Facet(name, self.label(name), kept)

    def depth_of(self, name: str, value: str) -> int:
        """Return how far a choice is indented: sections show their tree."""
        return self.edition.outline.by_slug[value].depth if name == "section" else 0

    def year_bound(self, name: str) -> Facet:
        """Return one bound of the year, each choice with what it would leave.

        A chosen year without items is offered all the same.
        """
        is_lower = name == "year_min"
        keeps = operator.ge if is_lower else operator.le
        chosen = self.asked.active.get(name)
        left = self.left_without(name)
        other = self.asked.active.get("year_max" if is_lower else "year_min")
        years = {*map(int, self.edition.values["year"]), *([chosen] if chosen else [])}
        ordered = sorted(years, reverse=is_lower)
        counts = accumulate(left.having("year", str(year)) for year in ordered)
        options = [
            Option(name, str(year), str(year), count, year == chosen)
            for year, count in zip(ordered, counts, strict=True)
            if other is None or keeps(other, year)  # years that run backwards leave nothing
        ]
        return Facet(name, self.label(name), options[::-1] if is_lower else options)
