"""The map: the canon as a picture of what builds on what, and the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from canon.editions import current_edition
from canon.labels import fit, name_of, rest_of, width
from canon.map_layout import LABEL, Band, Layout, Spot, Strand, lay_out
from canon.models import UNREAD, Item, MarkState, Status
from canon.outline import Heading
from canon.readers import Guest, Member
from canon.tally import Tally, count_marked, tally_edition

# A section that holds more is drawn as its subsections.
LARGEST_BAND = 24
# Where a title begins, from the middle of its mark, how large it is set, and the air after it.
INDENT, SIZE, AIR = 15, 13, 6
LEGEND = (Status.READ, Status.READING, Status.QUEUED, Status.SKIPPED)


@dataclass
class Place:
    """An item on the map, with what it is to the reader."""

    item: Item
    status: str
    builds_on: list[Place] = field(default_factory=list)
    spot: Spot = field(default_factory=lambda: Spot(0, 0))

    @property
    def name(self) -> str:
        """What the work is called for short."""
        return name_of(self.item.title)

    @property
    def gloss(self) -> list[str]:
        """The gloss in the page's language, in one line; empty where there is none."""
        return fit(rest_of(self.item.own_gloss or "", self.name), lines=1)

    @property
    def lines(self) -> list[str]:
        """The name in one line if a gloss stands below it, or else in up to two."""
        return fit(self.name, lines=1 if self.gloss else 2)

    @property
    def end(self) -> int:
        """Where the title ends, for all we know of the reader's lettering."""
        longest = max(map(width, [*self.lines, *self.gloss]))
        return self.spot.x + min(round(INDENT + SIZE * longest + AIR), LABEL - 2)

    @property
    def is_alone(self) -> bool:
        """Whether one line is all there is to it."""
        return len(self.lines) + len(self.gloss) == 1


@dataclass
class Region:
    """A section on the map, with its items in canon order."""

    heading: Heading
    places: list[Place]
    band: Band


@dataclass(frozen=True)
class Line:
    """An edge on the map; one that begins at something finished is open."""

    base: int
    item: int
    path: str
    is_open: bool


class CanonMap:
    """The map as one reader sees it."""

    def __init__(self, reader: Member | Guest) -> None:
        """Draw the canon as it is published, with the reader's marks."""
        marks: Mapping[int, MarkState] = reader.marks
        edition = current_edition()
        self.outline = edition.outline
        known = edition.by_id
        self.places = {pk: Place(item, marks.get(pk, UNREAD).status) for pk, item in known.items()}
        for pk, bases in edition.bases.items():
            if pk in self.places:
                self.places[pk].builds_on = [self.places[b] for b in bases if b in self.places]
        self.tally: Tally = tally_edition(edition, count_marked(edition, marks))

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.places)

    @cached_property
    def by_section(self) -> dict[int, list[Place]]:
        """The places that stand right in each section, by its id."""
        found: dict[int, list[Place]] = {}
        for place in self.places.values():
            found.setdefault(place.item.section_id, []).append(place)
        return found

    @cached_property
    def edges(self) -> list[tuple[int, int]]:
        """Each item and base, by ids."""
        return [(pk, base.item.pk) for pk, place in self.places.items() for base in place.builds_on]

    # The picture

    @cached_property
    def layout(self) -> Layout:
        """The geometry, which no mark has a part in."""
        bands = tuple(tuple(p.item.pk for p in places) for _, places in self.bands())
        layout = lay_out(bands, tuple(self.edges))
        for pk, spot in layout.spots.items():
            self.places[pk].spot = spot
        return layout

    def bands(self) -> list[tuple[Heading, list[Place]]]:
        """Return the sections that are drawn as bands, with all they hold."""
        return [found for root in self.outline.roots for found in self.split(root)]

    def split(self, heading: Heading) -> Iterator[tuple[Heading, list[Place]]]:
        """Yield `heading` as one band, or, where it holds too much, as one for each part."""
        whole = self.within(heading)
        if len(whole) > LARGEST_BAND and heading.children:
            own = self.by_section.get(heading.section.pk)
            if own:
                yield heading, own
            for child in heading.children:
                yield from self.split(child)
        elif whole:
            yield heading, whole

    def within(self, heading: Heading) -> list[Place]:
        """Return the places in a section and in all below it, in canon order."""
        return [p for below in heading.subtree for p in self.by_section.get(below.section.pk, [])]

    @cached_property
    def regions(self) -> list[Region]:
        """The bands down the page, each place with its spot."""
        return [
            Region(heading, places, band)
            for (heading, places), band in zip(self.bands(), self.layout.bands, strict=True)
        ]

    @property
    def lines(self) -> list[Line]:
        """The edges, those that begin at something finished last, so that they lie on top."""
        return sorted(map(self.line, self.layout.strands), key=lambda line: line.is_open)

    def line(self, strand: Strand) -> Line:
        """Return a strand with its beginning, where the title of its base ends."""
        base = self.places[strand.base]
        path = f"M{base.end} {base.spot.y}{strand.path}"
        return Line(strand.base, strand.item, path, base.status == Status.READ)

    # The same in words

    @property
    def listed(self) -> list[tuple[Heading, list[Place]]]:
        """Every heading that holds something, down the page, with what stands right in it."""
        return [
            (heading, self.by_section.get(heading.section.pk, []))
            for heading in self.outline.headings
            if self.within(heading)
        ]

    @property
    def legend(self) -> list[tuple[str, int]]:
        """Each status with the number of items that have it; empty for unread."""
        counts = [(str(status), getattr(self.tally, status)) for status in LEGEND]
        return [*counts, ("", self.tally.everything - sum(count for _, count in counts))]
