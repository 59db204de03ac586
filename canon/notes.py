"""“My notes” as data: which notes an address asks for, and how many each choice would leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import QueryDict

from canon.models import Note, NoteQuerySet
from canon.outline import Outline

PAGE_SIZE = 50
LONGEST_SEARCH = 200


@dataclass
class SectionChoice:
    """A section to choose, and how many notes it would leave."""

    slug: str
    title: str
    depth: int
    count: int


class MyNotes:
    """A reader's notes as one address asks for them, from five queries however many they are."""

    def __init__(self, user: Any, params: QueryDict) -> None:
        """Read the notes of `user` that the query `params` of an address asks for."""
        self.outline = Outline()
        self.everything: NoteQuerySet = user.notes.written()
        self.search = params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
        self.section = params.get("section", "")
        self.wanted_page = params.get("page")

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.search or self.section)

    @property
    def section_is_unknown(self) -> bool:
        """Whether the address names a section there is not; it is then passed over."""
        return bool(self.section) and not self.outline.ids_within([self.section])

    @cached_property
    def total(self) -> int:
        """How many notes the reader has."""
        return self.everything.count()

    @cached_property
    def found(self) -> NoteQuerySet:
        """The notes that the search leaves, in any section."""
        return self.everything.matching(self.search)

    @cached_property
    def page(self) -> Page[Note]:
        """The notes to show: one page of them, the nearest where there is no such page."""
        notes = self.found.select_related("item", "item__replaced_by")
        if self.section and not self.section_is_unknown:
            notes = notes.filter(item__section__in=self.outline.ids_within([self.section]))
        return Paginator(notes, PAGE_SIZE).get_page(self.wanted_page)

    def choices(self) -> list[SectionChoice]:
        """Return the sections that hold notes found, and the chosen one, down the page."""
        rows = self.found.order_by().values_list("item__section").annotate(Count("pk"))
        counts: Counter[int] = Counter(dict(rows))
        choices = [
            SectionChoice(
                heading.section.slug,
                heading.section.title,
                heading.depth,
                sum(counts[below.section.pk] for below in heading.subtree),
            )
            for heading in self.outline.headings
        ]
        return [choice for choice in choices if choice.count or choice.slug == self.section]

    def query(self, page: int = 1) -> str:
        """Return the tidy query of this state, on the page `page`, with `?` in front or empty."""
        state = {"q": self.search, "section": self.section, "page": page if page > 1 else ""}
        tidy = QueryDict(mutable=True)
        tidy.update({name: str(value) for name, value in state.items() if value})
        return f"?{tidy.urlencode()}" if tidy else ""

    def address_before(self) -> str:
        """Return the query of the page before this one."""
        return self.query(self.page.previous_page_number())

    def address_after(self) -> str:
        """Return the query of the page after this one."""
        return self.query(self.page.next_page_number())
