"""The published canon, held in memory for as long as nobody changes it.

Every process keeps the edition it read last, and asks the database before each use whether that
is still the present one: a single short query. So a page costs no more than what is its reader's
own, and a curator's change is on the next page of every process, with nothing to clear or expire.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property, reduce
from operator import and_
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from django.http import HttpRequest
from django.utils.translation import get_language

from canon.bitmaps import Bitmap, Selection, bitmap_of
from canon.models import Author, Dependency, Item, Record, current_stamp
from canon.outline import Heading, Outline
from canon.prints import Prints
from canon.progress import Syllabus
from canon.replica import canon_alias
from canon.search import split_words
from canon.shelf import Shelf
from canon.text_index import TextIndex

if TYPE_CHECKING:
    from canon.standing import Standing

# The facets that are columns of an item.
PLAIN = ("kind", "difficulty", "effort", "language")
# How often reading is begun again because a curator saved meanwhile.
ATTEMPTS = 3
# From so many items on it is worth a second to let the search for garbage pass over them.
LARGE = 2_000
# A canon is one page, as long as it is one that a person would read as a whole; a longer one, in
# which nobody reads on to the end, comes in smaller ones, and so does what is found in it.
WHOLE = 200
PAGE_SIZE = 50
# So many words that were looked for are remembered, with what was found: a kilobyte each at most.
MOST_WORDS = 200


class Edition:
    """What is published, as it stood under one stamp. Nobody changes what hangs on it."""

    def __init__(self, stamp: str) -> None:
        """Read everything: seven queries, however large the canon."""
        self.stamp = stamp
        self.outline = Outline()
        self.authors = list(Author.objects.all())
        self.items = list(Item.objects.published().in_canon_order().with_details())
        self.by_id = {item.pk: item for item in self.items}
        self.bases = Dependency.objects.bases()
        self.languages: dict[str, Prints] = {}
        self.words: dict[str, Bitmap] = {}
        # Where readers stand in it, for as long as their records are kept.
        self.standings: WeakKeyDictionary[Record, Standing] = WeakKeyDictionary()

    @cached_property
    def everything(self) -> Bitmap:
        """All items."""
        return (1 << len(self.items)) - 1

    def bitmap(self, ids: Iterable[int]) -> Bitmap:
        """Return the items of these ids, but for what is not in this edition."""
        places = self.places
        return bitmap_of((places[pk] for pk in ids if pk in places), len(self.items))

    @cached_property
    def section_of(self) -> dict[int, int]:
        """The id of each item's section, by the item's id."""
        return {item.pk: item.section_id for item in self.items}

    @cached_property
    def by_slug(self) -> dict[str, Item]:
        """All items by their slugs."""
        return {item.slug: item for item in self.items}

    @cached_property
    def values(self) -> dict[str, dict[str, Bitmap]]:
        """The items by the name of a facet and the value they have there."""
        places: dict[str, dict[str, list[int]]] = {
            name: defaultdict(list) for name in ("section", "author", "year", *PLAIN)
        }
        for place, item in enumerate(self.items):
            for heading in self.outline.by_id[item.section_id].ancestry:
                places["section"][heading.section.slug].append(place)
            for author in item.byline:
                places["author"][author.slug].append(place)
            if item.year:
                places["year"][str(item.year)].append(place)
            for name in PLAIN:
                places[name][getattr(item, name)].append(place)
        return {
            name: {value: bitmap_of(found, len(self.items)) for value, found in by_value.items()}
            for name, by_value in places.items()
        }

    @cached_property
    def index(self) -> TextIndex:
        """What is searched of each item, from one query when somebody first searches."""
        searched = dict(Item.objects.published().order_by().values_list("pk", "search_text"))
        return TextIndex(
            "\n".join((searched.get(item.pk, ""), *(author.search_text for author in item.byline)))
            for item in self.items
        )

    def matching(self, text: str) -> Bitmap:
        """Return the items in which every word of `text` stands.

        The rule is that of `ItemQuerySet.matching`.
        """
        return reduce(and_, map(self.having, split_words(text)), self.everything)

    def having(self, word: str) -> Bitmap:
        """Return the items in which `word`, folded, stands.

        Words are remembered: who has searched filters what was found, with the same words again.
        """
        found = self.words.get(word)
        if found is None:
            if len(self.words) >= MOST_WORDS:
                self.words.clear()
            found = bitmap_of(self.index.having(word), len(self.items))
            self.words[word] = found
        return found

    @cached_property
    def shelf(self) -> Shelf:
        """All items as spines."""
        return Shelf(self.items, self.outline)

    @cached_property
    def places(self) -> dict[int, int]:
        """How many items stand before each, by its id."""
        return {item.pk: place for place, item in enumerate(self.items)}

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings that have items at any depth, down the page."""
        filled = self.values["section"]
        return [heading for heading in self.outline.headings if heading.section.slug in filled]

    @property
    def page_size(self) -> int:
        """How many items of a list stand on one page."""
        return WHOLE if len(self.items) <= WHOLE else PAGE_SIZE

    @cached_property
    def pages(self) -> dict[int, int]:
        """On which page of the whole canon each section begins, by the section's id."""
        first: dict[int, int] = {}
        for place, item in enumerate(self.items):
            for heading in self.outline.by_id[item.section_id].ancestry:
                first.setdefault(heading.section.pk, place // self.page_size + 1)
        return first

    def only(self, bitmap: Bitmap) -> Sequence[Item]:
        """Return the items of `bitmap`, in canon order."""
        return Selection(self.items, bitmap)

    def sorted(self, items: Iterable[Item]) -> list[Item]:
        """Return `items`, which need not be published, in canon order."""
        place = {pk: number for number, pk in enumerate(self.outline.by_id)}
        return sorted(items, key=lambda item: (place[item.section_id], item.position))

    def neighbours(self, item: Item) -> tuple[Item | None, Item | None]:
        """Return the items before and after `item`, None at an end or for one that is not here."""
        place = self.places.get(item.pk)
        if place is None:
            return None, None
        before = self.items[place - 1] if place else None
        after = self.items[place + 1] if place + 1 < len(self.items) else None
        return before, after

    @cached_property
    def above(self) -> dict[int, list[int]]:
        """The ids of what builds on each item, by its id."""
        found: dict[int, list[int]] = defaultdict(list)
        for pk, bases in self.bases.items():
            for base in bases:
                found[base].append(pk)
        return found

    def builds_on(self, item: Item) -> list[Item]:
        """Return the published items that `item` builds on, in canon order."""
        bases = self.bases.get(item.pk, ())
        return sorted((self.by_id[pk] for pk in bases if pk in self.by_id), key=self.place)

    def built_on_by(self, item: Item) -> list[Item]:
        """Return the published items that build on `item`, in canon order."""
        above = self.above.get(item.pk, ())
        return sorted((self.by_id[pk] for pk in above if pk in self.by_id), key=self.place)

    def place(self, item: Item) -> int:
        """Return how many items stand before `item`."""
        return self.places[item.pk]

    @cached_property
    def syllabus(self) -> Syllabus:
        """What there is to read, and what builds on what."""
        return Syllabus(self.by_id, self.bases, self.outline)

    @property
    def prints(self) -> Prints:
        """What is printed of this edition in the language at hand."""
        return self.languages.setdefault(get_language() or "en", Prints())


class Holder:
    """The edition that this process holds of one database."""

    def __init__(self) -> None:
        """Hold none."""
        self.lock = Lock()
        self.held: Edition | None = None

    def current(self) -> Edition:
        """Return the present edition, read anew if it is another than the one held."""
        stamp = current_stamp()
        held = self.held
        if held is None or held.stamp != stamp:
            with self.lock:
                held = self.held
                if held is None or held.stamp != stamp:
                    held = self.held = read_edition(stamp)
                    if len(held.items) > LARGE:
                        settle()
        return held


def settle() -> None:
    """Let Python's search for garbage pass over what is held now, after a last look at it all.

    Every few pages it would go through a large canon again, and a reader would wait for a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def read_edition(stamp: str) -> Edition:
    """Read the edition of `stamp`, or a later one if the canon changes while it is read."""
    edition = Edition(stamp)
    for _attempt in range(ATTEMPTS):
        stamp = current_stamp()
        if stamp == edition.stamp:
            break
        edition = Edition(stamp)
    return edition


holders: dict[str, Holder] = defaultdict(Holder)


def current_edition() -> Edition:
    """Return the canon as it is published now."""
    return holders[canon_alias.get()].current()


def edition_of(request: HttpRequest) -> Edition:
    """Return the canon as it was published when `request` first asked for it."""
    known: Edition | None = getattr(request, "edition", None)
    if known is None:
        known = current_edition()
        request.edition = known  # type: ignore[attr-defined]
    return known
