"""Items at the curators' desk, with all that hangs on them."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationTabularInline

from canon.admin.arranging import ArrangesCanon
from canon.admin.deleting import KeepsWhatIsRead
from canon.admin.filters import LinksFilter, SubtreeFilter, TranslationFilter
from canon.admin.inlines import NamedRows, RowsInline
from canon.admin.links import TriesLinks, count_failing
from canon.admin.lists import ImportsLists
from canon.admin.meeting import MeetsOthers
from canon.admin.moved_links import OffersNewAddresses
from canon.admin.previews import PreviewedAdmin
from canon.admin.site import HTTPS_ASSUMED, TabbedAdmin, count_of
from canon.admin.states import ChangesStates, StatefulForm
from canon.admin.transfer import TransfersRows
from canon.admin.translations import ConfirmsTranslations
from canon.models import Authorship, Dependency, Item, Link, Mark, Status


class AuthorshipInline(RowsInline):
    model = Authorship
    autocomplete_fields = ("author",)
    fetched = ("item", "author")
    verbose_name = _("author")
    verbose_name_plural = _("authors")


class LinkInline(TranslationTabularInline):
    model = Link
    formset = NamedRows
    extra = 0
    formfield_overrides = HTTPS_ASSUMED


class DependencyInline(RowsInline):
    model = Dependency
    fk_name = "item"
    autocomplete_fields = ("builds_on",)
    fetched = ("item", "builds_on")
    verbose_name = _("item to build on")
    verbose_name_plural = _("builds on")


@admin.register(Item)
class ItemAdmin(
    MeetsOthers,
    ArrangesCanon,
    ImportsLists,
    TransfersRows,
    ChangesStates,
    KeepsWhatIsRead,
    OffersNewAddresses,
    ConfirmsTranslations,
    PreviewedAdmin,
    TriesLinks,
    TabbedAdmin,
):
    form = StatefulForm
    list_display = (
        "title",
        "section",
        "position",
        "kind",
        "state",
        "links_failing",
        "readers_finished",
        "resource",
    )
    list_filter = (
        "state",
        TranslationFilter,
        LinksFilter,
        SubtreeFilter,
        "kind",
        "difficulty",
        "effort",
        "language",
    )
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
        (_("Place"), {"fields": ("section", "position", "state")}),
        (
            _("Facts"),
            {
                "fields": (
                    ("kind", "language"),
                    ("difficulty", "effort"),
                    "year",
                    "has_more_authors",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Item]:
        """Count each item's failing addresses, and its readers, in the same query."""
        read = Mark.objects.filter(item=models.OuterRef("pk"), status=Status.READ)
        return (
            super()
            .get_queryset(request)
            .annotate(links_failing=count_failing(), readers_finished=count_of(read))
        )

    @admin.display(description=_("links failing"), ordering="links_failing")
    def links_failing(self, item: Item) -> int:
        """Return how many addresses of the item failed when they were last tried."""
        count: int = item.links_failing  # type: ignore[attr-defined]
        return count

    @admin.display(description=_("readers who finished"), ordering="readers_finished")
    def readers_finished(self, item: Item) -> int:
        """Return how many readers have marked the item read; never who."""
        count: int = item.readers_finished  # type: ignore[attr-defined]
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
        name = gettext("Open “%(item)s”") % {"item": item}
        return format_html(
            '<a href="{0}" rel="noopener" aria-label="{1}" title="{1}">↗</a>', item.url, name
        )
