"""Template tags and filters of the canon's pages."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from canon.catalogue import Catalogue
from canon.charts import HeatMap
from canon.days import day, status_line
from canon.editions import Edition
from canon.filters import ItemFilter
from canon.models import UNREAD, Item, MarkState
from canon.my_reading import Entry
from canon.outline import Heading
from canon.prints import Lines
from canon.progress import Suggestion
from canon.shelf import ColouredShelf
from canon.standing import Standing
from canon.stencils import Inserts
from canon.tally import Tally

register = template.Library()

register.simple_tag(status_line)
register.filter(day)


@register.filter
def host(url: str) -> str:
    """Return the host of an address as people say it, without “www.”."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def ids(items: Iterable[Item]) -> str:
    """Return the ids of `items`, with commas between them."""
    return ",".join(str(item.id) for item in items)


@register.simple_tag(takes_context=True)
def cards(context: dict[str, Any], items: Iterable[Item], level: int) -> SafeString:
    """Leave room for the cards of `items` as the reader of the page's catalogue has them."""
    catalogue: Catalogue = context["catalogue"]
    reader = catalogue.reader
    printed = catalogue.edition.prints.cards(
        items, level, reader.marks, reader.notes, Lines(), is_member=reader.is_member
    )
    inserts: Inserts = context["inserts"]
    return inserts.leave(printed)


@register.simple_tag(takes_context=True)
def groups(context: dict[str, Any], catalogue: Catalogue) -> SafeString:
    """Leave room for the list in canon order: headings with their cards."""
    blanks = {name: context.get(name, "") for name in ("csrf_token", "here")}
    printed = catalogue.edition.prints.groups(catalogue.groups(), catalogue.reader, **blanks)
    inserts: Inserts = context["inserts"]
    return inserts.leave(printed)


@register.simple_tag(takes_context=True)
def pills(context: dict[str, Any], catalogue: Catalogue) -> SafeString:
    """Leave room for the pills of the filter bar."""
    prints, is_plain = catalogue.edition.prints, not catalogue.is_narrowed
    inserts: Inserts = context["inserts"]
    printed = prints.pills(lambda: catalogue.facets, are_plain=is_plain)

    def mine() -> list[bytes]:
        return prints.pill(catalogue.mine)

    is_kept = is_plain and not catalogue.asked.errors
    own = catalogue.progress.once(("mine", get_language()), mine) if is_kept else mine()
    return inserts.leave([*printed, *own])


@register.simple_tag
def sortings() -> list[tuple[str, str]]:
    """Return the orders to choose from, each with its label."""
    order = ItemFilter.base_filters["sort"].extra
    return [("", order["empty_label"]), *order["choices"]]


@register.simple_tag
def spines(shelf: ColouredShelf, edition: Edition) -> SafeString:
    """Return the spines of a shelf of `edition`."""
    return edition.prints.spines(shelf)


@register.simple_tag
def bars(edition: Edition, rows: list[tuple[Heading, Tally]], is_public: object) -> SafeString:
    """Return the bars of the sections of `edition`."""
    return edition.prints.bars(rows, is_public=bool(is_public))


@register.simple_tag(takes_context=True)
def entries(
    context: dict[str, Any], rows: Sequence[Entry | Suggestion], *, is_numbered: bool = False
) -> SafeString:
    """Return the rows of a list of the reader's; those of the queue are numbered, and can move."""
    prints, token = context["reading"].edition.prints, context.get("csrf_token", "")
    printed = []
    for number, row in enumerate(rows, 1):
        place = number if is_numbered else 0
        is_last = place == len(rows)
        state: MarkState = getattr(row, "state", UNREAD)
        if row.item.state == Item.State.PUBLISHED:
            reason = getattr(row, "sentence", "")
            printed.append(
                prints.entry(row.item, state, reason, place, is_last=is_last, token=str(token))
            )
        else:
            shown = {"entry": row, "item": row.item, "state": state, "place": place}
            shown |= {"last": is_last, "csrf_token": token}
            printed.append(render_to_string("canon/my_reading.html#delisted", shown))
    return SafeString("".join(printed))


@register.simple_tag
def calendar(heat_map: HeatMap, edition: Edition) -> SafeString:
    """Return what a year of days looks like before anything is read: its names and its fields."""
    key = ("calendar", heat_map.today)
    return edition.prints.stencil(key, "canon/my_reading.html#calendar", {"map": heat_map}).fill()


@register.simple_tag
def contents(progress: Standing) -> SafeString:
    """Return the rows of the contents, with how far the reader has come in each section."""
    prints, pages = progress.edition.prints, progress.edition.pages
    key = ("contents", get_language())
    return progress.once(key, lambda: prints.contents(progress.contents, pages))


@register.simple_tag
def changed_mark(edition: Edition, item: Item, state: MarkState) -> SafeString:
    """Return the mark of `item`, to be swapped in wherever on the page it stands."""
    return edition.prints.changed_mark(item, state)


@register.simple_tag
def next_up(progress: Standing) -> SafeString | str:
    """Return what the reader could read next, or nothing if nothing is left."""
    suggestion = progress.next
    return progress.edition.prints.next_up(suggestion) if suggestion else ""


@register.simple_tag
def linked_data(catalogue: Catalogue, origin: str) -> SafeString:
    """Return the items shown as a schema.org ItemList in JSON-LD, with addresses at `origin`.

    It is a data block, which a browser never runs: the content security policy lets it stand.
    """
    items, number = catalogue.page.object_list, catalogue.page.number
    key = ("linked data", number, catalogue.asked.sorting)
    prints = catalogue.edition.prints
    return prints.stencil(
        key, "canon/item_list.html#linked_data", {"items": items}, blanks=["origin"]
    ).fill(origin=origin)
