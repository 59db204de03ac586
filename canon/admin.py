"""The admin as the curators' desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin, TranslationTabularInline

from canon.link_checking import Manners, OfflineError, check_links
from canon.models import Author, Authorship, Dependency, Item, Link, LinkCheck, Outcome, Section
from canon.search import fold

admin.site.site_header = _("AI Canon")
admin.site.site_title = _("AI Canon")
admin.site.index_title = _("The curators’ desk")

HTTPS_ASSUMED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}


# Addresses that a curator may have tried while waiting for the page.
MOST_TRIED_AT_ONCE = 20


class TriesLinks(admin.ModelAdmin):
    """Offers to try the addresses of what is chosen, to those who may change items."""

    actions = ("try_links",)

    def has_try_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may have addresses tried."""
        return request.user.has_perm("canon.change_item")

    def addresses_of(self, chosen: models.QuerySet[Any]) -> Collection[str]:
        """Return the addresses of what is chosen."""
        raise NotImplementedError

    @admin.action(description=_("Try the links now"), permissions=["try"])
    def try_links(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Try the addresses of what is chosen and say how many of them work."""
        addresses = self.addresses_of(queryset)
        if len(addresses) > MOST_TRIED_AT_ONCE:
            most = {"most": MOST_TRIED_AT_ONCE}
            text = gettext("Choose fewer: at most %(most)d addresses can be tried at once.") % most
            self.message_user(request, text, messages.ERROR)
            return
        manners = replace(Manners.of_site(), retries=1, timeout=10)
        try:
            outcomes = [finding.outcome for _address, finding in check_links(addresses, manners)]
        except OfflineError:
            self.message_user(request, gettext("Nothing could be reached."), messages.ERROR)
            return
        count = len(outcomes)
        text = ngettext(
            "%(count)d address tried; working: %(working)d.",
            "%(count)d addresses tried; working: %(working)d.",
            count,
        )
        self.message_user(
            request, text % {"count": count, "working": outcomes.count(Outcome.WORKS)}
        )


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

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Author], search_term: str
    ) -> tuple[models.QuerySet[Author], bool]:
        """Search as readers do: case and accents do not matter."""
        return super().get_search_results(request, queryset, fold(search_term))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Author]:
        """Count the items of each author in the same query."""
        return super().get_queryset(request).annotate(item_count=models.Count("authorships"))

    @admin.display(description=_("items"), ordering="item_count")
    def item_count(self, author: Author) -> int:
        """Return how many items carry the author's name."""
        count: int = author.item_count  # type: ignore[attr-defined]
        return count


@admin.register(Item)
class ItemAdmin(TriesLinks, TabbedAdmin):
    list_display = (
        "title",
        "section",
        "position",
        "kind",
        "year",
        "state",
        "links_failing",
        "resource",
    )
    list_filter = ("state", "kind", "difficulty", "effort", "language", "section")
    list_select_related = ("section",)
    list_per_page = 200
    search_fields = ("url",)
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

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Item]:
        """Count the failing addresses of each item in the same query."""
        return super().get_queryset(request).annotate(links_failing=count_failing())

    @admin.display(description=_("links failing"), ordering="links_failing")
    def links_failing(self, item: Item) -> int:
        """Return how many addresses of the item failed when they were last tried."""
        count: int = item.links_failing  # type: ignore[attr-defined]
        return count

    def addresses_of(self, chosen: models.QuerySet[Item]) -> set[str]:
        """Return the addresses of the items and of their links."""
        links = Link.objects.filter(item__in=chosen.values("pk"))
        return {*chosen.values_list("url", flat=True), *links.values_list("url", flat=True)}

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Item], search_term: str
    ) -> tuple[models.QuerySet[Item], bool]:
        """Search as readers do, and in addresses."""
        by_address, may_repeat = super().get_search_results(request, queryset, search_term)
        by_text = Item.objects.matching(search_term)
        found = models.Q(pk__in=by_text.values("pk")) | models.Q(pk__in=by_address.values("pk"))
        return queryset.filter(found), may_repeat

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


def count_failing() -> models.Subquery:
    """Return what counts the failing addresses of an item, its own and its links'."""
    linked = Link.objects.filter(
        item=models.OuterRef(models.OuterRef("pk")), url=models.OuterRef("address")
    )
    failing = LinkCheck.objects.failing().filter(
        models.Q(address=models.OuterRef("url")) | models.Exists(linked)
    )
    counted = failing.order_by().annotate(number=models.Func("pk", function="COUNT"))
    return models.Subquery(counted.values("number"), output_field=models.IntegerField())


class ConditionFilter(admin.SimpleListFilter):
    """Narrows the checks to what needs a curator."""

    title = _("condition")
    parameter_name = "condition"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        """Offer the words of the queryset."""
        return [("dead", _("dead")), ("failing", _("failing")), ("moved", _("moved for good"))]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        """Narrow by the word chosen."""
        words = {"dead": queryset.dead, "failing": queryset.failing, "moved": queryset.moved}
        return words.get(self.value() or "", queryset.all)()


@admin.register(LinkCheck)
class LinkCheckAdmin(TriesLinks):
    list_display = (
        "address",
        "outcome",
        "status",
        "failures",
        "first_failed_on",
        "last_checked_at",
        "moved_to",
    )
    list_filter = (ConditionFilter, "outcome")
    search_fields = ("address",)

    def addresses_of(self, chosen: models.QuerySet[LinkCheck]) -> list[str]:
        """Return the addresses themselves."""
        return list(chosen.values_list("address", flat=True))

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Rows come from the addresses of the canon."""
        return False

    def has_change_permission(self, _request: HttpRequest, _check: Any = None) -> bool:
        """What was found is not for writing."""
        return False

    def has_delete_permission(self, _request: HttpRequest, _check: Any = None) -> bool:
        """Rows go when their address leaves the canon."""
        return False
