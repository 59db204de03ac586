"""Items as a table, with their authors, links and what they build on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field

from canon.addresses import comparable
from canon.curation.cells import (
    AuthorSlugs,
    Choice,
    ItemSlugs,
    LinkCell,
    LinkLines,
    Number,
    SectionSlug,
    Text,
    YesNo,
    no_item,
)
from canon.curation.drafts import NewDraft, add_drafts
from canon.curation.known import with_parts
from canon.curation.parts import write_bases, write_parts
from canon.curation.places import put_items_in_order
from canon.curation.resources import CanonResource, RowPlan
from canon.curation.slugs import make_slug
from canon.models import Item
from canon.models.states import (
    count_readers,
    refuse_replacement,
    refuse_to_retire,
    refuse_without_annotation,
)


def column(name: str, widget: Any, attribute: str = "") -> Field:
    """Return a column of the table, kept in the attribute of its name unless told otherwise."""
    return Field(attribute=attribute or name, column_name=name, widget=widget)


class ItemResource(CanonResource):
    """One row an item."""

    identifying = ("slug", "address")

    slug = column("slug", Text())
    section = column("section", SectionSlug())
    position = column("position", Number())
    state = column("state", Choice(Item.State))
    title = column("title", Text())
    gloss_en = column("gloss_en", Text())
    gloss_zh_hans = column("gloss_zh_hans", Text())
    url = column("address", Text(), "url")
    kind = column("kind", Choice(Item.Kind))
    language = column("language", Choice(Item.Language))
    difficulty = column("difficulty", Choice(Item.Difficulty))
    effort = column("effort", Choice(Item.Effort))
    year = column("year", Number())
    author_slugs = column("authors", AuthorSlugs(), "author_slugs")
    has_more_authors = column("more_authors", YesNo(), "has_more_authors")
    annotation_en = column("annotation_en", Text())
    annotation_zh_hans = column("annotation_zh_hans", Text())
    link_cells = column("links", LinkLines(), "link_cells")
    base_slugs = column("builds_on", ItemSlugs(), "base_slugs")
    retirement_reason_en = column("retirement_reason_en", Text())
    retirement_reason_zh_hans = column("retirement_reason_zh_hans", Text())
    replacement_slug = column("replaced_by", Text(), "replacement_slug")

    class Meta:
        model = Item
        fields = (
            *("slug", "section", "position", "state", "title", "gloss_en", "gloss_zh_hans", "url"),
            *("kind", "language", "difficulty", "effort", "year", "author_slugs"),
            *("has_more_authors", "annotation_en", "annotation_zh_hans", "link_cells"),
            *("base_slugs", "retirement_reason_en", "retirement_reason_zh_hans"),
            "replacement_slug",
        )
        export_order = fields
        import_order = fields
        skip_diff = True

    def __init__(self, **kwargs: Any) -> None:
        """Begin with no rows."""
        super().__init__(**kwargs)
        self.states: dict[int, str] = {}

    # Out

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        """Fetch what hangs on the items together with them."""
        return with_parts(queryset)

    def export_resource(self, instance: Item, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the cells of an item."""
        unpack(instance)
        cells: list[Any] = super().export_resource(instance, *args, **kwargs)
        return cells

    # In

    def find(self, row: Mapping[str, str]) -> int | None:
        """Return the id of the item of the slug; of the address, where no slug is given."""
        if slug := row.get("slug"):
            known = self.known.slugs.get(slug)
        else:
            known = self.known.address_keys.get(comparable(row.get("address", "")) or "-")
        return known.pk if known else None

    def load(self, ids: set[int]) -> dict[int, Any]:
        """Return the items, with what hangs on them as cells have it."""
        items = self.known.load_items(ids)
        self.states = {pk: item.state for pk, item in items.items()}
        for item in items.values():
            item.section = self.known.section_ids[item.section_id]
            unpack(item)
        return items

    def init_instance(self, _row: Any = None) -> Item:
        """Return a draft that nobody has saved."""
        item = Item()
        unpack_nothing(item)
        return item

    def leaves(self, column: str, cell: str) -> bool:
        """Tell whether a cell says nothing: no position is where it is, or last."""
        nothing_said = not cell and (column == "position" or self.row.is_new)
        return nothing_said or super().leaves(column, cell)

    def lacking(self, instance: Item) -> dict[str, str]:
        """Complain of an item that would be in no section."""
        return {} if instance.section_id else {"section": _("An item needs a section.")}

    def settle(self) -> None:
        """Name what is new, and refuse what would stand twice, lead nowhere or in a ring."""
        for row in list(self.good_rows()):
            self.settle_address(row)
        taken = {*self.known.slugs, *(row.instance.slug for row in self.rows if row.instance)}
        for row in [row for row in self.good_rows() if row.is_new]:
            item = row.instance
            self.keep_slug(
                row,
                self.known.slugs,
                item.slug or make_slug(item.title, {*taken, *self.new_slugs}, address=item.url),
            )
        for row in list(self.good_rows()):
            self.settle_state(row)
        self.refuse_to_hide()
        # A row left out may be what another one builds on, and so on.
        while sum(self.lacks_base(row) for row in list(self.good_rows())):
            pass
        for row in list(self.good_rows()):
            self.refuse_cycle(row)

    def settle_address(self, row: RowPlan) -> None:
        """Complain if another item, there or in the file, has the address."""
        key = comparable(row.instance.url)
        there = self.known.address_keys.get(key)
        if there and there.pk != row.instance.pk and (row.is_new or row.has_changed("address")):
            row.complain(
                "address",
                _("“%(item)s” (%(slug)s) has this address already.")
                % {"item": there.title, "slug": there.slug},
            )
        first = self.new_addresses.setdefault(key, row)
        if first is not row:
            row.complain(
                "address", _("The same stands in line %(line)d already.") % {"line": first.line}
            )

    @property
    def new_addresses(self) -> dict[str, RowPlan]:
        """The rows by what is compared of their addresses."""
        found: dict[str, RowPlan] = self.__dict__.setdefault("_new_addresses", {})
        return found

    def settle_state(self, row: RowPlan) -> None:
        """Hold a row that changes a state to the rules that hold for curators."""
        item = row.instance
        before = self.states.get(item.pk, "")
        if item.state == before:
            self.keep_annotation(row)
            return
        try:
            if item.state == Item.State.PUBLISHED:
                refuse_without_annotation(item.annotation_en)
                item.forget_retirement()
                item.replacement_slug = ""
            elif item.state == Item.State.RETIRED:
                # What comes retired from another site was published there.
                refuse_to_retire(before or Item.State.PUBLISHED, item.retirement_reason_en)
        except ValidationError as error:
            row.complain("state", " ".join(error.messages))

    def keep_annotation(self, row: RowPlan) -> None:
        """Complain where what is published would lose its annotation."""
        if row.instance.state != Item.State.PUBLISHED or not row.has_changed("annotation_en"):
            return
        try:
            refuse_without_annotation(row.instance.annotation_en)
        except ValidationError as error:
            row.complain("annotation_en", " ".join(error.messages))

    def refuse_to_hide(self) -> None:
        """Complain where what readers have marked would become a draft."""
        hidden = {
            row.instance.pk: row
            for row in self.good_rows()
            if row.instance.state == Item.State.DRAFT
            and row.has_changed("state")
            and row.instance.pk
        }
        for pk in count_readers(hidden) if hidden else ():
            message = _("Readers have marked it and would no longer find it. Retire it instead.")
            hidden[pk].complain("state", message)

    def lacks_base(self, row: RowPlan) -> bool:
        """Complain, and say so, if an item that the row names does not exist, nor will."""
        coming = {slug for slug, other in self.new_slugs.items() if other.is_good}
        for name, slugs in (
            ("builds_on", row.instance.base_slugs),
            ("replaced_by", filter(None, [row.instance.replacement_slug])),
        ):
            for slug in slugs if row.has_changed(name) else ():
                if slug not in self.known.slugs and slug not in coming:
                    row.complain(name, no_item(slug, {*self.known.slugs, *coming}))
        if row.has_changed("replaced_by") and row.instance.replacement_slug and row.is_good:
            self.settle_replacement(row)
        return not row.is_good

    def settle_replacement(self, row: RowPlan) -> None:
        """Complain if the replacement of an item will not do."""
        slug = row.instance.replacement_slug
        if row.instance.state != Item.State.RETIRED:
            row.complain("replaced_by", _("Only what is retired is replaced."))
            return
        try:
            refuse_replacement(self.standing(slug), [row.instance.pk] if row.instance.pk else ())
        except ValidationError as error:
            row.complain("replaced_by", " ".join(error.messages))

    def standing(self, slug: str) -> Item:
        """Return an item as it will be when the good rows are written."""
        for row in self.good_rows():
            if row.instance.slug == slug:
                return row.instance  # type: ignore[no-any-return]
        return Item.objects.get(slug=slug)

    def refuse_cycle(self, row: RowPlan) -> None:
        """Complain if the item would build on what builds on it; else take note of its bases."""
        if not row.has_changed("builds_on"):
            return
        slug, graph = row.instance.slug, self.known.dependencies
        bases = row.instance.base_slugs
        reached: set[str] = set()
        waiting = list(bases)
        while waiting:
            here = waiting.pop()
            if here not in reached:
                reached.add(here)
                waiting.extend(graph.get(here, ()))
        if slug in reached:
            row.complain("builds_on", _("It would build on itself, if by way of others."))
        else:
            graph[slug] = set(bases)

    def write(self) -> None:
        """Save the good rows: what replaces others first, and down the page."""
        appended = [row for row in self.good_rows() if is_appended(row)]
        placed = [row for row in self.good_rows() if not is_appended(row)]
        add_drafts([self.as_draft(row) for row in appended])
        items = {address.slug: address.pk for address in self.known.addresses}
        items |= {row.instance.slug: row.instance.pk for row in appended}
        for row in sorted(placed, key=order_of_saving):
            item = row.instance
            if row.has_changed("replaced_by") or not item.replacement_slug:
                item.replaced_by_id = items.get(item.replacement_slug)
            item.save()
            items[item.slug] = item.pk
        put_items_in_order(self.rows, placed)
        write_parts(placed, items, self.known)
        for row in appended:
            if row.instance.base_slugs:
                bases = [items[slug] for slug in row.instance.base_slugs]
                write_bases(row.instance, bases)

    def as_draft(self, row: RowPlan) -> NewDraft:
        """Return the draft that a row makes."""
        item = row.instance
        authors = [self.known.authors[slug].pk for slug in item.author_slugs]
        return NewDraft(item, authors, item.link_cells)


