"""History at the curators' desk: who changed what, the way back, and what was deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reversion
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from reversion.models import Version

from canon.history import (
    CannotBringBackError,
    HistoryPage,
    Snapshot,
    bring_back,
    differences,
    recover,
    snapshot_at,
    snapshot_of,
    what_would_change,
)

DELETED_PER_PAGE = 50


class RecordsActs(admin.ModelAdmin):
    """Makes each act one revision.

    reversion's own VersionAdmin would do so too, but in a transaction for every page that is only
    looked at, which on SQLite takes the lock for writing.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save as one revision."""
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        with reversion.create_revision():
            reversion.set_user(request.user)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save what was edited in the list as one revision; actions make theirs."""
        if request.method != "POST" or "_save" not in request.POST:
            return super().changelist_view(request, *args, **kwargs)
        with reversion.create_revision():
            reversion.set_user(request.user)
            return super().changelist_view(request, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Keep what Django says of the act, as data: it is worded in the reader's language."""
        return self.comment(super().log_addition(request, obj, message))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Keep what Django says of the act, as data: it is worded in the reader's language."""
        return self.comment(super().log_change(request, obj, message))

    def comment(self, entry: Any) -> Any:
        """Give the revision under way the message of a log entry."""
        if reversion.is_active():
            reversion.set_comment(entry.change_message)
        return entry

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete in the user's name."""
        with reversion.create_revision():
            reversion.set_user(request.user)
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Delete in the user's name."""
        with reversion.create_revision():
            reversion.set_user(request.user)
            super().delete_queryset(request, queryset)


class KeepsHistory(RecordsActs):
    """Shows the acts with a way back, and what was deleted."""

    def get_urls(self) -> list[Any]:
        """Add the pages of a version, and of what was deleted."""
        own: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<path:object_id>/history/<int:version_id>/", self.version_view, "version"),
            ("deleted/", self.deleted_view, "deleted"),
            ("deleted/<int:version_id>/", self.recover_view, "recover"),
        ]
        return [
            *(
                path(route, self.admin_site.admin_view(view), name=self.url_name(name))
                for route, view, name in own
            ),
            *super().get_urls(),
        ]

    def url_name(self, page: str) -> str:
        """Return the name of a page's address within the admin."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def address(self, page: str, *args: Any) -> str:
        """Return the address of a page."""
        return reverse(f"{self.admin_site.name}:{self.url_name(page)}", args=args)

    def show(
        self, request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> TemplateResponse:
        """Render a page of the desk."""
        request.current_app = self.admin_site.name
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "module_name": self.opts.verbose_name_plural,
        }
        return TemplateResponse(
            request, f"admin/canon/{template}.html", {**shared, **context}, status=status
        )

    def found(self, request: HttpRequest, object_id: str) -> models.Model:
        """Return the object of an address; Http404 if there is none."""
        instance = self.get_object(request, unquote(object_id))
        if instance is None:
            raise Http404("There is no such object.")
        return instance

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show who changed what and when, newest first."""
        instance = self.found(request, object_id)
        if not self.has_view_or_change_permission(request, instance):
            raise PermissionDenied
        context = {
            "title": gettext("History: %(name)s") % {"name": instance},
            "object": instance,
            "history": HistoryPage(self.model, instance.pk, request.GET.get("p")),
            "may_change": self.has_change_permission(request, instance),
            "version_url_name": f"admin:{self.url_name('version')}",
            **(extra_context or {}),
        }
        return self.show(request, "history", context)

    def version_view(self, request: HttpRequest, object_id: str, version_id: int) -> HttpResponse:
        """Show what bringing a version back would change; on POST, bring it back."""
        instance = self.found(request, object_id)
        if not self.has_change_permission(request, instance):
            raise PermissionDenied
        versions = Version.objects.get_for_object(instance).select_related("revision__user")
        version = get_object_or_404(versions, pk=version_id)
        problems: list[str] = []
        if request.method == "POST":
            try:
                bring_back(version, request.user, request.POST.get("present"))
            except CannotBringBackError as error:
                problems = error.problems
            else:
                messages.success(request, gettext("The version is back."))
                return HttpResponseRedirect(self.address("change", quote(instance.pk)))
        fields, rows = what_would_change(instance, version)
        context = {
            "title": gettext("An earlier version: %(name)s") % {"name": instance},
            "object": instance,
            "version": version,
            "fields": fields,
            "rows": rows,
            "present": snapshot_of(instance).fingerprint,
            "problems": problems,
        }
        return self.show(request, "version", context, 409 if problems else 200)

    def deleted_versions(self, request: HttpRequest) -> Any:
        """Return the last version of each object that was deleted, the latest first."""
        if not (self.has_add_permission(request) and self.has_change_permission(request)):
            raise PermissionDenied
        deleted = Version.objects.get_deleted(self.model)
        return deleted.select_related("revision__user").order_by("-pk")

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """List what was deleted, the latest first."""
        pages = Paginator(self.deleted_versions(request), DELETED_PER_PAGE)
        context = {
            "title": gettext("Recently deleted: %(names)s")
            % {"names": self.opts.verbose_name_plural},
            "page": pages.get_page(request.GET.get("p")),
            "recover_url_name": f"admin:{self.url_name('recover')}",
        }
        return self.show(request, "deleted", context)

    def recover_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Show what was deleted; on POST, make it anew."""
        version = get_object_or_404(self.deleted_versions(request), pk=version_id)
        problems: list[str] = []
        if request.method == "POST":
            try:
                instance = recover(version, request.user)
            except CannotBringBackError as error:
                problems = error.problems
            else:
                messages.success(request, gettext("It is there again."))
                return HttpResponseRedirect(self.address("change", quote(instance.pk)))
        content = snapshot_at(version)
        nothing = Snapshot(self.model, dict.fromkeys(content.values))
        fields, rows = differences(nothing, content)
        context = {
            "title": gettext("Deleted: %(name)s") % {"name": version.object_repr},
            "version": version,
            "fields": fields,
            "rows": rows,
            "problems": problems,
        }
        return self.show(request, "recover", context, 409 if problems else 200)
