"""What lists at the curators' desk are narrowed by."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from canon.admin.links import failing_of
from canon.models import Item, LinkCheck
from canon.outline import Outline

INDENT = "\N{EM SPACE}"


class SubtreeFilter(admin.SimpleListFilter):
    """Keeps the items of a section and of all below it."""

    title = _("section")
    parameter_name = "within"

    @cached_property
    def outline(self) -> Outline:
        """The sections, read once for the choices and the list."""
        return Outline()

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        """Offer every section, indented as it stands."""
        return [(h.section.slug, INDENT * h.depth + str(h.section)) for h in self.outline.headings]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        """Narrow to the section chosen."""
        slug = self.value()
        return queryset.within(self.outline.ids_within([slug])) if slug else None


class TranslationFilter(admin.SimpleListFilter):
    """Keeps what a translator has to look at."""

    title = _("translation")
    parameter_name = "translation"
    words = {"missing": "lacking_chinese", "stale": "with_stale_translation"}

    def lookups(self, _request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what the model has a word for."""
        labels = {"missing": _("no Chinese annotation"), "stale": _("English is newer")}
        queryset = model_admin.model.objects
        return [(v, label) for v, label in labels.items() if hasattr(queryset, self.words[v])]

    def queryset(self, _request: HttpRequest, queryset: Any) -> Any:
        """Narrow by the word chosen."""
        word = getattr(queryset, self.words.get(self.value() or "", ""), None)
        return word() if word else None


class LinksFilter(admin.SimpleListFilter):
    """Keeps the items that have an address, their own or a link's, which does not work."""

    title = _("links")
    parameter_name = "links"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, Any]]:
        """Offer what can be wrong with a link."""
        return [("dead", _("dead")), ("failing", _("failing, dead or not"))]

    def queryset(
        self, _request: HttpRequest, queryset: models.QuerySet[Item]
    ) -> models.QuerySet[Item] | None:
        """Narrow by what is wrong."""
        checks = {"dead": LinkCheck.objects.dead, "failing": LinkCheck.objects.failing}
        chosen = checks.get(self.value() or "")
        return queryset.filter(models.Exists(failing_of(chosen()))) if chosen else None
