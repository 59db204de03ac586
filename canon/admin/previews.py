"""Previews: what readers would see of an item, were the form at the desk saved."""

from __future__ import annotations

import copy
from typing import Any

import reversion
from django.conf import settings
from django.contrib import admin
from django.contrib.messages.storage import default_storage
from django.forms.formsets import all_valid
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from canon.models import Item


def preview_address(item: Item | None) -> str:
    """Return where the form of `item`, or of a new one, is shown as readers would see it."""
    return reverse("preview_item", args=[item.pk]) if item else reverse("preview_new_item")


class PreviewedAdmin(admin.ModelAdmin):
    """Offers a preview of the form in each language, and links to no page that is not there."""

    def view_on_site(self, item: Item) -> str:
        """Return the item's page."""
        return item.get_absolute_url()

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the item's page; a draft has none."""
        return None if obj is None or obj.state == Item.State.DRAFT else self.view_on_site(obj)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Offer the previews to who may change what the form shows."""
        item = context.get("original")
        if not context.get("is_popup") and self.may_preview(request, item):
            labels = {"en": gettext("Preview in English"), "zh-hans": gettext("Preview in Chinese")}
            context["previews"] = []
            for code, _name in settings.LANGUAGES:
                with translation.override(code):
                    context["previews"].append((labels[code], preview_address(item)))
        return super().render_change_form(request, context, *args, **kwargs)

    def may_preview(self, request: HttpRequest, item: Item | None) -> bool:
        """Tell whether the user may save, and so preview, the form of `item` or of a new one."""
        if item is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, item)

    def try_saving(self, request: HttpRequest, item: Item | None) -> Item | None:
        """Save what the form says of `item`, or of a new one; return it, None if it has errors.

        The caller takes it back: this runs in a transaction that never ends well. Nothing is
        logged, and what saving would tell the curator is not told.
        """
        form_class = self.get_form(request, item, change=item is not None)
        form = form_class(request.POST, request.FILES, instance=item)
        formsets, _inlines = self._create_formsets(  # type: ignore[attr-defined]
            request, form.instance, change=item is not None
        )
        if not all([form.is_valid(), all_valid(formsets)]):
            return None
        quiet = copy.copy(request)
        quiet._messages = default_storage(quiet)  # type: ignore[attr-defined]
        with reversion.create_revision():
            saved: Item = self.save_form(quiet, form, change=item is not None)
            self.save_model(quiet, saved, form, change=item is not None)
            self.save_related(quiet, form, formsets, change=item is not None)
        return saved

    def show_errors(self, request: HttpRequest, item: Item | None) -> HttpResponse:
        """Return the form of `item`, or of a new one, with the errors that keep it from saving."""
        if item is None:
            response = self.add_view(request, reverse("admin:canon_item_add"))
        else:
            page = reverse("admin:canon_item_change", args=[item.pk])
            response = self.change_view(request, str(item.pk), page)
        response.status_code = 422
        return response.render() if isinstance(response, TemplateResponse) else response
