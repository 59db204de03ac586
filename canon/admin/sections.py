"""Sections at the curators' desk."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from canon.admin.filters import TranslationFilter
from canon.admin.meeting import MeetsOthers
from canon.admin.places import PlacesSections
from canon.admin.site import TabbedAdmin, count_of
from canon.admin.transfer import TransfersRows
from canon.admin.translations import ConfirmsTranslations
from canon.models import Item, Section


@admin.register(Section)
class SectionAdmin(TransfersRows, MeetsOthers, ConfirmsTranslations, PlacesSections, TabbedAdmin):
    list_display = ("title", "parent", "position", "item_count", "published_count")
    # A query that counts goes by no model's ordering.
    ordering = ("position",)
    list_filter = (TranslationFilter,)
    list_select_related = ("parent",)
    search_fields = ("title_en", "title_zh_hans", "slug")
    autocomplete_fields = ("parent",)
    prepopulated_fields = {"slug": ("title_en",)}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Section]:
        """Count the items of each section in the same query."""
        items = Item.objects.filter(section=models.OuterRef("pk"))
        return (
            super()
            .get_queryset(request)
            .annotate(item_count=count_of(items), published_count=count_of(items.published()))
        )

    @admin.display(description=_("items"), ordering="item_count")
    def item_count(self, section: Section) -> int:
        """Return how many items stand right in the section."""
        count: int = section.item_count  # type: ignore[attr-defined]
        return count

    @admin.display(description=_("published"), ordering="published_count")
    def published_count(self, section: Section) -> int:
        """Return how many of these readers see."""
        count: int = section.published_count  # type: ignore[attr-defined]
        return count
