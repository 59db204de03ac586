"""What became of the canon: a page for people, a feed for their programs."""

from __future__ import annotations

from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from canon.feeds import ChangeFeed
from canon.htmx import personal
from canon.models import Change

PER_PAGE = 50
FEED_SECONDS = 900


@require_safe
@personal
def change_list(request: HttpRequest) -> HttpResponse:
    """Show what was added, retired, replaced, and came back, by day, the latest first."""
    pages = Paginator(Change.objects.public().with_items(), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    days = [(day, list(rows)) for day, rows in groupby(page, lambda row: localdate(row.at))]
    return render(request, "canon/change_list.html", {"page": page, "days": days})


@require_safe
@conditional_page
@cache_control(public=True, max_age=FEED_SECONDS)
def change_feed(request: HttpRequest) -> HttpResponse:
    """Tell feed readers the same; it holds nothing of whoever asks."""
    feed: HttpResponse = ChangeFeed()(request)
    return feed
