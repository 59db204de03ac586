"""Pages that show the canon."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django_htmx.http import push_url

from canon.catalogue import Catalogue
from canon.htmx import render_page, vary_on_htmx, wants_fragment
from canon.models import Item
from canon.outline import Outline


@require_safe
@vary_on_htmx
def item_list(request: HttpRequest) -> HttpResponse:
    """Show the canon: contents, filter bar, and the items that the filters leave."""
    catalogue = Catalogue(request.GET)
    response = render_page(
        request, "canon/item_list.html", {"catalogue": catalogue}, fragment="results"
    )
    if wants_fragment(request):
        push_url(response, request.path + catalogue.query())
    return response


@require_safe
def item_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one item, what it builds on, what builds on it, and its neighbours."""
    item = get_object_or_404(Item.objects.published().with_details(), slug=slug)
    published = Item.objects.published().in_canon_order()
    before, after = item.neighbours()
    context = {
        "item": item,
        "trail": reversed(Outline().by_id[item.section_id].ancestry),
        "builds_on": published.filter(dependents__item=item),
        "built_on_by": published.filter(dependencies__builds_on=item),
        "before": before,
        "after": after,
    }
    return render(request, "canon/item_detail.html", context)
