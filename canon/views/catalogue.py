"""Pages that show the canon."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import condition, require_safe
from django_htmx.http import push_url

from canon.catalogue import Catalogue
from canon.editions import edition_of
from canon.forms import DatesForm
from canon.freshness import canon_page_tag
from canon.guest_pages import shared_by_guests
from canon.htmx import personal, render_page, vary_on_htmx, wants_fragment
from canon.models import Item, Mark, MarkState
from canon.offline import kept_offline
from canon.readers import reader_of
from canon.ways import Way


@require_safe
@vary_on_htmx
@personal
@kept_offline
@condition(canon_page_tag)
@shared_by_guests
def item_list(request: HttpRequest) -> HttpResponse:
    """Show the canon: contents, filter bar, and the items that the filters leave."""
    catalogue = Catalogue(request.GET, reader_of(request), edition_of(request))
    response = render_page(
        request, "canon/item_list.html", {"catalogue": catalogue}, fragment="results"
    )
    if wants_fragment(request):
        push_url(response, request.path + catalogue.query())
    return response


@require_safe
@personal
@kept_offline
def item_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one item, what it builds on, what builds on it, and its neighbours."""
    item = edition_of(request).by_slug.get(slug) or get_object_or_404(
        Item.objects.with_page().with_details(), slug=slug
    )
    return render(request, "canon/item_detail.html", item_context(request, item))


def item_context(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Return what the page of `item` shows to who makes `request`."""
    reader, edition = reader_of(request), edition_of(request)
    state = reader.marks.get(item.pk, MarkState())
    before, after = edition.neighbours(item)
    return {
        "item": item,
        "state": state,
        "note": reader.note_on(item),
        "dates": DatesForm(instance=Mark(**state._asdict())) if reader.is_member else None,
        "trail": reversed(edition.outline.by_id[item.section_id].ancestry),
        "builds_on": edition.builds_on(item),
        "built_on_by": edition.built_on_by(item),
        "before": before,
        "after": after,
        "way": Way(item, edition, reader.marks),
    }
