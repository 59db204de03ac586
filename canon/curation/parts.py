"""Writes what hangs on items: authors, links, bases. What is there already stays in its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from canon.curation.cells import LinkCell
from canon.curation.known import Known
from canon.curation.resources import RowPlan
from canon.models import Authorship, Dependency, Item, Link


def write_parts(rows: Iterable[RowPlan], items: Mapping[str, int], known: Known) -> None:
    """Save the parts of the items of these rows, all of which have been saved."""
    for row in rows:
        item = row.instance
        if row.has_changed("authors"):
            write_authors(item, item.author_slugs, known)
        if row.has_changed("links"):
            write_links(item, item.link_cells)
        if row.has_changed("builds_on"):
            write_bases(item, [items[slug] for slug in item.base_slugs])


def write_authors(item: Item, slugs: Iterable[str], known: Known) -> None:
    """Give an item these authors in this order."""
    wanted = [known.authors[slug].pk for slug in slugs]
    present = {one.author_id: one for one in Authorship.objects.filter(item=item)}
    for author, authorship in present.items():
        if author not in wanted:
            authorship.delete()
    for position, author in enumerate(wanted, start=1):
        authorship = present.get(author) or Authorship(item=item, author_id=author)
        if authorship.pk is None or authorship.position != position:
            authorship.position = position
            authorship.save()


def write_links(item: Item, cells: Iterable[LinkCell]) -> None:
    """Give an item these links in this order; one whose address stays is the same link."""
    wanted = list(cells)
    present = {link.url: link for link in Link.objects.filter(item=item)}
    for url, link in present.items():
        if url not in {cell.url for cell in wanted}:
            link.delete()
    for position, cell in enumerate(wanted, start=1):
        link = present.get(cell.url) or Link(item=item, url=cell.url)
        before = (link.kind, link.title_en or "", link.title_zh_hans or "", link.position)
        after = (cell.kind, cell.title_en, cell.title_zh_hans, position)
        if link.pk is None or before != after:
            link.kind, link.title_en, link.title_zh_hans, link.position = after
            link.save()


def write_bases(item: Item, wanted: Iterable[int]) -> None:
    """Let an item build on these."""
    bases = list(wanted)
    present = {edge.builds_on_id: edge for edge in Dependency.objects.filter(item=item)}
    for base, edge in present.items():
        if base not in bases:
            edge.delete()
    for base in bases:
        if base not in present:
            Dependency(item=item, builds_on_id=base).save()
