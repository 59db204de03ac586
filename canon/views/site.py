"""Addresses that machines ask for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the map is, and to leave filtered lists alone."""
    return render(request, "robots.txt", content_type="text/plain")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send those who guess the address of the icon to where it is."""
    return redirect(static("canon/icon.svg"))
