"""Authors at the curators' desk."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from canon.admin.meeting import MeetsOthers
from canon.admin.site import count_of
from canon.admin.transfer import TransfersRows
from canon.models import Author, Authorship
from canon.search import fold


@admin.register(Author)
class AuthorAdmin(TransfersRows, MeetsOthers):
    list_display = ("name", "kind", "item_count")
    # A query that counts goes by no model's ordering.
    ordering = ("name",)
    list_filter = ("kind",)
    search_fields = ("name", "search_text")
    prepopulated_fields = {"slug": ("name",)}
    fields = ("name", "slug", "kind")

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Author], search_term: str
    ) -> tuple[models.QuerySet[Author], bool]:
        """Search as readers do: case and accents do not matter."""
        return super().get_search_results(request, queryset, fold(search_term))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Author]:
        """Count the items of each author in the same query."""
        authorships = Authorship.objects.filter(author=models.OuterRef("pk"))
        return super().get_queryset(request).annotate(item_count=count_of(authorships))

    @admin.display(description=_("items"), ordering="item_count")
    def item_count(self, author: Author) -> int:
        """Return how many items carry the author's name."""
        count: int = author.item_count  # type: ignore[attr-defined]
        return count
