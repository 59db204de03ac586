"""Translations at the curators' desk: which lag behind, and saying that one still holds."""

from __future__ import annotations

from typing import Any

import reversion
from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

HOLDS = "translation_holds"


class AskingForm(forms.ModelForm):
    """Asks what is none of the model's fields."""

    translation_holds = forms.BooleanField(
        required=False,
        label=_("The Chinese still holds"),
        help_text=_("Or change it: then it counts as up to date, too."),
    )


class ConfirmsTranslations(admin.ModelAdmin):
    """Lets a curator say that the Chinese holds though the English has changed since."""

    actions = ("confirm_translations",)

    def asks(self, request: HttpRequest, row: Any) -> bool:
        """Tell whether the form asks about the translation."""
        stale = row is not None and row.translation_is_stale
        return stale and self.has_change_permission(request, row)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask first thing, where the translation is stale."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self.asks(request, obj):
            return fieldsets
        return [(_("The Chinese is older than the English"), {"fields": (HOLDS,)}), *fieldsets]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any):  # type: ignore[no-untyped-def]  # noqa: FBT001, FBT002
        """Make the form one that asks; but not where it is made to learn the model's fields."""
        if self.asks(request, obj) and kwargs.get("fields", ()) is not None:
            base = kwargs.get("form", self.form)
            kwargs["form"] = type(base.__name__, (AskingForm, base), {})
        return super().get_form(request, obj, change=change, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Save with the curator's answer."""
        obj.translation_holds = form.cleaned_data.get(HOLDS, False)
        super().save_model(request, obj, form, change)

    @admin.action(description=_("The Chinese still holds"), permissions=["change"])
    def confirm_translations(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Say of what is chosen that the Chinese still says what the English does."""
        stale = list(queryset.filter(translation_is_stale=True))
        with reversion.create_revision():
            reversion.set_user(request.user)
            reversion.set_comment(gettext("The Chinese still holds."))
            for row in stale:
                row.confirm_translation()
        text = ngettext(
            "%(count)d translation is confirmed.",
            "%(count)d translations are confirmed.",
            len(stale),
        )
        self.message_user(request, text % {"count": len(stale)}, messages.SUCCESS)
