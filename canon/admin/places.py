"""The place of a section in its form: a plain number that means “put it there”."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PlacedSectionForm(forms.ModelForm):
    """A form in which a section's place counts among those of the same parent."""

    place = forms.IntegerField(
        label=_("Place"),
        required=False,
        min_value=1,
        help_text=_(
            "Among those of the same parent, from 1: the others make room. Empty for the last."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show the present place."""
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["place"] = self.instance.count_before() + 1

    def clean(self) -> dict[str, Any] | None:
        """Ask for the place, if it or the parent was touched."""
        cleaned = super().clean()
        self.instance.place_among_siblings = None
        if {"place", "parent"} & {*self.changed_data} and not self.errors:
            self.instance.ask_for_place(self.cleaned_data.get("place"))
        return cleaned


class PlacesSections(admin.ModelAdmin):
    """Lets a curator give a section a parent and a place."""

    form = PlacedSectionForm
    # Not the position among all sections, which follows from parent and place.
    fields = ("title", "slug", "parent", "place", "introduction")
