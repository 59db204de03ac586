"""Template tags of the curators' desk."""

from typing import Any

from django import template

from canon.admin import attention

register = template.Library()


@register.simple_tag(takes_context=True)
def needs_attention(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what waits for the user: a sentence and an address each."""
    return list(attention.needs_attention(context["request"]))


@register.simple_tag(takes_context=True)
def desk_tools(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the pages that the user may open: label and address each."""
    return attention.tools(context["request"])
