"""What at the curators' desk waits for somebody: counts, and lists that show just that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import ngettext_lazy

from canon.admin.site import DESK_TOOLS
from canon.models import Item, LinkCheck, Section, Suggestion


@dataclass(frozen=True)
class Concern:
    """One thing that may need attention: which rows, what they are called, how a list filters."""

    rows: Callable[[], models.QuerySet[Any]]
    label: Any
    query: dict[str, str]


# As long as this list is the number of queries; a site manager asks afresh each time.
CONCERNS = (
    Concern(
        Suggestion.objects.open,
        ngettext_lazy("%(count)d open suggestion", "%(count)d open suggestions", "count"),
        {"state__exact": Suggestion.State.OPEN},
    ),
    Concern(
        LinkCheck.objects.dead,
        ngettext_lazy("%(count)d dead link", "%(count)d dead links", "count"),
        {"condition": "dead"},
    ),
    Concern(
        Item.objects.drafts,
        ngettext_lazy("%(count)d draft", "%(count)d drafts", "count"),
        {"state__exact": Item.State.DRAFT},
    ),
    Concern(
        Item.objects.lacking_chinese,
        ngettext_lazy(
            "%(count)d item without a Chinese annotation",
            "%(count)d items without a Chinese annotation",
            "count",
        ),
        {"translation": "missing"},
    ),
    Concern(
        Item.objects.with_stale_translation,
        ngettext_lazy(
            "%(count)d item whose English is newer than its Chinese",
            "%(count)d items whose English is newer than their Chinese",
            "count",
        ),
        {"translation": "stale"},
    ),
    Concern(
        Section.objects.with_stale_translation,
        ngettext_lazy(
            "%(count)d section whose English is newer than its Chinese",
            "%(count)d sections whose English is newer than their Chinese",
            "count",
        ),
        {"translation": "stale"},
    ),
)


def needs_attention(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Yield, of what the user may see, what there is any of: a sentence and the list's address."""
    for concern in CONCERNS:
        rows = concern.rows()
        if not admin.site.is_registered(rows.model):
            continue
        if not admin.site.get_model_admin(rows.model).has_view_or_change_permission(request):
            continue
        count = rows.count()
        if count:
            page = reverse(f"admin:canon_{rows.model._meta.model_name}_changelist")
            yield concern.label % {"count": count}, f"{page}?{urlencode(concern.query)}"


def tools(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the pages of the desk that the user may open: label and address."""
    return [
        (str(tool.label), reverse(tool.url_name))
        for tool in DESK_TOOLS
        if request.user.has_perm(tool.permission)
    ]
