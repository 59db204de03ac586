"""What feed readers are told: the changes to the canon, as Atom."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from canon.models import Change, Item
from canon.models.changes import LEAVES

# How many changes a feed tells of.
LENGTH = 50
# What XML cannot hold at all, not even escaped.
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# For the feed of a canon that holds nothing.
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

SENTENCES = {
    Change.Kind.ADDED: _("Added: %(title)s"),
    Change.Kind.RETIRED: _("Retired: %(title)s"),
    Change.Kind.REPLACED: _("Replaced: %(title)s"),
    Change.Kind.RETURNED: _("Returned: %(title)s"),
}


def tag(name: str, day: str) -> str:
    """Return a name for all time (RFC 4151): the same whatever address a site is reached by."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{day}:{get_language()}/{name}"


def speakable(text: str) -> str:
    """Return a text without what XML cannot hold."""
    return UNSPEAKABLE.sub("", text)


class CanonFeed(Atom1Feed):
    """An Atom feed that is the same until something changes, even while it is empty."""

    def latest_post_date(self) -> datetime.datetime:
        """Return when the last change was made, or else when the canon was filled."""
        if self.items:
            return super().latest_post_date()
        return Item.objects.aggregate(last=Max("published_at"))["last"] or EPOCH


class ChangeFeed(Feed):  # type: ignore[type-arg]
    """What was added, retired, replaced, and came back, the latest first."""

    feed_type = CanonFeed
    title = _("Changes to the AI Canon")
    subtitle = _("What was added, retired and replaced.")
    author_name = _("AI Canon")

    def link(self) -> str:
        """Return the page that the feed belongs to."""
        return reverse("change_list")

    def feed_url(self) -> str:
        """Return the feed's own address."""
        return reverse("change_feed")

    def feed_guid(self) -> str:
        """Return the feed's name for all time."""
        return tag("changes", "2026")

    def items(self) -> Iterable[Change]:
        """Return the latest changes."""
        return Change.objects.public().with_items()[:LENGTH]

    def item_title(self, item: Change) -> SafeString | str:
        """Return what happened to what."""
        sentence = SENTENCES[Change.Kind(item.kind)] % {"title": item.item.title}
        return speakable(sentence)

    def item_description(self, item: Change) -> str:
        """Return, as HTML, what the item is about, or why it left and what to read instead."""
        about = item.item.annotation if item.kind not in LEAVES else item.reason
        paragraphs = [item.item.own_gloss, about]
        told = format_html_join("", "<p>{}</p>", ((text,) for text in paragraphs if text))
        if item.shown_replacement:
            instead = escape(gettext("Read instead:"))
            title = item.shown_replacement.title
            told += format_html("<p>{} {}</p>", instead, title)
        return speakable(told)

    def item_link(self, item: Change) -> str:
        """Return the page of the item."""
        return item.item.get_absolute_url()

    def item_guid(self, item: Change) -> str:
        """Return the change's name for all time."""
        return tag(f"changes/{item.pk}", f"{item.at.astimezone(datetime.UTC):%Y-%m-%d}")

    def item_pubdate(self, item: Change) -> datetime.datetime:
        """Return when the change was made."""
        return timezone.localtime(item.at, datetime.UTC)

    def item_updateddate(self, item: Change) -> datetime.datetime:
        """Return when the change was made: a line of the log does not change."""
        return self.item_pubdate(item)

    def item_categories(self, item: Change) -> list[Any]:
        """Return what kind of change it was."""
        return [item.kind]
