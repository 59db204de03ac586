"""The page that draws the canon."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canon.htmx import personal
from canon.map import CanonMap
from canon.offline import kept_offline
from canon.readers import reader_of


@require_safe
@personal
@kept_offline
def canon_map(request: HttpRequest) -> HttpResponse:
    """Show the canon as a picture of what builds on what, and the same as a list."""
    return render(request, "canon/map.html", {"map": CanonMap(reader_of(request))})
