"""The admin as the curators' desk."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from canon.models import Author, Authorship, Dependency, Item, Link, Section

admin.site.site_header = _("AI Canon")
admin.site.site_title = _("AI Canon")
admin.site.index_title = _("The curators’ desk")

HTTPS_ASSUMED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}


class TabbedAdmin(TranslationAdmin):
    """Shows the languages of a field as tabs, by a script of ours: no jQuery UI, no CDN."""

    class Media:
        js = ("canon/admin.js",)
        css = {"all": ("canon/admin.css",)}


class AuthorshipInline(admin.TabularInline):
    model = Authorship
    autocomplete_fields = ("author",)
    extra = 0


class LinkInline(TranslationTabularInline):
    model = Link
    extra = 0
    formfield_overrides = HTTPS_ASSUMED


class DependencyInline(admin.TabularInline):
    model = Dependency
    fk_name = "item"
    autocomplete_fields = ("builds_on",)
    extra = 0
    verbose_name_plural = _("builds on")


@admin.register(Section)
class SectionAdmin(TabbedAdmin):
    list_display = ("title", "parent", "position", "item_count")
    list_select_related = ("parent",)
    search_fields = ("title_en", "title_zh_hans", "slug")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"slug": ("title_en",)}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Section]:
        """Count the items of each section in the same query."""
        return super().get_queryset(request).annotate(item_count=models.Count("items"))

    @admin.display(description=_("items"), ordering="item_count")
    def item_count(self, section: Section) -> int:
        """Return how many items stand right in the section."""
        count: int = section.item_count  # type: ignore[attr-defined]
        return count


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "item_count")
    list_filter = ("kind",)
    search_fields = ("name", "search_text")
    prepopulated_fields = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Author]:
        """Count the items of each author in the same query."""
        return super().get_queryset(request).annotate(item_count=models.Count("authorships"))

    @admin.display(description=_("items"), ordering="item_count")
    def item_count(self, author: Author) -> int:
        """Return how many items carry the author's name."""
        count: int = author.item_count  # type: ignore[attr-defined]
        return count


@admin.register(Item)
class ItemAdmin(TabbedAdmin):
    list_display = ("title", "section", "position", "kind", "year", "state", "resource")
    list_filter = ("state", "kind", "difficulty", "effort", "language", "section")
    list_select_related = ("section",)
    list_per_page = 200
    search_fields = ("title", "search_text", "authors__search_text", "url")
    search_help_text = _("Titles, annotations, authors and addresses")
    autocomplete_fields = ("section",)
    prepopulated_fields = {"slug": ("title",)}
    inlines = (AuthorshipInline, LinkInline, DependencyInline)
    formfield_overrides = HTTPS_ASSUMED
    save_on_top = True
    fieldsets = (
        (None, {"fields": ("title", "gloss", "slug", "url", "annotation")}),
        (_("Place"), {"fields": (("section", "position", "state"),)}),
        (
            _("Facts"),
            {
                "fields": (
                    ("kind", "language", "year"),
                    ("difficulty", "effort"),
                    "has_more_authors",
                )
            },
        ),
    )

    @admin.display(description=_("resource"))
    def resource(self, item: Item) -> str:
        """Return a link to the resource itself."""
        return format_html('<a href="{}" rel="noopener">↗</a>', item.url)


@admin.register(Link)
class LinkAdmin(TabbedAdmin):
    list_display = ("item", "kind", "title", "url")
    list_filter = ("kind",)
    list_select_related = ("item",)
    search_fields = ("item__title", "title_en", "title_zh_hans", "url")
    autocomplete_fields = ("item",)
    formfield_overrides = HTTPS_ASSUMED