def is_appended(row: RowPlan) -> bool:
    """Tell whether a row makes a draft that goes last: such rows are saved together."""
    item = row.instance
    return bool(row.is_new and item.state == Item.State.DRAFT and item.position is None)


def order_of_saving(row: RowPlan) -> tuple[bool, int, int, int]:
    """Sort what is replaced behind what may replace it, and otherwise down the page."""
    item = row.instance
    return bool(item.replacement_slug), item.section.position, item.position or 10**9, row.line


def unpack(item: Item) -> None:
    """Keep on an item, as cells have it, what hangs on it and was fetched with it."""
    item.author_slugs = tuple(one.author.slug for one in item.authorships.all())  # type: ignore[attr-defined]
    item.link_cells = tuple(  # type: ignore[attr-defined]
        LinkCell(link.kind, link.url, link.title_en or "", link.title_zh_hans or "")
        for link in item.links.all()
    )
    item.base_slugs = tuple(one.builds_on.slug for one in item.dependencies.all())  # type: ignore[attr-defined]
    item.replacement_slug = item.replaced_by.slug if item.replaced_by else ""  # type: ignore[attr-defined]


def unpack_nothing(item: Item) -> None:
    """Let nothing hang on a new item."""
    item.author_slugs = item.link_cells = item.base_slugs = ()  # type: ignore[attr-defined]
    item.replacement_slug = ""  # type: ignore[attr-defined]
