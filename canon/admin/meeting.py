"""The forms of the curators' desk that know what they were opened on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from reversion.models import Version

from canon.admin.conflicts import ANEW, OPENED_ON, Conflict, Opened, OpenedForm
from canon.admin.history import KeepsHistory
from canon.admin.merging import Merge, RowMerge
from canon.models.locks import lock_outline


class MeetsOthers(KeepsHistory):
    """Tells the second of two curators at one form what the first one saved, before it saves."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Save, unless others saved meanwhile: then show the form merged, with 409."""
        if request.method != "POST" or object_id is None or "_saveasnew" in request.POST:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            # Nobody else saves between the comparison and our own saving.
            lock_outline()
            instance = self.get_object(request, unquote(object_id))
            if instance is None:
                return self.save_what_is_gone(request, object_id, form_url, extra_context)
            rows = self.model._base_manager.select_for_update(no_key=True)
            conflict = self.meet(request, rows.get(pk=instance.pk))
            response = super().changeform_view(request, object_id, form_url, extra_context)
        if conflict and isinstance(response, TemplateResponse):
            response.status_code = 409
        return response

    def meet(self, request: HttpRequest, instance: Any) -> Conflict | None:
        """Merge the form with what others saved since it was opened; return what is to be told."""
        opened = Opened.unsealed(request.POST.get(OPENED_ON, ""))
        if opened is None or not self.has_change_permission(request, instance):
            return None
        form, formsets = self.unfilled(request, instance)
        present = Opened.of(form, formsets)
        if opened == present:
            return None
        data = request.POST.copy()
        conflict = Conflict(who=self.who_changed(instance))
        merge = Merge(data, opened, present, conflict)
        merge.merge_form(form)
        for formset in formsets:
            RowMerge(merge, formset).merge_rows()
        data[OPENED_ON] = present.sealed()
        request.POST = data  # type: ignore[assignment]
        request.conflict = conflict or None  # type: ignore[attr-defined]
        return conflict or None

    def unfilled(self, request: HttpRequest, instance: Any) -> tuple[forms.ModelForm, list[Any]]:
        """Return the form of an object and its formsets as a GET would show them."""
        form_class = self.get_form(request, instance, change=True)
        formsets = [
            formset_class(
                instance=instance,
                prefix=formset_class.get_default_prefix(),
                queryset=inline.get_queryset(request),
            )
            for formset_class, inline in self.get_formsets_with_inlines(request, instance)
            if inline.has_change_permission(request, instance)
        ]
        return form_class(instance=instance), formsets

    def who_changed(self, instance: Any) -> str:
        """Say who saved the object last, and when."""
        versions = Version.objects.get_for_object(instance).select_related("revision__user")
        last = versions.order_by("-pk").first()
        if last is None or last.revision.user is None:
            return gettext("This was changed while you were editing it. Nothing is saved yet.")
        return gettext(
            "%(who)s changed this while you were editing it (%(when)s). Nothing of yours is saved "
            "yet."
        ) % {
            "who": last.revision.user,
            "when": date_format(localtime(last.revision.date_created), "DATETIME_FORMAT"),
        }

    def save_what_is_gone(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> Any:
        """Keep what was typed into the form of an object that was deleted meanwhile.

        It is shown once more, and saving again makes the object anew.
        """
        sent = request.POST.get(OPENED_ON, "")
        if not self.has_add_permission(request) or not (sent == ANEW or Opened.unsealed(sent)):
            return super().changeform_view(request, object_id, form_url, extra_context)
        if sent == ANEW:
            return super().changeform_view(request, None, form_url, extra_context)
        formsets = self.get_formsets_with_inlines(request)
        data = as_new(request.POST, {formset.fk.name for formset, _inline in formsets})
        data[OPENED_ON] = ANEW
        request.POST = data  # type: ignore[assignment]
        request.conflict = Conflict(  # type: ignore[attr-defined]
            gettext(
                "This was deleted while you were editing it. What you typed is kept here; save "
                "again to make it anew."
            )
        )
        response = super().changeform_view(request, None, form_url, extra_context)
        response.status_code = 409
        return response

    # The form carries what it was opened on

    def knows(self, request: HttpRequest, obj: Any) -> bool:
        """Tell whether the form is one that may meet others."""
        if obj is None:
            return OPENED_ON in request.POST
        return self.has_change_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):  # type: ignore[no-untyped-def]  # noqa: FBT001, FBT002
        """Make the form one that knows what it was opened on."""
        if self.knows(request, obj):
            base = kwargs.get("form", self.form)
            conflict = getattr(request, "conflict", None)
            kwargs["form"] = type(base.__name__, (OpenedForm, base), {"conflict": conflict})
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Carry what the form was opened on, out of sight."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.knows(request, obj) or OPENED_ON in flatten_fieldsets(fieldsets):
            return fieldsets
        *others, (name, options) = fieldsets
        return [*others, (name, {**options, "fields": (*options["fields"], OPENED_ON)})]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Seal what the form is opened on: the very values that it shows."""
        form = context["adminform"].form
        if OPENED_ON in form.fields and not form.is_bound:
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            form.initial[OPENED_ON] = Opened.of(form, formsets).sealed()
        return super().render_change_form(request, context, *args, **kwargs)


def as_new(sent: QueryDict, parents: set[str]) -> QueryDict:
    """Return a form whose rows all are to be made anew; `parents` name what they belong to."""
    data = sent.copy()
    for name in sent:
        prefix, _hyphen, last = name.rpartition("-")
        if last == "INITIAL_FORMS":
            data[name] = "0"
        elif prefix and last in {"id", *parents}:
            data[name] = ""
    return data
