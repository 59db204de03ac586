"""One address, two renderings: the whole page, or the part that htmx swaps in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.vary import vary_on_headers

from canon.stencils import Inserts

# Caches, the browser's too, must not show a fragment where a page is asked for.
vary_on_htmx: Callable[..., Any] = vary_on_headers("HX-Request", "HX-History-Restore-Request")

# A page with a reader's own marks or notes: the browser may keep it, but asks before showing it.
personal: Callable[..., Any] = cache_control(private=True, no_cache=True)


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether the answer is to be swapped into a page that is already there."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, fragment: str
) -> HttpResponse:
    """Render `template` whole, or only its partial `fragment` where htmx asks for that.

    The template knows `inserts`, where its long parts wait until the rest is rendered.
    """
    name = f"{template}#{fragment}" if wants_fragment(request) else template
    inserts = Inserts()
    text = render_to_string(name, {**context, "inserts": inserts}, request)
    return HttpResponse(inserts.fill(text))
