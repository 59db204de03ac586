"""A reader's progress: their own page, the order of their queue, news, and what others may see."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_POST, require_safe

from canon.addresses import safe_next
from canon.htmx import personal, render_page, vary_on_htmx, wants_fragment
from canon.models import Reader, Status, move_in_queue
from canon.my_reading import MyReading
from canon.news import carry_over, replacement_for, see_news
from canon.offline import kept_offline
from canon.public_progress import PublicProgress

# How many places each button of the queue moves an item; further than any queue is long.
MOVES = {"up": -1, "down": 1, "first": -(10**9)}
BADGE_SECONDS = 300


@require_safe
@login_required
@vary_on_htmx
@personal
@kept_offline
def my_reading(request: HttpRequest) -> HttpResponse:
    """Show what the reader has read, is reading, has queued, and could read next."""
    context = {"reading": MyReading(request.user)}
    return render_page(request, "canon/my_reading.html", context, fragment="reading")


@require_POST
@login_required
def move_queued(request: HttpRequest, slug: str) -> HttpResponse:
    """Move a queued item up, down or to the front."""
    reader: Reader = request.user
    queued = reader.marks.filter(status=Status.QUEUED).select_related("item")
    item = get_object_or_404(queued, item__slug=slug).item
    steps = MOVES.get(request.POST.get("move", ""))
    if steps is None:
        return HttpResponseBadRequest(_("There is no such move."))
    move_in_queue(reader, item, steps)
    reading = MyReading(reader)
    place = {"title": item, "place": reading.place_in_queue(item), "total": len(reading.queue)}
    messages.success(request, _("“%(title)s” is number %(place)s of %(total)s.") % place)
    if wants_fragment(request):
        return render(request, "canon/my_reading.html#moved", {"reading": reading})
    return redirect(safe_next(request, reverse("my_reading")) + "#queue")


@require_POST
@login_required
def dismiss_news(request: HttpRequest) -> HttpResponse:
    """Remember that the reader has seen the news up to the moment in the form."""
    try:
        until = parse_datetime(request.POST.get("until", ""))
    except ValueError:
        until = None
    if until is None or timezone.is_naive(until):
        return HttpResponseBadRequest(_("There is no such moment."))
    see_news(request.user, min(until, timezone.now()))
    return redirect(safe_next(request, reverse("my_reading")))


@require_POST
@login_required
def carry_mark(request: HttpRequest, slug: str) -> HttpResponse:
    """Carry the mark of a retired item over to its replacement."""
    reader: Reader = request.user
    mark = get_object_or_404(reader.marks.select_related("item"), item__slug=slug)
    replacement = replacement_for(reader, mark.item)
    if replacement is None:
        raise Http404("Nothing replaces this item.")
    step = carry_over(reader, replacement)
    if step:
        text = _("Your mark is carried over to “%(title)s”.") % {"title": replacement.new}
        messages.success(request, text, extra_tags=str(step))
    else:
        messages.info(request, _("There was nothing left to carry over."))
    return redirect(safe_next(request, reverse("my_reading")))


def public_reader(handle: str) -> Reader:
    """Return the reader who shows their progress under `handle`; anything else is a 404."""
    if "\0" in handle:  # PostgreSQL would refuse to look for it
        raise Http404("There is no such handle.")
    return get_object_or_404(get_user_model(), handle=handle, is_public=True, is_active=True)


@require_safe
@personal
def public_progress(request: HttpRequest, handle: str) -> HttpResponse:
    """Show what a reader made public: bars and finished titles.

    A handle in other letters leads to its own spelling, so that a page has one address.
    """
    reader = public_reader(handle.lower())
    if handle != reader.handle:
        return redirect("public_progress", handle=reader.handle)
    context: dict[str, Any] = {"reader": reader, "public": PublicProgress(reader)}
    return render(request, "canon/public_progress.html", context)


@require_safe
@conditional_page
@cache_control(public=True, max_age=BADGE_SECONDS)
def progress_badge(request: HttpRequest, handle: str) -> HttpResponse:
    """Draw a reader's progress as a small picture, for a README."""
    context = {"public": PublicProgress(public_reader(handle))}
    kind = "image/svg+xml; charset=utf-8"
    response = render(request, "canon/progress_badge.svg", context, content_type=kind)
    response["X-Robots-Tag"] = "noindex"
    # Made to be shown on other sites.
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
