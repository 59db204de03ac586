"""The filter bar as data: its pills, their choices, and what each choice would leave."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from canon.editions import Edition
from canon.filters import FINISHED_BETWEEN, MULTIPLE, UNREAD, YEARS, ItemFilter
from canon.readers import Guest, Member

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
        edition: Edition,
        reader: Member | Guest,
        passing: Mapping[str, frozenset[int]],
    ) -> None:
        """Count, by the ids in `passing`, what every choice would leave of what is `asked`."""
        self.asked, self.edition, self.reader, self.passing = asked, edition, reader, passing

    def left_without(self, name: str = "") -> frozenset[int]:
        """Return the ids of what would be shown if the filter `name` were cleared."""
        others = [ids for other, ids in self.passing.items() if other != name]
        return self.edition.ids.intersection(*others)

    def ids_by_value(self, name: str) -> Mapping[str, Collection[int]]:
        """Return the ids of the items that have each value of the facet `name`."""
        marks, notes, everything = self.reader.marks, self.reader.notes, self.edition.ids
        if name == "status":
            by_status: dict[str, set[int]] = {UNREAD: set(everything - marks.keys())}
            for pk, state in marks.items():
                if pk in everything:
                    by_status.setdefault(state.status, set()).add(pk)
            return by_status
        if name == "note":
            return {"yes": everything & notes.keys(), "no": everything - notes.keys()}
        return self.edition.values[name]

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
        left, by_value = self.left_without(name), self.ids_by_value(name)
        is_all = len(left) == len(self.edition.ids)
        options = []
        for value, label in self.choices(name):
            ids = by_value.get(value, ())
            count = len(ids) if is_all else len(left.intersection(ids))
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
        keeps = operator.ge if name == "year_min" else operator.le
        chosen = self.asked.active.get(name)
        left = self.left_without(name)
        by_year = {int(year): ids for year, ids in self.edition.values["year"].items()}
        counts = {year: len(left.intersection(ids)) for year, ids in by_year.items()}
        other = self.asked.active.get("year_max" if name == "year_min" else "year_min")
        options = [
            Option(
                name,
                str(year),
                str(year),
                sum(count for y, count in counts.items() if keeps(y, year)),
                year == chosen,
            )
            for year in sorted({*counts, *({chosen} if chosen else set())})
            if other is None or keeps(other, year)  # years that run backwards leave nothing
        ]
        return Facet(name, self.label(name), options)
