"""The door of the curators' desk: Django's admin, entered as readers sign in."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.second_factor import has_second_factor, shows_second_factor

# Where a curator wanted to go before they were asked to set up a second factor.
WANTED = "wanted_at_desk"


class Desk(AdminSite):
    """The admin, which asks for a second factor where ADMIN_REQUIRE_MFA is on."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may enter."""
        if not super().has_permission(request):
            return False
        return not settings.ADMIN_REQUIRE_MFA or shows_second_factor(request)

    @method_decorator(never_cache)
    @method_decorator(secure_admin_login)
    def login(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        """Lead staff on to what they wanted; by way of their second factor, if they have not
        shown it, or with a page that says how to set one up.

        Others never come here: they sign in first, or are refused.
        """
        wanted = get_next_redirect_url(request) or reverse("admin:index")
        if self.has_permission(request):
            request.session.pop(WANTED, None)
            # `redirect` might take it for the name of a view.
            return HttpResponseRedirect(wanted)
        if has_second_factor(request.user):
            query = urlencode({"next": wanted})
            return redirect(f"{reverse('mfa_reauthenticate')}?{query}")
        request.session[WANTED] = wanted
        return render(request, "accounts/second_factor.html", status=403)
