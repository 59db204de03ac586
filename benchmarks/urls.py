"""The site's addresses, and those of the floor: what Django takes for any page at all."""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from canon.htmx import personal
from canon.urls import urlpatterns as site
from canon.views import item_list

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
    """Change one row and answer with a constant fragment of the size of a mark's."""
    get_user_model().objects.filter(pk=request.user.pk).update(theme=request.POST["status"])
    return HttpResponse(constants.setdefault("mark", b"<p>" + b"0123456789" * 3_300 + b"</p>"))


urlpatterns = [
    path("floor/page/", floor_page),
    path("floor/mark/", floor_mark),
    *site,
]
