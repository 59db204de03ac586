"""What belongs to the site as a whole: robots, the icon, how it looks, and its welcome."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from canon.addresses import safe_next
from canon.htmx import wants_fragment

A_YEAR = 365 * 24 * 3600
THEMES = ("system", "light", "dark")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Tell crawlers where the map is, and to leave filtered lists alone."""
    return render(request, "robots.txt", content_type="text/plain; charset=utf-8")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """Send those who guess the address of the icon to where it is."""
    return redirect(static("canon/icon.svg"))


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what the site keeps of whom, for how long, and how to have it deleted."""
    days = settings.SESSION_COOKIE_AGE // (24 * 3600)
    return render(request, "canon/privacy.html", {"session_days": days})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in the form: a member's in their preferences, a guest's in a cookie."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest(_("There is no such theme."))
    response = redirect(safe_next(request, reverse("item_list")))
    if request.user.is_authenticated:
        request.user.theme = theme
        request.user.save(update_fields=["theme"])
    else:
        remember(response, "theme", theme)
    return response


@require_POST
def set_shortcuts(request: HttpRequest) -> HttpResponse:
    """Turn single keys on or off: a member's in their preferences, a guest's in a cookie."""
    chosen = request.POST.get("shortcuts", "")
    if chosen not in ("on", "off"):
        return HttpResponseBadRequest(_("Shortcuts are either on or off."))
    response = redirect(safe_next(request, reverse("item_list")))
    if request.user.is_authenticated:
        request.user.shortcuts = chosen == "on"
        request.user.save(update_fields=["shortcuts"])
    else:
        remember(response, "shortcuts", chosen)
    return response


@require_POST
def dismiss_welcome(request: HttpRequest) -> HttpResponse:
    """Never show this browser the welcome again."""
    is_fragment = wants_fragment(request)
    response = HttpResponse() if is_fragment else redirect(safe_next(request, reverse("item_list")))
    remember(response, "welcomed", "yes")
    return response


def remember(response: HttpResponse, name: str, value: str) -> None:
    """Keep a choice of whoever has no account in a cookie, for a year."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, value, max_age=A_YEAR, httponly=True, secure=secure, samesite="Lax")
