"""Links that have moved for good, at the curators' desk: take the new address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from canon.admin.acts import try_each
from canon.admin.history import KeepsHistory
from canon.models import Item, LinkCheck
from canon.models.moved_links import take_new_address


def take_new_addresses(request: HttpRequest, checks: models.QuerySet[LinkCheck]) -> None:
    """Give the canon the addresses that these have moved to, as one act; say what came of it."""
    comment = gettext("Took the new address of what has moved")
    done = try_each(request, comment, checks, lambda check: take_new_address(check.address))
    text = ngettext("%(count)d new address taken.", "%(count)d new addresses taken.", len(done))
    if done:
        messages.success(request, text % {"count": len(done)})


class TakesNewAddresses(admin.ModelAdmin):
    """Offers to take the new addresses of the checks that are chosen."""

    actions: Any = ("take_new_addresses", "try_links")

    def has_take_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may change the addresses of the canon."""
        return request.user.has_perm("canon.change_item")

    @admin.action(description=_("Take the new address"), permissions=["take"])
    def take_new_addresses(
        self, request: HttpRequest, queryset: models.QuerySet[LinkCheck]
    ) -> None:
        """Take the new addresses."""
        take_new_addresses(request, queryset)


class OffersNewAddresses(KeepsHistory):
    """Shows on an item's form which of its addresses have moved, and offers the new ones."""

    def get_urls(self) -> list[Any]:
        """Add the address that the offer is sent to."""
        view = self.admin_site.admin_view(self.take_address_view)
        route = "<int:pk>/take-new-address/"
        return [path(route, view, name=self.url_name("take_new_address")), *super().get_urls()]

    def take_address_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the new address of one that the item, or a link of it, has."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        item = get_object_or_404(Item, pk=pk)
        if not self.has_change_permission(request, item):
            raise PermissionDenied
        take_new_addresses(request, moved(item).filter(address=request.POST.get("address", "")))
        return HttpResponseRedirect(self.address("change", pk))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what has moved to who may change the item."""
        item = context.get("original")
        if item is not None and self.has_change_permission(request, item):
            context["moved"] = moved(item)
        return super().render_change_form(request, context, *args, **kwargs)


def moved(item: Item) -> models.QuerySet[LinkCheck]:
    """Return the addresses of an item and its links that have moved for good."""
    linked = models.Q(address__in=item.links.values("url"))
    return LinkCheck.objects.moved().filter(models.Q(address=item.url) | linked)
