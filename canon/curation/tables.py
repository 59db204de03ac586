"""Sections and authors as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from canon.curation.cells import Choice, Number, Text, no_section
from canon.curation.items import column
from canon.curation.places import put_sections_in_order
from canon.curation.resources import CanonResource, RowPlan
from canon.curation.slugs import make_slug
from canon.models import Author, Section
from canon.search import fold


class SectionResource(CanonResource):
    """One row a section."""

    slug = column("slug", Text())
    parent_slug = column("parent", Text(), "parent_slug")
    position = column("position", Number())
    title_en = column("title_en", Text())
    title_zh_hans = column("title_zh_hans", Text())
    introduction_en = column("introduction_en", Text())
    introduction_zh_hans = column("introduction_zh_hans", Text())

    class Meta:
        model = Section
        fields = (
            *("slug", "parent_slug", "position", "title_en", "title_zh_hans"),
            *("introduction_en", "introduction_zh_hans"),
        )
        export_order = fields
        import_order = fields
        skip_diff = True

    def filter_export(self, queryset: Any, **_kwargs: Any) -> Any:
        """Fetch the parents together with the sections."""
        return queryset.select_related("parent")

    def export_resource(self, instance: Section, *args: Any, **kwargs: Any) -> list[Any]:
        """Return the cells of a section."""
        instance.parent_slug = instance.parent.slug if instance.parent else ""  # type: ignore[attr-defined]
        cells: list[Any] = super().export_resource(instance, *args, **kwargs)
        return cells

    def find(self, row: Mapping[str, str]) -> int | None:
        """Return the id of the section of the slug."""
        section = self.known.sections.get(row.get("slug", ""))
        return section.pk if section else None

    def load(self, ids: set[int]) -> dict[int, Any]:
        """Return the sections, with the slugs of their parents."""
        for section in self.known.sections.values():
            parent = self.known.section_ids.get(section.parent_id or 0)
            section.parent_slug = parent.slug if parent else ""  # type: ignore[attr-defined]
        return {pk: section for pk, section in self.known.section_ids.items() if pk in ids}

    def init_instance(self, _row: Any = None) -> Section:
        """Return a section that nobody has saved, above all others."""
        section = Section()
        section.parent_slug = ""  # type: ignore[attr-defined]
        return section

    def leaves(self, column: str, cell: str) -> bool:
        """Tell whether a cell says nothing: no position is where it is, or last."""
        nothing_said = not cell and (column == "position" or self.row.is_new)
        return nothing_said or super().leaves(column, cell)

    def settle(self) -> None:
        """Name what is new, and refuse parents that do not exist or stand below."""
        for row in list(self.good_rows()):
            if not row.instance.title_en:
                row.complain("title_en", _("A section needs an English title."))
        for row in [row for row in self.good_rows() if row.is_new]:
            taken = {*self.known.sections, *self.new_slugs}
            slug = row.instance.slug or make_slug(
                row.instance.title_en, taken, longest=50, word="section"
            )
            self.keep_slug(row, self.known.sections, slug)
        while sum(self.lacks_parent(row) for row in list(self.good_rows())):
            pass

    def lacks_parent(self, row: RowPlan) -> bool:
        """Complain, and say so, if the parent does not exist, nor will, or stands below."""
        parents = {section.slug: section for section in self.known.sections.values()}
        parents |= {slug: one.instance for slug, one in self.new_slugs.items() if one.is_good}
        section = row.instance
        if section.parent_slug and section.parent_slug not in parents:
            row.complain("parent", no_section(section.parent_slug, parents))
        above, seen = section.parent_slug, {section.slug}
        while above in parents and row.is_good:
            if above in seen:
                row.complain("parent", _("A section cannot stand below itself."))
            seen.add(above)
            above = parents[above].parent_slug  # type: ignore[attr-defined]
        return not row.is_good

    def write(self) -> None:
        """Save the good rows down the page, parents first."""
        waiting = sorted(
            self.good_rows(), key=lambda row: (row.instance.position or 10**9, row.line)
        )
        new = {row.instance.slug for row in waiting if row.is_new}
        ids = {slug: section.pk for slug, section in self.known.sections.items()}
        saved = list(waiting)
        while waiting:
            row = next(r for r in waiting if r.instance.parent_slug not in new - {*ids})
            waiting.remove(row)
            section = row.instance
            if row.is_new or row.has_changed("parent"):
                section.parent_id = ids.get(section.parent_slug)
            section.save()
            ids[section.slug] = section.pk
        put_sections_in_order(self.rows, saved)


class AuthorResource(CanonResource):
    """One row an author."""

    identifying = ("slug", "name")

    slug = column("slug", Text())
    name = column("name", Text())
    kind = column("kind", Choice(Author.Kind))

    class Meta:
        model = Author
        fields = ("slug", "name", "kind")
        export_order = fields
        import_order = fields
        skip_diff = True

    def find(self, row: Mapping[str, str]) -> int | None:
        """Return the id of the author of the slug; of the name, where no slug is given."""
        if slug := row.get("slug"):
            author = self.known.authors.get(slug)
        else:
            named = self.known.authors_by_name.get(fold(row.get("name", "")), [])
            author = named[0] if len(named) == 1 else None
        return author.pk if author else None

    def load(self, ids: set[int]) -> dict[int, Any]:
        """Return the authors."""
        return {author.pk: author for author in self.known.authors.values() if author.pk in ids}

    def init_instance(self, _row: Any = None) -> Author:
        """Return an author that nobody has saved."""
        return Author()

    def leaves(self, column: str, cell: str) -> bool:
        """Tell whether a cell says nothing: a new author is a person unless told otherwise."""
        return (not cell and self.row.is_new) or super().leaves(column, cell)

    def settle(self) -> None:
        """Name what is new."""
        for row in [row for row in self.good_rows() if row.is_new]:
            author = row.instance
            if not author.slug and fold(author.name) in self.known.authors_by_name:
                message = _("Several authors are called “%(name)s”: give the slug.")
                row.complain("slug", message % {"name": author.name})
                continue
            taken = {*self.known.authors, *self.new_slugs}
            slug = author.slug or make_slug(author.name, taken, word="author")
            self.keep_slug(row, self.known.authors, slug)

    def write(self) -> None:
        """Save the good rows."""
        for row in self.good_rows():
            row.instance.save()
