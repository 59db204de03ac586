"""The site's addresses, and those of the floor: what Django takes for any page at all."""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from canon.editions import edition_of
from canon.htmx import personal
from canon.readers import reader_of
from canon.urls import urlpatterns as site
from canon.views import item_list
from canon.views.marking import show_changes

constants: dict[str, bytes] = {}


@require_safe
@login_required
@personal
def floor_page(request: HttpRequest) -> HttpResponse:
    """Answer with the canon page of whoever asked first: its text, and none of its work."""
    if "page" not in constants:
        request.path_info = request.path = "/"
        constants["page"] = item_list(request).content
    return HttpResponse(constants["page"])


@require_POST
@login_required
def floor_mark(request: HttpRequest) -> HttpResponse:
    """Change one row and answer as a mark is answered: with the text, and none of the work."""
    get_user_model().objects.filter(pk=request.user.pk).update(theme=request.POST["status"])
    if "mark" not in constants:
        items = edition_of(request).items[:1]
        answer = show_changes(request, reader_of(request), items, default="/")
        constants["mark"] = answer.content
    return HttpResponse(constants["mark"])


urlpatterns = [
    path("floor/page/", floor_page),
    path("floor/mark/", floor_mark),
    *site,
]
