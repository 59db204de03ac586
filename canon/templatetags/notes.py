"""Template filters for the text of notes."""

from urllib.parse import urldefrag

from django import template
from django.utils.safestring import SafeString

from canon.markdown import render_markdown

register = template.Library()


@register.filter
def markdown(text: str) -> SafeString:
    """Return Markdown as safe HTML."""
    return render_markdown(text)


@register.filter
def anchored(address: str, anchor: str) -> str:
    """Return an address that leads to the element `anchor` of its page."""
    return f"{urldefrag(address).url}#{anchor}"
