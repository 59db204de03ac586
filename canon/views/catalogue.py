"""Pages that show the canon."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from canon.catalogue import Catalogue
from canon.forms import DatesForm
from canon.htmx import personal, render_page, vary_on_htmx, wants_fragment
from canon.models import Item, Mark, MarkState
from canon.outline import Outline
from canon.readers import reader_of


@require_safe
@vary_on_htmx
@personal
def item_list(request: HttpRequest) -> HttpResponse:
    """Show the canon: contents, filter bar, and the items that the filters leave."""
    catalogue = Catalogue(request.GET, reader_of(request))
    response = render_page(
        request, "canon/item_list.html", {"catalogue": catalogue}, fragment="results"
    )
    if wants_fragment(request):
        push_url(response, request.path + catalogue.query())
    return response


@require_safe
@personal
def item_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one item, what it builds on, what builds on it, and its neighbours."""
    item = get_object_or_404(Item.objects.with_page().with_details(), slug=slug)
    return render(request, "canon/item_detail.html", item_context(request, item))


def item_context(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Return what the page of `item` shows to who makes `request`."""
    reader = reader_of(request)
    state = reader.marks.get(item.pk, MarkState())
    published = Item.objects.published().in_canon_order()
    before, after = item.neighbours()
    return {
        "item": item,
        "state": state,
        "note": reader.note_on(item),
        "dates": DatesForm(instance=Mark(**asdict(state))) if reader.is_member else None,
        "trail": reversed(Outline().by_id[item.section_id].ancestry),
        "builds_on": published.filter(dependents__item=item),
        "built_on_by": published.filter(dependencies__builds_on=item),
        "before": before,
        "after": after,
    }
