"""Links and how they fare: curators see which fail, and have them tried."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from canon.admin.history import RecordsActs
from canon.admin.moved_links import TakesNewAddresses
from canon.admin.site import HTTPS_ASSUMED, TabbedAdmin, count_of
from canon.models import Item, Link, LinkCheck, Outcome

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
        # Loaded with an HTTP client, for which no reader's request has a use.
        from canon.link_checking import Manners, OfflineError, check_links

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


@admin.register(Link)
class LinkAdmin(RecordsActs, TabbedAdmin):
    list_display = ("item", "kind", "title", "url")
    list_filter = ("kind",)
    list_select_related = ("item",)
    search_fields = ("item__title", "title_en", "title_zh_hans", "url")
    autocomplete_fields = ("item",)
    formfield_overrides = HTTPS_ASSUMED


def failing_of(checks: models.QuerySet[LinkCheck]) -> models.QuerySet[LinkCheck]:
    """Keep, in a subquery on items, the checks of an item's addresses, its own and its links'."""
    linked = Link.objects.filter(
        item=models.OuterRef(models.OuterRef("pk")), url=models.OuterRef("address")
    )
    return checks.filter(models.Q(address=models.OuterRef("url")) | models.Exists(linked))


def count_failing() -> models.Subquery:
    """Return what counts the failing addresses of an item, its own and its links'."""
    return count_of(failing_of(LinkCheck.objects.failing()))


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
class LinkCheckAdmin(TakesNewAddresses, TriesLinks):
    list_display = (
        "address",
        "item",
        "outcome",
        "status",
        "failures",
        "moved_to",
    )
    list_filter = (ConditionFilter, "outcome")
    search_fields = ("address",)
    fields = (
        "address",
        "items",
        "outcome",
        "status",
        "failures",
        "first_failed_on",
        "last_failed_on",
        "last_worked_on",
        "last_checked_at",
        "moved_to",
    )
    readonly_fields = ("items",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LinkCheck]:
        """Name an item that has the address, in the same query."""
        own = Item.objects.filter(url=models.OuterRef("address")).values("title")
        linked = Link.objects.filter(url=models.OuterRef("address")).values("item__title")
        first = Coalesce(models.Subquery(own[:1]), models.Subquery(linked[:1]), models.Value(""))
        return super().get_queryset(request).annotate(item_title=first)

    @admin.display(description=_("item"), ordering="item_title")
    def item(self, check: LinkCheck) -> str:
        """Return the title of an item that has the address, its own or a link's."""
        title: str = check.item_title  # type: ignore[attr-defined]
        return title

    @admin.display(description=_("items"))
    def items(self, check: LinkCheck) -> str:
        """Return links to the forms of the items that have the address: there it is mended."""
        has_it = models.Q(url=check.address) | models.Q(links__url=check.address)
        found = Item.objects.filter(has_it).distinct()
        forms = ((reverse("admin:canon_item_change", args=[item.pk]), item) for item in found)
        return format_html_join(", ", '<a href="{}">{}</a>', forms) or "–"

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
