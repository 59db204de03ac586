"""Template tags and filters of the canon's pages."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from canon.models import Item, MarkState

register = template.Library()

UNREAD = MarkState()

# What could end a script element, escaped as django.utils.html.json_script does.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@register.filter
def host(url: str) -> str:
    """Return the host of an address as people say it, without “www.”."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


@register.filter
def of(marks: Mapping[int, MarkState], pk: int) -> MarkState:
    """Return the state of the item `pk` among a reader's `marks`."""
    return marks.get(pk, UNREAD)


@register.filter
def text_on(notes: Mapping[int, str], pk: int) -> str:
    """Return how the note on the item `pk` begins, among a reader's `notes`."""
    return notes.get(pk, "")


@register.filter
def ids(items: Iterable[Item]) -> str:
    """Return the ids of `items`, with commas between them."""
    return ",".join(str(item.pk) for item in items)


@register.simple_tag(takes_context=True)
def linked_data(context: dict[str, Any], items: Iterable[Item]) -> SafeString:
    """Return `items` as a schema.org ItemList in JSON-LD.

    It is a data block, which a browser never runs: the content security policy lets it stand.
    """
    request: HttpRequest = context["request"]
    data = {
        "@context": "https://schema.org",
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": item.title,
                "url": request.build_absolute_uri(item.get_absolute_url()),
            }
            for position, item in enumerate(items, start=1)
        ],
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))  # noqa: S308
