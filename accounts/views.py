"""Preferences, the devices one is signed in on, and the end of an account."""

import logging

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import PreferencesForm
from accounts.models import User

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@cache_control(private=True, no_cache=True)
def preferences(request: HttpRequest) -> HttpResponse:
    """Show a reader's preferences, and save them; the page comes back in the chosen language."""
    # A row of its own: the page around a refused form must not show what was refused.
    reader = get_object_or_404(User, pk=request.user.pk)
    form = PreferencesForm(request.POST or None, instance=reader)
    if request.method == "POST" and form.is_valid() and form.save_or_refuse():
        with translation.override(reader.language):
            messages.success(request, _("Your preferences are saved."))
            return redirect("preferences")
    status = 422 if form.errors else 200
    return render(request, "accounts/preferences.html", {"form": form}, status=status)


@require_POST
@login_required
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of the devices a reader is signed in on; it may be the one in hand."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    end_sessions(request, [session])
    if not request.user.is_authenticated:
        return redirect("item_list")
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@require_safe
@login_required
@cache_control(private=True, no_cache=True)
def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what deleting an account takes away, and offer to take it along first."""
    return render(request, "accounts/delete_account.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
@cache_control(private=True, no_cache=True)
def confirm_deletion(request: HttpRequest) -> HttpResponse:
    """Ask once more, of somebody who has just proved who they are; then delete the account."""
    if request.method != "POST":
        return render(request, "accounts/confirm_deletion.html")
    # An object of its own: signing out still looks at request.user.
    reader = get_object_or_404(User, pk=request.user.pk)
    reader.delete()
    logout(request)
    try:
        get_adapter().send_mail("accounts/email/account_deleted", reader.email, {"user": reader})
    except OSError:  # the account is gone all the same
        logger.exception("The mail about a deleted account could not be sent.")
    messages.success(request, _("Your account and all that belonged to it are deleted."))
    return redirect(reverse("item_list"))
