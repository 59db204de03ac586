"""Tables of the canon out of the curators' desk and in again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from canon.curation.files import LARGEST, Sheet, UnreadableError, read_sheet
from canon.curation.formats import FORMATS
from canon.curation.stale import StalePlanError
from canon.models import Item

if TYPE_CHECKING:
    from canon.curation.plans import Plan

# Beyond these the page would only be long; the rest is counted, and written all the same.
MOST_SHOWN = 500


def tables() -> Any:
    """Return the module that reads and writes tables.

    Loaded when the first one comes or goes: django-import-export and what it brings along take
    memory of every process, and no reader's request has a use for them. It is no installed app,
    because the admin loads the `admin` of each, and that one every kind of file.
    """
    from canon.curation import plans

    return plans


class ExportForm(forms.Form):
    """Asks for the kind of file."""

    format = forms.TypedChoiceField(
        choices=[(number, kind.extension) for number, kind in enumerate(FORMATS)], coerce=int
    )


class TransfersRows(admin.ModelAdmin):
    """Exports what a list is filtered to, and imports in two steps: looking, and confirming.

    django-import-export's own pages are not used, for they have scripts and styles within.
    """

    def get_urls(self) -> list[Any]:
        """Add both pages."""
        views = {"export": self.export_view, "import": self.import_view}
        own = [
            path(f"{page}/", self.admin_site.admin_view(view), name=self.transfer_name(page))
            for page, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def transfer_name(self, page: str) -> str:
        """Return the name of the address of one of the pages."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    # Out

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may see what would be exported."""
        return self.has_view_permission(request)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for the kind of file, and hand it out."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            return HttpResponseRedirect(request.path)
        resource = tables().RESOURCES[self.model]
        form = ExportForm(request.POST or None)
        if form.is_valid():
            kind = FORMATS[form.cleaned_data["format"]]()
            name = f"canon-{self.opts.model_name}s.{kind.extension}"
            disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
            return HttpResponse(
                kind.write(resource().export(rows)), kind.content_type, headers=disposition
            )
        context = {
            "form": form,
            "count": rows.count(),
            "is_filtered": bool(request.GET),
            "columns": resource.column_names(),
        }
        return self.render_page(request, "export", context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer the import beside the list to those who may."""
        may_import = {"has_import_permission": self.has_import_permission(request)}
        return super().changelist_view(request, (extra_context or {}) | may_import)

    # In

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may add and change such rows, and whatever else a table changes."""
        parts = ("authorship", "link", "dependency") if self.model is Item else ()
        acts = [f"canon.{act}_{part}" for act in ("add", "change", "delete") for part in parts]
        may_save = self.has_add_permission(request) and self.has_change_permission(request)
        return may_save and request.user.has_perms(acts)

    @property
    def pending_key(self) -> str:
        """Where the session keeps a table until it is confirmed or discarded."""
        return f"table of {self.opts.model_name}s"

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Take a file, show what it would change, and do that once it is confirmed."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            steps = {"confirm": self.confirm_import, "discard": self.discard_import}
            return steps.get(request.POST.get("action", ""), self.take_file)(request)
        return self.show_pending(request)

    def take_file(self, request: HttpRequest) -> HttpResponse:
        """Keep a file that can be read, and go on to what it would change."""
        file = request.FILES.get("file")
        if file is None:
            return self.show_form(request, _("Choose a file first."))
        try:
            # One byte more than allowed tells that it is too large.
            sheet = read_sheet(file.read(LARGEST + 1), (file.name or "")[:100])
            tables().Plan(self.model, sheet)
        except UnreadableError as error:
            return self.show_form(request, str(error))
        request.session[self.pending_key] = sheet.to_json()
        return HttpResponseRedirect(request.path)

    def confirm_import(self, request: HttpRequest) -> HttpResponse:
        """Write the good rows; show the plan anew if it would be another by now."""
        kept = request.session.get(self.pending_key)
        if kept is None:
            messages.info(request, _("There is no import waiting any more."))
            return HttpResponseRedirect(request.path)
        sheet = Sheet.from_json(kept)
        fingerprint = request.POST.get("fingerprint", "")
        try:
            plan = tables().carry_out(self.model, sheet, fingerprint, request.user)
        except StalePlanError as error:
            return self.show_plan(request, error.plan, status=409)
        except IntegrityError:
            # Somebody took a slug or an address at the same moment.
            return self.show_plan(request, tables().Plan(self.model, sheet), status=409)
        del request.session[self.pending_key]
        done = _("Imported. New: %(new)d; changed: %(changed)d; left out: %(bad)d.")
        counts = {"new": plan.new_count, "changed": plan.changed_count, "bad": len(plan.bad)}
        messages.success(request, done % counts)
        changelist = self.transfer_name("changelist")
        return HttpResponseRedirect(reverse(f"{self.admin_site.name}:{changelist}"))

    def discard_import(self, request: HttpRequest) -> HttpResponse:
        """Forget a file."""
        request.session.pop(self.pending_key, None)
        return HttpResponseRedirect(request.path)

    def show_pending(self, request: HttpRequest) -> HttpResponse:
        """Show what the file in the session would change; without one, ask for it."""
        kept = request.session.get(self.pending_key)
        if kept is None:
            return self.show_form(request)
        return self.show_plan(request, tables().Plan(self.model, Sheet.from_json(kept)))

    def show_form(self, request: HttpRequest, error: str = "") -> HttpResponse:
        """Ask for a file, and say what is wrong with the last one."""
        context = {"error": error, "columns": tables().RESOURCES[self.model].column_names()}
        return self.render_page(request, "import", context, status=422 if error else 200)

    def show_plan(self, request: HttpRequest, plan: Plan, status: int = 200) -> HttpResponse:
        """Show what a file would change; 409 says that it is not what was confirmed."""
        context = {
            "plan": plan,
            "shown": plan.good[:MOST_SHOWN],
            "not_shown": max(len(plan.good) - MOST_SHOWN, 0),
            "complaints": plan.bad[:MOST_SHOWN],
            "complaints_not_shown": max(len(plan.bad) - MOST_SHOWN, 0),
            "is_stale": status == 409,
        }
        return self.render_page(request, "import", context, status)

    # Both

    def render_page(
        self, request: HttpRequest, page: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Render the page of the export or of the import."""
        shared = {
            **self.admin_site.each_context(request),
            "title": {"export": _("Export"), "import": _("Import")}[page],
            "opts": self.opts,
            "module_name": self.opts.verbose_name_plural,
        }
        template = f"admin/canon/{page}.html"
        return TemplateResponse(request, template, shared | context, status=status)
