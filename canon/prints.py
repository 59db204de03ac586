"""Prints: the pieces of pages that are the same for every reader, kept as text.

An edition of the canon has its prints in each language, so that nothing here ever has to be thrown
away for being old: it goes when the edition goes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from canon.days import say_since, say_skipped, status_line
from canon.models import UNREAD, Item, MarkState
from canon.once import Once
from canon.stencils import Stencil, encoded, leave_open

if TYPE_CHECKING:
    from canon.catalogue import Shown
    from canon.facets import Facet
    from canon.outline import Heading
    from canon.progress import Suggestion
    from canon.readers import Guest, Member
    from canon.shelf import ColouredShelf
    from canon.tally import Tally

# Some three kilobytes each at most; a canon of ten thousand items prints what is asked for.
MOST_KEPT = 4_000


class Lines(dict[MarkState, list[bytes]]):
    """What marks say beside titles, ready to pour: a page says the same few for many items."""

    def __missing__(self, state: MarkState) -> list[bytes]:
        """Say it, and remember it for the rest of the page."""
        line = self[state] = encoded(status_line(state))
        return line


class Prints(Once):
    """The stencils of one edition in one language, each made when it is first needed."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.kept: dict[Hashable, Stencil] = {}

    def stencil(
        self, key: Hashable, template: str, context: Mapping[str, Any], blanks: Iterable[str] = ()
    ) -> Stencil:
        """Return the stencil kept under `key`, made of `template` and `context` if there is none.

        `key` must name everything in `context` that an edition does not settle.
        """
        found = self.kept.get(key)
        if found is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            text = render_to_string(template, {**context, **leave_open(blanks)})
            found = self.kept[key] = Stencil(text.strip())
        return found

    def cards(
        self,
        items: Iterable[Item],
        level: int,
        marks: Mapping[int, MarkState],
        notes: Mapping[int, str],
        lines: Lines,
        *,
        is_member: bool,
    ) -> list[bytes]:
        """Return the cards of `items`, under headings of `level`, with a reader's marks and notes.

        A card is rendered once for each status it can have.
        """
        cards: list[bytes] = []
        for item in items:
            state, excerpt = marks.get(item.id, UNREAD), notes.get(item.id)
            has_note = excerpt is not None
            key = ("card", item.id, level, state.status, is_member, has_note)
            card = self.kept.get(key) or self.stencil(
                key,
                "canon/item_list.html#card",
                {
                    "item": item,
                    "level": level,
                    "state": MarkState(state.status),
                    "takes_note": is_member and not has_note,
                    "has_note": has_note,
                },
                blanks=("line", "excerpt"),
            )
            card.pour(cards, line=lines[state], excerpt=encoded(excerpt) if has_note else [])
        return cards

    def groups(
        self,
        groups: Iterable[Shown],
        reader: Member | Guest,
        **blanks: Any,
    ) -> list[bytes]:
        """Return the headings of `groups` with their cards; `blanks` go into their forms."""
        printed: list[bytes] = []
        lines = Lines()
        values = {name: encoded(value) for name, value in blanks.items()}
        for group in groups:
            heading, is_top = group.heading, bool(group.all_items)
            key = ("group", heading.section.id)
            form = self.kept.get(key) or self.stencil(
                key,
                "canon/item_list.html#group",
                {"heading": heading, "is_top": is_top},
                blanks=("ids", "cards", *blanks),
            )
            cards = self.cards(
                group.items,
                group.card_level,
                reader.marks,
                reader.notes,
                lines,
                is_member=reader.is_member,
            )
            ids = ",".join(str(item.id) for item in group.all_items)
            form.pour(printed, ids=encoded(ids), cards=cards, **values)
        return printed

    def pills(self, facets: Callable[[], Iterable[Facet]], *, are_plain: bool) -> list[bytes]:
        """Return the pills of `facets`, which are plain, and so the same for all, or counted."""

        def printed() -> list[bytes]:
            return [piece for facet in facets() for piece in self.pill(facet)]

        return self.once("pills", lambda: [b"".join(printed())]) if are_plain else printed()

    def pill(self, facet: Facet) -> list[bytes]:
        """Return one pill."""
        template, blanks = "canon/item_list.html#pill", ("choices", "bounds")
        if any(field.value for field in facet.days):  # typed, and so not worth keeping
            pill = Stencil(render_to_string(template, {"facet": facet, **leave_open(blanks)}))
        else:
            key = ("pill", facet.name, facet.is_active, len(facet.chosen), len(facet.days))
            pill = self.kept.get(key) or self.stencil(key, template, {"facet": facet}, blanks)
        printed: list[bytes] = []
        pill.pour(printed, choices=self.options(facet), bounds=self.bounds(facet.bounds))
        return printed

    def bounds(self, bounds: Iterable[Facet]) -> list[bytes]:
        """Return the bounds of a year, each with the years to choose from."""
        printed: list[bytes] = []
        for bound in bounds:
            key = ("bound", bound.name)
            form = self.kept.get(key) or self.stencil(
                key, "canon/item_list.html#bound", {"bound": bound}, ["years"]
            )
            form.pour(printed, years=self.options(bound, "year"))
        return printed

    def options(self, facet: Facet, partial: str = "option") -> list[bytes]:
        """Return the choices of a facet, each printed by `partial`."""
        rows: list[bytes] = []
        for choice, count in facet.options:
            is_chosen = choice.value in facet.chosen
            key = (choice, is_chosen)
            row = self.kept.get(key) or self.stencil(
                key,
                f"canon/item_list.html#{partial}",
                {"choice": choice, "is_chosen": is_chosen},
                ["count"],
            )
            [(before, _count)] = row.steps
            rows += (before, b"%d" % count, row.end)
        return rows

    def spines(self, shelf: ColouredShelf) -> SafeString:
        """Return the spines of a shelf."""
        drawn = []
        for place, (spine, status, is_pale) in enumerate(shelf.spines):
            key = ("spine", place, status, is_pale)
            kept = self.kept.get(key) or self.stencil(
                key,
                "canon/_shelf.html#spine",
                {"spine": spine, "status": status, "is_pale": is_pale},
            )
            drawn.append(kept.pieces[0])
        return SafeString("".join(drawn))

    def bars(self, rows: Iterable[tuple[Heading, Tally]], *, is_public: bool) -> SafeString:
        """Return the bars of sections; what was skipped is nobody else's business."""
        printed = []
        for heading, tally in rows:
            key = ("bar", heading.section.id)
            row = self.kept.get(key) or self.stencil(
                key, "canon/_bars.html#row", {"heading": heading}, ("read", "total", "skipped")
            )
            skipped = "" if is_public or not tally.skipped else say_skipped(tally.skipped)
            printed.append(row.fill(read=tally.read, total=tally.total, skipped=skipped))
        return SafeString("".join(printed))

    def entry(
        self, item: Item, state: MarkState, reason: str, place: int, *, is_last: bool, token: str
    ) -> SafeString:
        """Return `item` in a list of the reader's, with its reason, or its `place` in the queue."""
        which = min(place, 2)  # none, the first, or any other
        key = ("entry", item.id, state.status, bool(reason), which, is_last)
        row = self.kept.get(key) or self.stencil(
            key,
            "canon/my_reading.html#listed",
            {
                "item": item,
                "state": MarkState(state.status),
                "has_reason": bool(reason),
                "place": which,
                "last": is_last,
            },
            blanks=("since", "reason", "line", "csrf_token"),
        )
        since = say_since(state.started_on) if state.started_on else ""
        return row.fill(since=since, reason=reason, line=status_line(state), csrf_token=token)

    def changed_mark(self, item: Item, state: MarkState) -> SafeString:
        """Return the mark of `item` as an answer to a change brings it to the page."""
        key = ("mark", item.id, state.status)
        mark = self.kept.get(key) or self.stencil(
            key,
            "canon/_mark.html",
            {"item": item, "state": MarkState(state.status), "oob": True},
            blanks=["line"],
        )
        return mark.fill(line=status_line(state))

    def next_up(self, suggestion: Suggestion) -> SafeString:
        """Return what to read next, and why."""
        item = suggestion.item
        key = ("next", item.id)
        stencil = self.kept.get(key) or self.stencil(
            key, "canon/_contents.html#next", {"item": item}, blanks=["sentence"]
        )
        return stencil.fill(sentence=suggestion.sentence)

    def contents(
        self, rows: Iterable[tuple[Heading, Tally]], pages: Mapping[int, int]
    ) -> SafeString:
        """Return the rows of the contents; `pages` says on which page a section begins."""
        printed = []
        for heading, tally in rows:
            key = ("contents", heading.section.id)
            row = self.kept.get(key) or self.stencil(
                key,
                "canon/_contents.html#row",
                {"heading": heading, "page": pages[heading.section.id]},
                blanks=("read", "total"),
            )
            printed.append(row.fill(read=tally.read, total=tally.total))
        return SafeString("".join(printed))
