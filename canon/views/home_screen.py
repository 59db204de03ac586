"""What makes the site an app on a home screen: its manifest, its service worker, one page."""

import json
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

A_DAY = 24 * 3600
PAPER = "#fbf9f4"
WORKER = "canon/worker.js"
DRAWING = "canon/icon.svg"
PICTURES = [
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
]


@require_safe
@cache_control(public=True, max_age=A_DAY)
def manifest(_request: HttpRequest) -> HttpResponse:
    """Describe the app that the site is in this language."""
    home = reverse("item_list")
    description = {
        "id": home,
        "name": _("The AI Canon"),
        "short_name": _("AI Canon"),
        "description": _(
            "Papers, articles, courses and talks that explain modern AI, in order and annotated."
        ),
        "lang": translation.get_language(),
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            # Browsers take this one at every first visit: here it needs no request of its own.
            {"src": drawing(), "type": "image/svg+xml", "sizes": "any", "purpose": "any"},
            *(
                {
                    "src": static(f"canon/{name}"),
                    "type": "image/png",
                    "sizes": sizes,
                    "purpose": use,
                }
                for name, sizes, use in PICTURES
            ),
        ],
    }
    return JsonResponse(description, content_type="application/manifest+json")


def drawing() -> str:
    """Return the icon as an address that holds it."""
    return f"data:image/svg+xml,{quote(read_static(DRAWING))}"


def read_static(name: str) -> str:
    """Return the text of one of our static files."""
    return Path(str(finders.find(name))).read_text()


@require_safe
@conditional_page
@cache_control(no_cache=True)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Hand out static/canon/worker.js, with what it has to know of the site above it."""
    site = {
        # Browsers take a worker anew when a byte of it has changed; so it follows the files.
        "version": getattr(staticfiles_storage, "manifest_hash", ""),
        "files": settings.STATIC_URL,
        "held": reverse("held_mark"),
        "offline": offline_pages(),
    }
    source = f"const SITE = {json.dumps(site)};\n{read_static(WORKER)}"
    return HttpResponse(source, content_type="text/javascript; charset=utf-8")


def offline_pages() -> list[str]:
    """Return the addresses of the page `offline`, those whose language has a prefix first."""
    pages = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            pages.append(reverse("offline"))
    return sorted(pages, key=len, reverse=True)


@require_safe
@cache_control(public=True, no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Show what stands in for a page that cannot be had, and holds what scripts say offline.

    It is kept for whoever reads, so that nothing of a reader is on it.
    """
    return render(request, "canon/offline.html")
