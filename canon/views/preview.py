"""What a curator sees before readers do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from django.contrib import admin
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from canon.admin.previews import PreviewedAdmin
from canon.editions import current_edition
from canon.models import Item, MarkState
from canon.readers import Guest
from canon.views.catalogue import item_context
from canon.ways import Way


@contextmanager
def taken_back() -> Iterator[None]:
    """Let nothing that is written within reach anybody."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@require_http_methods(["GET", "HEAD", "POST"])
def preview_item(request: HttpRequest, item_id: int | None = None) -> HttpResponse:
    """Show an item's page and card as readers would see them, were it published.

    POST brings the form of the desk, which is shown as if it were saved; if it has errors, the
    answer is the form with them. GET shows what is saved. Neither changes anything.
    """
    desk = cast(PreviewedAdmin, admin.site.get_model_admin(Item))
    item = get_object_or_404(Item, pk=item_id) if item_id else None
    if not desk.may_preview(request, item):
        raise PermissionDenied
    with taken_back():
        if request.method == "POST":
            saved = desk.try_saving(request, item)
            if saved is None:
                # What was typed has been put into the one that was there.
                item = get_object_or_404(Item, pk=item_id) if item_id else None
                return desk.show_errors(request, item)
        elif item:
            saved = item
        else:
            return HttpResponseNotAllowed(["POST"])
        Item.objects.drafts().filter(pk=saved.pk).update(state=Item.State.PUBLISHED)
        shown = Item.objects.with_details().get(pk=saved.pk)
        return render(request, "canon/preview.html", preview_context(request, shown, item))


def preview_context(request: HttpRequest, item: Item, original: Item | None) -> dict[str, Any]:
    """Return what the page of `item` shows to a reader who has not touched it yet."""
    is_unsaved = request.method == "POST"
    context = item_context(request, item)
    context |= {
        "state": MarkState(),
        "note": None,
        "dates": None,
        "way": Way(item, current_edition(), {}),
        "catalogue": {"reader": Guest(SessionBase())},
        "original": original,
        "is_unsaved": is_unsaved,
    }
    # What is not saved cannot be asked for in the other language by a link.
    return context | ({"translations": []} if is_unsaved else {})
