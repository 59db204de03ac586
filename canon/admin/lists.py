"""Another canon at the curators' desk: a list in Markdown, to choose from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from canon.curation.files import UnreadableError, decode
from canon.curation.list_plans import Choice, ListPlan, bring_in
from canon.curation.stale import StalePlanError
from canon.models import Item

# Where the session keeps a list until it is confirmed or discarded.
PENDING = "list of items"
LARGEST = 2 * 1024 * 1024
MOST_ODDITIES = 500


class ChoiceForm(forms.Form):
    """What to leave out of a list: few fields, however long it is, unless much is left out."""

    entries = forms.TypedMultipleChoiceField(coerce=int, required=False)
    sections = forms.TypedMultipleChoiceField(coerce=int, required=False)
    difficulty = forms.ChoiceField(
        choices=Item.Difficulty.choices,
        initial=Item.Difficulty.INTERMEDIATE,
        label=gettext_lazy("Difficulty"),
    )
    effort = forms.ChoiceField(
        choices=Item.Effort.choices, initial=Item.Effort.HOUR, label=gettext_lazy("Effort")
    )

    def __init__(self, plan: ListPlan, data: Any = None) -> None:
        """Offer what the plan holds; at first, what is about the list itself is left out."""
        super().__init__(data)
        chapters = [section for section in plan.headed if section.is_left_out]
        if data is None:
            self.initial["sections"] = [section.number for section in chapters]
        self.fields["entries"].choices = [(one.number, "") for one in plan.entries]  # type: ignore[attr-defined]
        self.fields["sections"].choices = [(one.number, "") for one in plan.headed]  # type: ignore[attr-defined]

    def left(self, name: str) -> set[int]:
        """Return the numbers that are ticked, in the form as it stands."""
        return {int(number) for number in self[name].value() or () if str(number).isdigit()}

    @property
    def choice(self) -> Choice:
        """What was chosen, in a form that is valid."""
        data = self.cleaned_data
        return Choice(
            frozenset(data["entries"]),
            frozenset(data["sections"]),
            data["difficulty"],
            data["effort"],
        )


class ImportsLists(admin.ModelAdmin):
    """Makes drafts of the entries of a Markdown list."""

    def get_urls(self) -> list[Any]:
        """Add the page of the list."""
        view = self.admin_site.admin_view(self.import_list_view)
        return [path("import-list/", view, name="canon_item_import_list"), *super().get_urls()]

    def import_list_view(self, request: HttpRequest) -> HttpResponse:
        """Take a list, show what is new in it, and make drafts of what is chosen."""
        if not may_import_lists(request):
            raise PermissionDenied
        if request.method == "POST":
            steps = {"confirm": self.confirm_list, "discard": self.discard_list}
            return steps.get(request.POST.get("action", ""), self.take_list)(request)
        kept = request.session.get(PENDING)
        if kept is None:
            return self.ask_for_list(request)
        return self.show_list(request, ListPlan(kept["text"]))

    def take_list(self, request: HttpRequest) -> HttpResponse:
        """Keep a list that can be read, and go on to what is new in it."""
        file, text = request.FILES.get("file"), request.POST.get("text", "")
        name = file.name if file else _("a list")
        try:
            if file:
                data = file.read(LARGEST + 1)
                if len(data) > LARGEST:
                    raise UnreadableError(_("The file is larger than 2 MB."))
                text = decode(data)
            if not text.strip():
                raise UnreadableError(_("Choose a file or paste a list first."))
            text = text.replace("\0", "\ufffd")
            ListPlan(text)
        except UnreadableError as error:
            return self.ask_for_list(request, str(error), "" if file else text)
        request.session[PENDING] = {"text": text, "name": (name or "")[:100]}
        return HttpResponseRedirect(request.path)

    def confirm_list(self, request: HttpRequest) -> HttpResponse:
        """Make the drafts; show the list anew if it would mean something else by now."""
        kept = request.session.get(PENDING)
        if kept is None:
            messages.info(request, _("There is no import waiting any more."))
            return HttpResponseRedirect(request.path)
        plan = ListPlan(kept["text"])
        form = ChoiceForm(plan, request.POST)
        if not form.is_valid():
            return self.show_list(request, plan, form, status=422)
        fingerprint = request.POST.get("fingerprint", "")
        try:
            count = bring_in(kept["text"], fingerprint, form.choice, request.user, kept["name"])
        except StalePlanError as error:
            return self.show_list(request, error.plan, form, status=409)
        except IntegrityError:
            return self.show_list(request, ListPlan(kept["text"]), form, status=409)
        del request.session[PENDING]
        done = ngettext("%(count)d draft made.", "%(count)d drafts made.", count)
        messages.success(request, done % {"count": count})
        drafts = reverse(f"{self.admin_site.name}:canon_item_changelist")
        return HttpResponseRedirect(f"{drafts}?state__exact={Item.State.DRAFT}")

    def discard_list(self, request: HttpRequest) -> HttpResponse:
        """Forget a list."""
        request.session.pop(PENDING, None)
        return HttpResponseRedirect(request.path)

    def ask_for_list(self, request: HttpRequest, error: str = "", text: str = "") -> HttpResponse:
        """Ask for a list, and say what is wrong with the last one."""
        context = {"error": error, "text": text}
        return self.render_list(request, context, status=422 if error else 200)

    def show_list(
        self,
        request: HttpRequest,
        plan: ListPlan,
        form: ChoiceForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show what is in a list; 409 says that it is not what was confirmed."""
        form = form or ChoiceForm(plan)
        context = {
            "plan": plan,
            "form": form,
            "left_entries": form.left("entries"),
            "left_sections": form.left("sections"),
            "oddities": plan.found.oddities[:MOST_ODDITIES],
            "is_stale": status == 409,
        }
        return self.render_list(request, context, status)

    def render_list(
        self, request: HttpRequest, context: dict[str, Any], status: int
    ) -> HttpResponse:
        """Render the page of the list."""
        shared = {
            **self.admin_site.each_context(request),
            "title": _("Import a list"),
            "opts": self.opts,
            "module_name": self.opts.verbose_name_plural,
        }
        template = "admin/canon/item/import_list.html"
        return TemplateResponse(request, template, shared | context, status=status)


def may_import_lists(request: HttpRequest) -> bool:
    """Tell whether the user may make sections and items with authors and links."""
    rows = ("section", "item", "authorship", "link")
    return request.user.has_perms([f"canon.add_{row}" for row in rows])
