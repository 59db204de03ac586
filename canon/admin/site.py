"""What all pages of the curators' desk share."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

admin.site.site_header = _("AI Canon")
admin.site.site_title = _("AI Canon")
admin.site.index_title = _("The curators’ desk")

HTTPS_ASSUMED: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.URLField: {"assume_scheme": "https"}
}


def count_of(rows: models.QuerySet[Any]) -> models.Subquery:
    """Return what counts, beside each row of a list, the `rows` of a queryset on its outer row."""
    counted = rows.order_by().annotate(number=models.Func("pk", function="COUNT"))
    return models.Subquery(counted.values("number"), output_field=models.IntegerField())


class Tool(NamedTuple):
    """A page of the desk beside those that each kind of row has; linked on the index."""

    url_name: str
    label: Any
    permission: str


# In the order in which the index shows them, to those who have the permission.
DESK_TOOLS = [
    Tool("admin:canon_item_arrange", _("Arrange the canon"), "canon.change_item"),
    Tool("admin:canon_item_import_list", _("Import a list"), "canon.add_item"),
    Tool("admin:canon_item_deleted", _("Recently deleted items"), "canon.add_item"),
]


class TabbedAdmin(TranslationAdmin):
    """Shows the languages of a field as tabs, by a script of ours: no jQuery UI, no CDN.

    Offers the actions of all its bases, each of which names its own only.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Join the actions of the bases."""
        super().__init_subclass__(**kwargs)
        named = (name for base in cls.__mro__ for name in vars(base).get("actions", ()))
        cls.actions = tuple(dict.fromkeys(named))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the address fills in, without what no field could hold.

        Django's searched fields would look a nonsense id up, and fail.
        """
        given: dict[str, Any] = super().get_changeform_initial_data(request)
        return {name: value for name, value in given.items() if self.could_hold(name, value)}

    def could_hold(self, name: str, value: Any) -> bool:
        """Tell whether the field `name` could hold `value`."""
        try:
            self.opts.get_field(name).to_python(value)  # type: ignore[union-attr]
        except (FieldDoesNotExist, ValidationError, AttributeError):
            return False
        return True

    class Media:
        js = ("canon/admin.js",)
