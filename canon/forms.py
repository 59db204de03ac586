"""Forms of the canon's pages."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from canon.drafts import Draft, read_reader
from canon.models import Mark, Status, set_states, tidy
from canon.models.notes import MAX_LENGTH

LONGEST_HELD = datetime.timedelta(days=90)


class DatesForm(forms.ModelForm):
    """When a reader started and finished an item."""

    class Meta:
        model = Mark
        fields = ("started_on", "finished_on")
        widgets: ClassVar[dict[str, Any]] = {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}) for name in fields
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask only for the dates that the mark's status has."""
        super().__init__(*args, **kwargs)
        if self.instance.status != "read":
            del self.fields["finished_on"]

    def change(self) -> uuid.UUID | None:
        """Save the dates, logged and undoable; return the step, or None if they stay."""
        dates = self.cleaned_data
        mark = self.instance
        return set_states(mark.user, {mark.item: lambda state: state._replace(**dates)})


class HeldMarkForm(forms.Form):
    """A mark that was made offline, as a reader's browser sends it later."""

    # Whose it is, and which: it must not become another reader's, nor be taken twice.
    reader = forms.CharField()
    step = forms.UUIDField()
    slug = forms.SlugField()
    status = forms.ChoiceField(choices=Status.choices, required=False)
    # By the server's clock, in milliseconds: browsers ask for its time before they send.
    made = forms.IntegerField(min_value=0)

    def made_at(self) -> datetime.datetime:
        """Return when the mark was made: neither in the future, nor longer ago than is credible."""
        now = timezone.now()
        made = min(self.cleaned_data["made"] / 1000, now.timestamp())
        return max(datetime.datetime.fromtimestamp(made, datetime.UTC), now - LONGEST_HELD)


class NoteForm(forms.Form):
    """What the editor of a note sends."""

    class Choice(models.TextChoices):
        """What is to become of a note whose text the reader did not know."""

        MINE = "mine", _("Keep mine")
        SAVED = "saved", _("Take the saved one")
        BOTH = "both", _("Join both")

    text = forms.CharField(required=False, strip=False)
    # The version of the note that the text is based on; 0 where there was none.
    version = forms.IntegerField(required=False, min_value=0)
    # The version that stood beside it when the choice was made.
    seen = forms.IntegerField(required=False, min_value=0)
    choice = forms.ChoiceField(required=False, choices=Choice.choices)
    reader = forms.CharField(required=False)
    # Whether the session keeps this text as a draft.
    is_kept = forms.BooleanField(required=False)

    def clean_text(self) -> str:
        """Refuse a text that is too long, and say by how much."""
        text = tidy(self.cleaned_data["text"])
        check_length(text)
        return text

    @property
    def draft(self) -> Draft:
        """The text as it was typed, whether or not it can be saved."""
        self.is_valid()
        version = self.cleaned_data.get("version") or 0
        return Draft(read_reader(self.data.get("reader", "")), self.typed, version)

    @property
    def typed(self) -> str:
        """The text as it was typed."""
        return tidy(self.data.get("text", ""))

    @property
    def based_on(self) -> int:
        """The version of the note that the writer knew."""
        name = "seen" if self.cleaned_data["choice"] else "version"
        return self.cleaned_data[name] or 0


def check_length(text: str) -> None:
    """Raise ValidationError if a note cannot hold `text`."""
    over = len(text) - MAX_LENGTH
    if over > 0:
        raise ValidationError(
            ngettext(
                "The note is %(over)s character too long.",
                "The note is %(over)s characters too long.",
                over,
            )
            % {"over": over}
        )
