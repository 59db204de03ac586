"""Readers help: suggesting an item, reporting a link, and taking either back."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from canon.drafts import read_reader, sign_reader
from canon.htmx import personal, render_page, vary_on_htmx
from canon.models import Item, Suggestion
from canon.readers import MemberRequest
from canon.suggestion_forms import ReportForm, SuggestionForm
from canon.suggestions import (
    AlreadyKnownError,
    Known,
    look_up,
    look_up_report,
    save_report,
    suggest,
    withdraw,
)
from canon.unsent import keep_unsent, take_unsent

View = Callable[..., HttpResponse]

# The form of suggestions has no item's slug to be told by.
SUGGESTION = "*"


def keep_what_guests_typed(view: View) -> View:
    """Let readers in; send anybody else to sign in, and keep what a reader among them has typed."""

    @wraps(view)
    def guarded(request: HttpRequest, slug: str = SUGGESTION) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request) if slug == SUGGESTION else view(request, slug)
        reader = read_reader(request.POST.get("reader", ""))
        if reader:
            keep_unsent(request.session, reader, slug, request.POST)
        return redirect_to_login(request.get_full_path())

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@keep_what_guests_typed
@vary_on_htmx
@personal
def suggest_item(request: MemberRequest) -> HttpResponse:
    """Take a reader's suggestion of an item; say what is known of its address."""
    if request.method != "POST":
        return show_suggestion(request, SuggestionForm(initial=prefilled(request)))
    form = SuggestionForm(request.POST)
    if not form.is_valid():
        return show_suggestion(request, form, status=422)
    known = look_up(request.user, form.instance.url)
    if known.is_settled:
        return show_suggestion(request, form, known, status=409)
    if not may_suggest(request):
        return show_suggestion(request, form, known, status=429)
    try:
        known = suggest(request.user, form.instance)
    except AlreadyKnownError as error:
        return show_suggestion(request, form, error.known, status=409)
    messages.success(request, thanks(known))
    return redirect(reverse("my_reading") + "#suggestions")


def prefilled(request: MemberRequest) -> dict[str, str]:
    """Return what the form begins with: what was kept for the reader, or what the address says.

    Where a title was looked for in vain, it may well be an address.
    """
    kept = take_unsent(request.session, request.user, SUGGESTION)
    if kept:
        return kept
    url, title = request.GET.get("url", ""), request.GET.get("title", "")
    if not url and title.startswith(("http://", "https://")):
        url, title = title, ""
    return {"url": url, "title": title}


def may_suggest(request: HttpRequest) -> bool:
    """Count one suggestion or report more; tell whether it is not one too many."""
    return bool(ratelimit.consume(request, action="suggest"))


def thanks(known: Known) -> str:
    """Return what to say of a suggestion or report that was saved."""
    if known.is_in_hand:
        return _(
            "Thank you! Somebody said so before you; you will be told what becomes of it, too."
        )
    return _("Thank you! A curator will look at it, and “My reading” tells what becomes of it.")


def show_suggestion(
    request: MemberRequest, form: SuggestionForm, known: Known | None = None, *, status: int = 200
) -> HttpResponse:
    """Render the form with what is known of the address in it; or for htmx only that."""
    address = form.known_address
    context = {
        "form": form,
        "known": known or (look_up(request.user, address) if address else Known()),
        "is_too_often": status == 429,
        "reader": sign_reader(request.user),
    }
    response = render_page(request, "canon/suggest_item.html", context, fragment="known")
    response.status_code = status
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@keep_what_guests_typed
@personal
def report_link(request: MemberRequest, slug: str) -> HttpResponse:
    """Take a reader's report that a link of an item does not lead where it should."""
    item = get_object_or_404(Item.objects.with_page().with_details(), slug=slug)
    if request.method != "POST":
        return show_report(request, ReportForm(item, initial=prefilled_report(request, item)))
    form = ReportForm(item, request.POST)
    if not form.is_valid():
        return show_report(request, form, status=422)
    known = look_up_report(request.user, form.instance)
    if known.is_settled:
        return show_report(request, form, known, status=409)
    if not may_suggest(request):
        return show_report(request, form, known, status=429)
    try:
        known = save_report(request.user, form.instance)
    except AlreadyKnownError as error:
        return show_report(request, form, error.known, status=409)
    messages.success(request, thanks(known))
    return redirect(item)


def prefilled_report(request: MemberRequest, item: Item) -> dict[str, str]:
    """Return what the form begins with: what was kept, or the link that the address names."""
    kept = take_unsent(request.session, request.user, item.slug)
    return kept or {"url": request.GET.get("url", item.url)}


def show_report(
    request: MemberRequest, form: ReportForm, known: Known | None = None, *, status: int = 200
) -> HttpResponse:
    """Render the form."""
    context: dict[str, Any] = {
        "form": form,
        "item": form.item,
        "known": known or Known(),
        "is_too_often": status == 429,
        "reader": sign_reader(request.user),
    }
    return render(request, "canon/report_link.html", context, status=status)


@require_POST
@login_required
def withdraw_suggestion(request: MemberRequest, suggestion: int) -> HttpResponse:
    """Take back what no curator has answered; the form keeps it, to be said again."""
    own: Suggestion = get_object_or_404(
        request.user.suggestions.select_related("item"), pk=suggestion
    )
    back = reverse("my_reading") + "#suggestions"
    if not withdraw(request.user, own):
        messages.info(request, _("A curator has answered it meanwhile."))
        return redirect(back)
    messages.success(request, offer_again(request, own))
    return redirect(back)


def offer_again(request: MemberRequest, own: Suggestion) -> str:
    """Keep what is withdrawn for its form; return what to say, with a link there."""
    form, address = SUGGESTION, reverse("suggest_item")
    if own.is_report:
        if own.visible_item is None:
            return _("Withdrawn.")
        form, address = own.visible_item.slug, reverse("report_link", args=[own.visible_item.slug])
    typed = {name: getattr(own, name) for name in ("url", "title", "text", "wants_mail")}
    keep_unsent(request.session, str(request.user.pk), form, typed | {"section": own.section_id})
    link = format_html('<a href="{}">{}</a>', address, _("Say it again"))
    return format_html("{} {}", _("Withdrawn."), link)
