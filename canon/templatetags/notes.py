"""Template filters for the text of notes."""

from urllib.parse import urldefrag

from django import template
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from canon.markdown import plain_text, render_markdown

register = template.Library()

EXCERPT = 200


@register.filter
def markdown(text: str) -> SafeString:
    """Return Markdown as safe HTML."""
    return render_markdown(text)


@register.filter
def excerpt(text: str) -> str:
    """Return how Markdown begins, as plain text on one line."""
    return Truncator(plain_text(text)).chars(EXCERPT)


@register.filter
def anchored(address: str, anchor: str) -> str:
    """Return an address that leads to the element `anchor` of its page."""
    return f"{urldefrag(address).url}#{anchor}"
