"""Marking: one item, many at once, dates, and undo."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from canon.addresses import safe_next
from canon.editions import edition_of
from canon.forms import DatesForm, HeldMarkForm
from canon.htmx import wants_fragment
from canon.models import Item, MarkState, Status
from canon.offline import reader_key
from canon.readers import Guest, Member, MemberRequest, reader_of
from canon.standing import standing_of
from canon.views.catalogue import item_context

TOASTS = {
    Status.READ: gettext_lazy("“%(title)s” is marked as read."),
    Status.READING: gettext_lazy("“%(title)s” is under way."),
    Status.QUEUED: gettext_lazy("“%(title)s” is in your queue."),
    Status.SKIPPED: gettext_lazy("“%(title)s” is skipped: it leaves the total."),
    "": gettext_lazy("“%(title)s” is unread again."),
}


@require_POST
def mark_item(request: HttpRequest, slug: str) -> HttpResponse:
    """Give one item the status in the form; an empty one means unread."""
    reader = reader_of(request)
    item = edition_of(request).by_slug.get(slug) or get_object_or_404(
        Item.objects.markable(reader.marks), slug=slug
    )
    status = request.POST.get("status", "")
    if status not in TOASTS:
        return HttpResponseBadRequest(_("There is no such status."))
    if step := reader.change([item], status):
        say(request, TOASTS[status] % {"title": item.title}, step)
    return show_changes(request, reader, [item], default=item.get_absolute_url())


@require_POST
def mark_items(request: HttpRequest) -> HttpResponse:
    """Give the items listed in the form, those that were shown and no others, one status."""
    status = request.POST.get("status", "")
    listed = request.POST.get("items", "").split(",")
    if status not in TOASTS or not all(pk.isdecimal() and len(pk) < 19 for pk in listed):
        return HttpResponseBadRequest(_("There is no such status or item."))
    reader = reader_of(request)
    published = {str(item.pk): item for item in Item.objects.published().filter(pk__in=listed)}
    # In the order they were shown in, which is the one they are queued in.
    items = [published[pk] for pk in dict.fromkeys(listed) if pk in published]
    if step := reader.change(items, status):
        text = ngettext("%(count)s item is changed.", "%(count)s items are changed.", len(items))
        say(request, text % {"count": len(items)}, step)
    return show_changes(request, reader, items, default=reverse("item_list"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def held_mark(request: HttpRequest) -> HttpResponse:
    """Take a mark that was made offline; before that, hand out what the form needs."""
    if request.method != "POST":
        now = int(timezone.now().timestamp() * 1000)
        needed = {"reader": reader_key(request), "token": get_token(request), "now": now}
        return JsonResponse(needed)
    form = HeldMarkForm(request.POST)
    if not form.is_valid():
        return JsonResponse(form.errors, status=400)
    if form.cleaned_data["reader"] != reader_key(request):
        return HttpResponse(_("This mark is another reader’s."), status=409)
    reader = reader_of(request)
    slug, status, step = (form.cleaned_data[name] for name in ("slug", "status", "step"))
    item = get_object_or_404(Item.objects.markable(reader.marks), slug=slug)
    if reader.take(item, status, step=step, made_at=form.made_at()):
        say(request, TOASTS[status] % {"title": item.title}, step)
    return show_changes(request, reader, [item], default=item.get_absolute_url())


@require_POST
def undo(request: HttpRequest, step: uuid.UUID) -> HttpResponse:
    """Take a step back; one that has been taken back already changes nothing."""
    reader = reader_of(request)
    items = reader.undo(step)
    say(request, _("Taken back.") if items else _("There is nothing left to take back."))
    return show_changes(request, reader, items, default=reverse("item_list"))


@require_POST
@login_required
def edit_dates(request: MemberRequest, slug: str) -> HttpResponse:
    """Set when an item was started and finished."""
    mark = get_object_or_404(request.user.marks.select_related("item"), item__slug=slug)
    form = DatesForm(request.POST, instance=mark)
    if not form.is_valid():
        context = item_context(request, mark.item) | {"dates": form}
        return render(request, "canon/item_detail.html", context, status=422)
    step = form.change()
    say(request, _("The dates are saved."), step)
    return redirect(mark.item)


def say(request: HttpRequest, text: str, step: uuid.UUID | None = None) -> None:
    """Let the next page say `text`, with a button that takes `step` back."""
    messages.success(request, text, extra_tags=str(step or ""))


def show_changes(
    request: HttpRequest, reader: Member | Guest, items: list[Item], *, default: str
) -> HttpResponse:
    """Answer a change of the marks of `items`: with what htmx swaps, or the page it came from."""
    if not wants_fragment(request):
        return redirect(safe_next(request, default))
    context: dict[str, Any] = {
        "changed": [(item, reader.marks.get(item.pk, MarkState())) for item in items],
        "progress": standing_of(reader, edition_of(request)),
    }
    response = render(request, "canon/_changes.html", context)
    # For what else on the page depends on marks and asks for itself again.
    return trigger_client_event(response, "marks-changed")
