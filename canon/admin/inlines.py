"""Rows within the form of an item, however many, from as many queries as for one."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import models
from django.forms.utils import pretty_name
from django.http import HttpRequest
from django.utils.text import capfirst


class KnowingSelect(AutocompleteSelect):
    """Shows the row that is chosen without asking for it, where it is at hand."""

    chosen: models.Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        """Return the options: the one chosen; others are asked for as one types."""
        if self.chosen is None or [str(pk) for pk in value] != [str(self.chosen.pk)]:
            return super().optgroups(name, value, attr)
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]  # noqa: FBT003
        label = str(self.chosen)
        options.append(self.create_option(name, self.chosen.pk, label, True, len(options)))  # noqa: FBT003
        return [(None, options, 0)]


class RowForm(forms.ModelForm):
    """A row that hands to its fields what was fetched together with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell the fields what is chosen."""
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            select = getattr(field.widget, "widget", field.widget)
            if isinstance(select, KnowingSelect):
                select.chosen = self.instance._state.fields_cache.get(name)


class NamedRows(forms.BaseInlineFormSet):
    """Rows whose fields say what they are: the heads of a table's columns are no labels."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Give each field of a row its label as a name."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            select = getattr(field.widget, "widget", field.widget)
            label = field.label or pretty_name(name)
            select.attrs.setdefault("aria-label", capfirst(str(label)))


class RowsInline(admin.TabularInline):
    """Rows in a table, fetched with what they name."""

    form = RowForm
    formset = NamedRows
    extra = 0
    fetched: ClassVar[tuple[str, ...]] = ("item",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Fetch the rows and what they name in one query."""
        return super().get_queryset(request).select_related(*self.fetched)

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField | None:
        """Choose by typing, without a query for each row."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnowingSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
