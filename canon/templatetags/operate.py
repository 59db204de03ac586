"""What an operator can be told on a page."""

from django import template

from canon.logs import request_id

register = template.Library()


@register.simple_tag(name="request_id")
def show_request_id() -> str:
    """Return the id under which the log tells of this request."""
    return request_id.get()
