"""The filter bar as data: its pills, their choices, and what each choice would leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import accumulate
from operator import and_, ge, itemgetter, le
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from canon.bitmaps import Bitmap
from canon.filters import FINISHED_BETWEEN, MULTIPLE, YEARS, ItemFilter
from canon.readers import Guest, Member
from canon.standing import Standing

# A canon of thousands has authors by the thousand: those with most items are offered.
MOST_CHOICES = 200
# What only the reader can answer; it shares one pill.
MINE = ("status", "note")


class Choice(NamedTuple):
    """One choice of a facet: for the canon, the same on every page."""

    name: str
    value: str
    label: str
    # How far it is indented: sections show their tree.
    depth: int = 0

    @property
    def id(self) -> str:
        """Its DOM id."""
        return f"{self.name}-{self.value}"


# A choice as one page offers it, and how many items it would leave.
Option = tuple[Choice, int]


@dataclass
class Facet:
    """One pill of the filter bar."""

    name: str
    label: str
    options: list[Option]
    # The values in force; what they stand for is among the options.
    chosen: frozenset[str] = frozenset()
    # What else stands in the pill: the two bounds of a year, and dates.
    bounds: list[Facet] = field(default_factory=list)
    days: list[DayField] = field(default_factory=list)

    @property
    def is_active(self) -> bool:
        """Whether anything in the pill narrows the list."""
        bounded = any(bound.chosen for bound in self.bounds)
        return bool(self.chosen) or bounded or any(day.value for day in self.days)


@dataclass
class DayField:
    """A date that a pill asks for."""

    name: str
    label: str
    value: Any


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
        passing: Mapping[str, Bitmap],
    ) -> None:
        """Count, by the items in `passing`, what every choice would leave of what is `asked`."""
        self.asked, self.reader, self.standing = asked, reader, standing
        self.edition, self.passing = standing.edition, passing
        self.by_year: dict[Bitmap, Mapping[str, int]] = {}

    def left_without(self, name: str = "") -> Bitmap:
        """Return what would be shown if the filter `name` were cleared."""
        others = (items for other, items in self.passing.items() if other != name)
        return reduce(and_, others, self.edition.everything)

    def label(self, name: str) -> str:
        """Return what the filter `name` is called on the page."""
        return str(ItemFilter.base_filters[name].label)

    def choices(self, name: str) -> list[Choice]:
        """Return what the filter `name` offers."""
        return self.edition.prints.once(("choices", name), lambda: list(self.all_choices(name)))

    def all_choices(self, name: str) -> Iterator[Choice]:
        """Yield what `choices` returns, in the language at hand."""
        if name == "section":
            for heading in self.edition.outline.headings:
                yield Choice(name, heading.section.slug, heading.section.title, heading.depth)
        elif name == "author":
            for author in self.edition.authors:
                yield Choice(name, author.slug, author.name)
        elif name in YEARS:
            for year in sorted(self.edition.values["year"], key=int):
                yield Choice(name, year, year)
        else:
            for value, label in ItemFilter.base_filters[name].extra["choices"]:
                yield Choice(name, str(value), str(label))

    def facets(self) -> list[Facet]:
        """Return the pills about the canon: those in which there is anything to choose."""
        year = Facet("year", _("Year"), [], bounds=[self.year_bound(name) for name in YEARS])
        lists = [self.facet(name) for name in MULTIPLE if name not in MINE]
        return [facet for facet in (*lists[:3], year, *lists[3:]) if self.is_a_choice(facet)]

    def mine(self) -> Facet:
        """Return the pill about the reader: their status, their notes, their days."""
        facets = [self.facet(name) for name in (MINE if self.reader.is_member else MINE[:1])]
        options = [option for facet in facets for option in facet.options]
        chosen = frozenset[str]().union(*(facet.chosen for facet in facets))
        return Facet("status", self.label("status"), options, chosen, days=self.days())

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

    def counted(self, name: str) -> Iterator[Option]:
        """Yield the choices of the filter `name`, each with how many items have it."""
        left, having = self.left_without(name), self.standing.having(name)
        for choice in self.choices(name):
            yield choice, (left & having.get(choice.value, 0)).bit_count()

    def facet(self, name: str) -> Facet:
        """Return the facet `name`: its choices that would leave something, or are in force."""
        chosen = frozenset(self.asked.active.get(name, ()))
        options = [
            option for option in self.counted(name) if option[1] or option[0].value in chosen
        ]
        if name == "author":
            options.sort(key=itemgetter(1), reverse=True)
        rest = [option for option in options[MOST_CHOICES:] if option[0].value in chosen]
        return Facet(name, self.label(name), options[:MOST_CHOICES] + rest, chosen)

    def counts_by_year(self, left: Bitmap) -> Mapping[str, int]:
        """Return how many of the items `left` are of each year: mostly the same for both bounds."""
        if left not in self.by_year:
            years = self.edition.values["year"].items()
            self.by_year[left] = {year: (left & items).bit_count() for year, items in years}
        return self.by_year[left]

    def year_bound(self, name: str) -> Facet:
        """Return one bound of the year, each choice with what it would leave.

        A chosen year without items is offered all the same.
        """
        is_lower = name == "year_min"
        keeps = ge if is_lower else le
        other = self.asked.active.get("year_max" if is_lower else "year_min")
        chosen = {str(year) for year in [self.asked.active.get(name)] if year}
        choices = self.choices(name)
        known = self.edition.values["year"].keys()
        unknown = [Choice(name, year, year) for year in chosen - known]
        if unknown:
            choices = sorted([*choices, *unknown], key=lambda choice: int(choice.value))
        ordered = choices[::-1] if is_lower else choices
        counts = self.counts_by_year(self.left_without(name))
        sums = accumulate(counts.get(choice.value, 0) for choice in ordered)
        options = [
            (choice, count)
            for choice, count in zip(ordered, sums, strict=True)
            # Years that run backwards would leave nothing.
            if other is None or keeps(other, int(choice.value))
        ]
        options = options[::-1] if is_lower else options
        return Facet(name, self.label(name), options, frozenset(chosen))
