"""States at the curators' desk: publish, retire with a reason, back to draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from canon.admin.acts import try_each
from canon.admin.history import KeepsHistory
from canon.models import Item
from canon.models.ordering import lock_items
from canon.models.states import (
    refuse_replacement,
    refuse_to_hide,
    refuse_to_retire,
    refuse_without_annotation,
)

RETIREMENT = ("retirement_reason_en", "retirement_reason_zh_hans", "replaced_by")
LONGEST_REASON = 300


class StatefulForm(forms.ModelForm):
    """The form of an item, in which the state changes by the same rules as everywhere."""

    def clean(self) -> dict[str, Any] | None:
        """Refuse a state that the item cannot have, or that lacks what goes with it."""
        cleaned = super().clean() or self.cleaned_data
        state = cleaned.get("state")
        before = "" if self.instance._state.adding else self.instance.state
        if state:
            self.check_state(before, state)
            self.check_retirement(before, state)
        return cleaned

    def check_state(self, before: str, state: str) -> None:
        """Refuse what is published without annotation, and a change of state that may not be.

        Coming back, an item loses reason and replacement.
        """
        if state == Item.State.PUBLISHED:
            annotation = self.cleaned_data.get("annotation_en")
            self.refuse("annotation_en", refuse_without_annotation, annotation)
        if state == before:
            return
        if state == Item.State.RETIRED:
            reason = self.cleaned_data.get("retirement_reason_en")
            wrong = "retirement_reason_en" if before == Item.State.PUBLISHED else "state"
            self.refuse(wrong, refuse_to_retire, before, reason)
        elif state == Item.State.DRAFT and before:
            lock_items([self.instance.pk])
            self.refuse("state", refuse_to_hide, self.instance.pk)
        if before == Item.State.RETIRED:
            self.cleaned_data |= dict.fromkeys(RETIREMENT[:2], "") | {"replaced_by": None}

    def check_retirement(self, before: str, state: str) -> None:
        """Refuse a reason without retirement, one that was emptied, and a bad replacement."""
        given = {name for name in RETIREMENT if self.cleaned_data.get(name)}
        if state != Item.State.RETIRED:
            for name in given:
                self.add_error(name, _("Only what is retired has this: choose that state, too."))
            return
        if before == state and "retirement_reason_en" in self.changed_data:
            reason = self.cleaned_data.get("retirement_reason_en")
            self.refuse("retirement_reason_en", refuse_to_retire, Item.State.PUBLISHED, reason)
        if "replaced_by" in given & {*self.changed_data}:
            new = self.cleaned_data["replaced_by"]
            self.refuse("replaced_by", refuse_replacement, new, [self.instance.pk])

    def refuse(self, name: str, rule: Any, *facts: Any) -> None:
        """Put what `rule` has against the facts to the field `name`."""
        try:
            rule(*facts)
        except ValidationError as refusal:
            self.add_error(name if name in self.fields else None, refusal)


class RetiringForm(forms.Form):
    """Why items leave the canon, and what readers should turn to instead."""

    required_css_class = "required"
    reason_en = forms.CharField(
        label=_("Reason, in English"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Readers see it on the item’s page and in their news."),
    )
    reason_zh_hans = forms.CharField(
        label=_("Reason, in Chinese"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("Without one, Chinese pages show the English."),
    )
    replaced_by: Any = forms.ModelChoiceField(
        Item.objects.all(),
        label=_("Replaced by"),
        required=False,
        help_text=_("What readers should turn to instead. It has to be published."),
    )

    def __init__(self, *args: Any, retired: list[Item], site: admin.AdminSite) -> None:
        """Ask for the items `retired`."""
        super().__init__(*args)
        self.retired = [item.pk for item in retired]
        source = Item._meta.get_field("replaced_by")
        self.fields["replaced_by"].widget = AutocompleteSelect(
            source,
            site,
            choices=self.fields["replaced_by"].choices,  # type: ignore[attr-defined]
        )

    def clean_replaced_by(self) -> Item | None:
        """Return the replacement, if it will do."""
        replacement: Item | None = self.cleaned_data["replaced_by"]
        if replacement:
            refuse_replacement(replacement, self.retired)
        return replacement


class ChangesStates(KeepsHistory):
    """Publishes items, retires them, and makes them drafts again."""

    actions: Any = ("publish", "retire", "unpublish")

    def get_urls(self) -> list[Any]:
        """Add the page that asks why."""
        view = self.admin_site.admin_view(self.retire_view)
        return [path("retire/", view, name=self.url_name("retire")), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Item]:
        """Offer as a replacement only what is published."""
        items = super().get_queryset(request)
        match = request.resolver_match
        asks = match is not None and match.url_name == "autocomplete"
        if asks and request.GET.get("field_name") == "replaced_by":
            return items.filter(state=Item.State.PUBLISHED)
        return items

    def get_autocomplete_fields(self, request: HttpRequest) -> Any:
        """Let the replacement be searched for."""
        return (*super().get_autocomplete_fields(request), "replaced_by")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the retirement of what is retired or may be."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.state == Item.State.DRAFT:
            return fieldsets
        classes = () if obj.is_retired else ("collapse",)
        return [*fieldsets, (_("Retirement"), {"fields": RETIREMENT, "classes": classes})]

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Item]) -> None:
        """Publish what is chosen."""
        done = try_each(request, gettext("Published"), chosen(queryset), Item.publish)
        text = ngettext("%(count)d item published.", "%(count)d items published.", len(done))
        self.tell(request, text, len(done))

    @admin.action(description=_("Back to draft"), permissions=["change"])
    def unpublish(self, request: HttpRequest, queryset: models.QuerySet[Item]) -> None:
        """Make drafts of what is chosen."""
        done = try_each(request, gettext("Back to draft"), chosen(queryset), Item.unpublish)
        text = ngettext(
            "%(count)d item is a draft again.", "%(count)d items are drafts again.", len(done)
        )
        self.tell(request, text, len(done))

    def tell(self, request: HttpRequest, text: str, count: int) -> None:
        """Say how many items were changed, if any were."""
        if count:
            self.message_user(request, text % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Retire…"), permissions=["change"])
    def retire(self, request: HttpRequest, queryset: models.QuerySet[Item]) -> HttpResponse:
        """Ask why."""
        return self.ask_why(request, list(chosen(queryset)))

    def retire_view(self, request: HttpRequest) -> HttpResponse:
        """Ask why the items of the address or the form leave; on POST, retire them."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        ids = request.POST.getlist(ACTION_CHECKBOX_NAME) or request.GET.get("ids", "").split(",")
        items = chosen(Item.objects.filter(pk__in=[pk for pk in ids if pk.isdecimal()]))
        if not items:
            raise Http404
        if request.method != "POST":
            return self.ask_why(request, list(items))
        form = RetiringForm(request.POST, retired=list(items), site=self.admin_site)
        if not form.is_valid():
            return self.ask_why(request, list(items), form)
        self.retire_for(request, list(items), form.cleaned_data)
        if len(items) == 1:
            return HttpResponseRedirect(self.address("change", items[0].pk))
        return HttpResponseRedirect(self.address("changelist"))

    def retire_for(self, request: HttpRequest, items: list[Item], why: dict[str, Any]) -> None:
        """Retire `items` for the reason of the form, and say so."""
        facts = (why["reason_en"], why["reason_zh_hans"], why["replaced_by"])
        comment = gettext("Retired: %(reason)s") % {"reason": why["reason_en"]}
        done = try_each(request, comment, items, lambda item: item.retire(*facts))
        text = ngettext(
            "%(count)d item retired. Its marks and notes are kept.",
            "%(count)d items retired. Their marks and notes are kept.",
            len(done),
        )
        self.tell(request, text, len(done))

    def ask_why(
        self, request: HttpRequest, items: list[Item], form: RetiringForm | None = None
    ) -> HttpResponse:
        """Show the form; with 422 if it was not filled in as it should."""
        retired = [item for item in items if item.state == Item.State.PUBLISHED]
        context = {
            "title": gettext("Retire items"),
            "retired": retired,
            "left": [item for item in items if item not in retired],
            "form": form or RetiringForm(retired=retired, site=self.admin_site),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        context["media"] = self.media + context["form"].media  # type: ignore[attr-defined]
        return self.show(request, "item/retire", context, 422 if form else 200)


def chosen(queryset: models.QuerySet[Item]) -> models.QuerySet[Item]:
    """Return what is chosen without the columns of the list, in the order of the canon."""
    return Item.objects.filter(pk__in=queryset.order_by().values("pk")).in_canon_order()
