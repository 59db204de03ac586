"""Answers to what cannot be done: a page that says what happened, and keeps what was typed."""

from __future__ import annotations

import secrets
import sys

from django.core.cache import cache
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache
from django_htmx.middleware import HtmxDetails

from canon.htmx import wants_fragment
from canon.outages import RETRY_AFTER, Outage, outage_behind


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what was refused before it was read; the page needs nothing of the request.

    A session that could not be saved is refused, too, whatever the reason.
    """
    if outage := outage_behind(exception):
        return show_outage(request, outage)
    return HttpResponseBadRequest(render_to_string("400.html"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed: with what is out of order, or that the fault is ours."""
    if outage := outage_behind(sys.exc_info()[1]):
        return show_outage(request, outage)
    return HttpResponseServerError(render_to_string(part_of("500.html", request)))


def too_often(request: HttpRequest) -> HttpResponse:
    """Ask for patience. Where nothing can be written, attempts cannot be counted: say that instead.

    allauth asks for this, as if nothing else could be in the way.
    """
    if cache.add(f"too-often-{secrets.token_hex(8)}", True, timeout=1):  # noqa: FBT003
        return render(request, "429.html", status=429)
    return show_outage(request, Outage.READ_ONLY)


@never_cache
def show_outage(request: HttpRequest, outage: Outage) -> HttpResponse:
    """Say what is out of order, and offer to send again what was sent. Asks no database."""
    context = {
        "outage": outage,
        "is_change": request.method == "POST",
        "address": request.get_full_path(),
        "fields": fields_to_keep(request),
    }
    body = render_to_string(part_of("503.html", request), context)
    headers = {"Retry-After": str(RETRY_AFTER[outage])}
    return HttpResponse(body, status=503, headers=headers)


def part_of(template: str, request: HttpRequest) -> str:
    """Return the name of a page of trouble, or of its toast where htmx asked."""
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # it may not have come so far
    return f"{template}#toast" if wants_fragment(request) else template


def fields_to_keep(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed into a form of the canon or of the desk, the form's token with it.

    Nothing of forms about accounts, which hold secrets, and nothing of uploads. The token is the
    one that came, never a new one: a forged form stays one.
    """
    if request.method != "POST":
        return []
    try:
        match = resolve(request.path_info)
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        has_files = bool(request.FILES)
    except (Resolver404, SuspiciousOperation, MultiPartParserError, OSError):
        return []
    is_ours = match.func.__module__.startswith("canon.") or match.app_name == "admin"
    has_secrets = any("password" in name for name, _value in fields)
    return fields if is_ours and not has_files and not has_secrets else []
