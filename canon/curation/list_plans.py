"""What a Markdown list would bring into the canon, and bringing in what was chosen of it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import reversion
from django.db import transaction
from django.utils.translation import gettext as _

from canon.curation.cells import LinkCell
from canon.curation.drafts import NewDraft, add_drafts
from canon.curation.files import UnreadableError
from canon.curation.guesses import (
    CHINESE,
    guess_item_kind,
    guess_language,
    guess_link_kind,
    names_a_link,
)
from canon.curation.known import Address, Known
from canon.curation.markdown_lists import Entry, FoundLink, read_markdown_list
from canon.curation.slugs import make_slug
from canon.curation.stale import StalePlanError
from canon.models import Item, Link, Section
from canon.models.locks import lock_outline
from canon.search import fold

LONGEST_LINK_TITLE: int = Link._meta.get_field("title").max_length or 0
LONGEST_SECTION_SLUG: int = Section._meta.get_field("slug").max_length or 0


@dataclass
class EntryPlan:
    """What becomes of one entry of the list."""

    number: int
    entry: Entry
    # The item of the canon with this address, be it only a link of it, or the line of the list
    # where it stood before.
    there: Address | None
    is_link: bool
    stood_in_line: int | None
    kind: str
    author_ids: list[int]
    strangers: list[str]

    @property
    def is_new(self) -> bool:
        """Whether a draft could be made of it."""
        return not (self.there or self.stood_in_line)


@dataclass
class SectionPlan:
    """What becomes of one heading of the list."""

    number: int
    title: str
    parent: int | None
    depth: int
    present: Section | None
    is_left_out: bool
    entries: list[EntryPlan] = field(default_factory=list)
    # Whether anything new stands under it or further below.
    has_new: bool = False


@dataclass(frozen=True)
class Choice:
    """What a curator chose: what to leave out, and what all new drafts are given for a start."""

    entries: frozenset[int] = frozenset()
    sections: frozenset[int] = frozenset()
    difficulty: str = Item.Difficulty.INTERMEDIATE
    effort: str = Item.Effort.HOUR


class ListPlan:
    """A list held against the canon as it is: which sections and items are new."""

    def __init__(self, text: str) -> None:
        """Read the list; nothing is written. Raises UnreadableError if it has no entries."""
        self.found = read_markdown_list(text)
        if not self.found.entries:
            raise UnreadableError(_("There is no list in it whose entries have an address."))
        self.known = Known()
        self.sections: dict[int | None, SectionPlan] = {}
        self.plan_sections()
        self.plan_entries()

    def plan_sections(self) -> None:
        """Find the sections that there are already, by their titles in either language."""
        present: dict[tuple[int | None, str], Section] = {}
        anywhere: dict[str, set[Section]] = defaultdict(set)
        for section in reversed(self.known.sections.values()):
            for title in (section.title_en, section.title_zh_hans):
                present[section.parent_id, fold(title or "")] = section
                anywhere[fold(title or "")].add(section)
        if any(entry.heading is None for entry in self.found.entries):
            title = self.found.title or _("Without a heading")
            self.sections[None] = SectionPlan(
                -1, title, None, 0, present.get((None, fold(title))), is_left_out=False
            )
        for heading in self.found.headings:
            above = self.sections[heading.parent] if heading.parent is not None else None
            key = above.present.pk if above and above.present else None
            known = present.get((key, fold(heading.title))) if not above or above.present else None
            namesakes = anywhere.get(fold(heading.title), set())
            if not above and not known and len(namesakes) == 1:
                # A heading of another list may be a section further down in ours.
                (known,) = namesakes
            self.sections[heading.number] = SectionPlan(
                heading.number,
                heading.title,
                heading.parent,
                above.depth + 1 if above else 0,
                known,
                heading.is_housekeeping,
            )

    def plan_entries(self) -> None:
        """Tell what is new from what is in the canon, or stood further up in the list."""
        lines: dict[str, int] = {}
        for number, entry in enumerate(self.found.entries):
            key = entry.address_key
            named = [(name, self.known.authors_by_name.get(fold(name), [])) for name in entry.names]
            plan = EntryPlan(
                number=number,
                entry=entry,
                there=self.known.address_keys.get(key) or self.known.link_keys.get(key),
                is_link=key not in self.known.address_keys,
                stood_in_line=lines.get(key),
                kind=guess_item_kind(entry.address),
                author_ids=[authors[0].pk for _name, authors in named if len(authors) == 1],
                strangers=[name for name, authors in named if len(authors) != 1],
            )
            lines.setdefault(key, entry.line)
            self.sections[entry.heading].entries.append(plan)
        for section in reversed(self.headed):
            section.has_new |= any(one.is_new for one in section.entries)
            if section.parent is not None:
                self.sections[section.parent].has_new |= section.has_new

    @property
    def headed(self) -> list[SectionPlan]:
        """The sections, down the list."""
        return list(self.sections.values())

    @cached_property
    def entries(self) -> list[EntryPlan]:
        """All entries, down the list."""
        return [entry for section in self.headed for entry in section.entries]

    @property
    def new_count(self) -> int:
        """How many drafts could be made."""
        return sum(entry.is_new for entry in self.entries)

    @property
    def known_count(self) -> int:
        """How many entries are in the canon already."""
        return sum(entry.there is not None for entry in self.entries)

    @property
    def fingerprint(self) -> str:
        """What tells this plan from any other: a confirmation holds for one only."""
        says = [
            [section.title, section.parent, section.present and section.present.pk]
            + [[one.entry.line, one.is_new, one.author_ids] for one in section.entries]
            for section in self.headed
        ]
        return hashlib.sha256(json.dumps(says).encode()).hexdigest()

    def chosen(self, choice: Choice) -> Iterator[tuple[SectionPlan, EntryPlan]]:
        """Yield what is new and not left out, with the section it stands in."""
        left = self.left_sections(choice.sections)
        for section in self.headed:
            for entry in section.entries if section.number not in left else ():
                if entry.is_new and entry.number not in choice.entries:
                    yield section, entry

    def left_sections(self, chosen: Collection[int]) -> set[int]:
        """Return the sections left out, with all that stand below them."""
        left = set(chosen)
        for section in self.headed:
            if section.parent in left:
                left.add(section.number)
        return left

    def write(self, choice: Choice) -> int:
        """Make the sections that are needed and the drafts; return how many drafts."""
        taken = set(self.known.slugs)
        made = SectionMaker(self)
        drafts = []
        for section, plan in list(self.chosen(choice)):
            entry = plan.entry
            slug = make_slug(entry.title, taken, address=entry.address)
            taken.add(slug)
            item = Item(
                slug=slug,
                section=made.section(section),
                title=entry.title,
                url=entry.address,
                kind=plan.kind,
                language=guess_language(entry.title),
                year=entry.year,
                difficulty=choice.difficulty,
                effort=choice.effort,
            )
            drafts.append(NewDraft(item, plan.author_ids, [as_cell(link) for link in entry.links]))
        add_drafts(drafts)
        return len(drafts)


class SectionMaker:
    """Makes the sections of a list, each when its first draft needs it."""

    def __init__(self, plan: ListPlan) -> None:
        """Begin with the sections that there are."""
        self.plans = plan.sections
        self.taken = set(plan.known.sections)
        self.made: dict[int, Section] = {}

    def section(self, plan: SectionPlan) -> Section:
        """Return the section of a heading, saved."""
        if plan.present:
            return plan.present
        if plan.number not in self.made:
            above = None if plan.parent is None else self.section(self.plans[plan.parent])
            slug = make_slug(plan.title, self.taken, longest=LONGEST_SECTION_SLUG, word="section")
            self.taken.add(slug)
            chinese = plan.title if CHINESE.search(plan.title) else ""
            section = Section(
                slug=slug, parent=above, title_en=plan.title, title_zh_hans=chinese or None
            )
            section.save()
            self.made[plan.number] = section
        return self.made[plan.number]


def as_cell(link: FoundLink) -> LinkCell:
    """Return a further link of an entry; where its kind says all, it needs no title."""
    kind = guess_link_kind(link.text, link.address)
    title = "" if names_a_link(link.text) else link.text[:LONGEST_LINK_TITLE]
    if CHINESE.search(title):
        return LinkCell(kind, link.address, title_zh_hans=title)
    return LinkCell(kind, link.address, title_en=title)


def bring_in(text: str, fingerprint: str, choice: Choice, user: Any, name: str) -> int:
    """Make drafts of what was chosen of a list, as one revision; return how many.

    Raises StalePlanError, and writes nothing, if the list now means something else.
    """
    with transaction.atomic(), reversion.create_revision():
        lock_outline()
        plan = ListPlan(text)
        if plan.fingerprint != fingerprint:
            raise StalePlanError(plan)
        reversion.set_user(user)
        reversion.set_comment(_("Imported from %(file)s.") % {"file": name})
        return plan.write(choice)
