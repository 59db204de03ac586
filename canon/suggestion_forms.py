"""The forms by which readers suggest an item and report a link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from canon.models import Item, Suggestion
from canon.models.items import web_address
from canon.outline import Outline

# Before the title of a section, once for each heading that it stands under.
INDENT = "\u2003"


class SuggestionForm(forms.ModelForm):
    """An item the canon lacks."""

    url = forms.URLField(
        label=_("Address"),
        max_length=500,
        assume_scheme="https",
        validators=[web_address],
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    class Meta:
        model = Suggestion
        fields = ("url", "title", "text", "section", "wants_mail")
        labels: ClassVar[dict[str, Any]] = {
            "title": _("Title"),
            "text": _("Why it belongs here"),
            "section": _("Where it belongs"),
            "wants_mail": _("Tell me by mail what becomes of it"),
        }
        widgets: ClassVar[dict[str, Any]] = {
            "title": forms.TextInput(attrs={"autocomplete": "off"}),
            "text": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the sections as the canon has them, one below the other."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        section: Any = self.fields["section"]
        section.choices = [("", _("I do not know")), *section_choices()]

    @property
    def known_address(self) -> str:
        """The address in the form, if it can be one: what is known of it can be looked up."""
        field = self.fields["url"]
        try:
            return str(field.clean(self["url"].value()))
        except forms.ValidationError:
            return ""


def section_choices() -> list[tuple[int, str]]:
    """Return each section with its title, moved in as deep as it stands."""
    return [
        (heading.section.pk, INDENT * heading.depth + heading.section.title)
        for heading in Outline().headings
    ]


class ReportForm(forms.ModelForm):
    """A link of an item that does not lead where it should."""

    url = forms.ChoiceField(
        label=_("Which link?"),
        widget=forms.RadioSelect,
        error_messages={
            "invalid_choice": _("This link is not there any more: choose one of these."),
            "required": _("Choose the link that is wrong."),
        },
    )
    text = forms.CharField(
        label=_("What is wrong with it?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    class Meta:
        model = Suggestion
        fields = ("url", "text", "wants_mail")
        labels: ClassVar[dict[str, Any]] = {"wants_mail": _("Tell me by mail what becomes of it")}

    def __init__(
        self, item: Item, data: Any = None, initial: Mapping[str, Any] | None = None
    ) -> None:
        """Offer the addresses of `item`, its own first, fetched by `with_details`."""
        report = Suggestion(kind=Suggestion.Kind.LINK, item=item)
        super().__init__(data, instance=report, initial={"url": item.url, **(initial or {})})
        self.label_suffix = ""
        self.item = item
        url: Any = self.fields["url"]
        url.choices = [(item.url, item.title)]
        url.choices += [(link.url, link.label) for link in item.links.all() if link.url != item.url]
