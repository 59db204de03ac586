"""The tree of sections, read once and asked often."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from canon.models import Section


@dataclass
class Heading:
    """A section in its place of the tree."""

    section: Section
    parent: Heading | None
    children: list[Heading] = field(default_factory=list)

    @cached_property
    def ancestry(self) -> list[Heading]:
        """This heading and those above it, from the inside out."""
        return [self, *(self.parent.ancestry if self.parent else [])]

    @cached_property
    def subtree(self) -> list[Heading]:
        """This heading and all below it, down the page."""
        return [self, *(below for child in self.children for below in child.subtree)]

    @cached_property
    def depth(self) -> int:
        """How many headings stand above this one."""
        return len(self.ancestry) - 1

    @property
    def level(self) -> int:
        """The level of its HTML heading, from 2."""
        return self.depth + 2


class Outline:
    """All sections of the canon, from one query."""

    def __init__(self, sections: Iterable[Section] | None = None) -> None:
        """Build the tree of `sections` in canon order, by default of all there are."""
        self.by_id: dict[int, Heading] = {}
        for section in Section.objects.all() if sections is None else sections:
            parent = self.by_id.get(section.parent_id or 0)
            heading = Heading(section, parent)
            self.by_id[section.pk] = heading
            if parent:
                parent.children.append(heading)

    @property
    def headings(self) -> list[Heading]:
        """Every heading, down the page."""
        return list(self.by_id.values())

    @cached_property
    def by_slug(self) -> dict[str, Heading]:
        """Every heading by the slug of its section."""
        return {heading.section.slug: heading for heading in self.headings}

    @property
    def roots(self) -> list[Heading]:
        """The headings that nothing stands above."""
        return [heading for heading in self.headings if heading.parent is None]

    def ids_within(self, slugs: Iterable[str]) -> set[int]:
        """Return the ids of the sections of these slugs and of all below them."""
        wanted = set(slugs)
        return {
            below.section.pk
            for heading in self.headings
            if heading.section.slug in wanted
            for below in heading.subtree
        }
