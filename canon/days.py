"""Days and marks in words, as a page says them."""

from __future__ import annotations

import datetime
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, pgettext

from canon.models import MarkState, Status


def status_line(state: MarkState) -> str:
    """Return what a mark says beside the title: the status, and for what is read the day."""
    if not state.status:
        return ""
    if state.status == Status.READING:
        return gettext("Reading")
    if state.status == Status.QUEUED:
        return gettext("Queued")
    if state.status == Status.SKIPPED:
        return gettext("Skipped")
    if state.finished_on:
        return format_html(gettext("Read · {day}"), day=day(state.finished_on))
    return pgettext("status", "Read")


def day(date: datetime.date) -> SafeString:
    """Return a date as people say it today, with the exact one on hover.

    “Today” is that of the time zone in force, the reader's own.
    """
    return day_on(date, timezone.localdate(), get_language())


@lru_cache(maxsize=1000)  # a page says the same few days for many items, and for many readers
def day_on(date: datetime.date, today: datetime.date, _language: str | None) -> SafeString:
    """Return what `day` does, on the day `today`."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        date.isoformat(),
        date_format(date, "DATE_FORMAT"),
        relative(date, today),
    )


def relative(date: datetime.date, today: datetime.date) -> str:
    """Return how long before `today` a date was, for a week; then the date itself."""
    days = (today - date).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("yesterday")
    if 1 < days < 7:
        return ngettext("%(days)d day ago", "%(days)d days ago", days) % {"days": days}
    return date_format(date, "MONTH_DAY_FORMAT" if date.year == today.year else "DATE_FORMAT")


def say_since(started_on: datetime.date) -> str:
    """Return since when something is under way, as the end of a line."""
    since = gettext("since %(day)s") % {"day": date_format(started_on, "DATE_FORMAT")}
    return f" · {since}"


def say_skipped(count: int) -> SafeString:
    """Return how many items of a section are skipped."""
    said = ngettext("%(skipped)s skipped", "%(skipped)s skipped", count) % {"skipped": count}
    return format_html(' <span class="quiet">{}</span>', said)
