"""Two curators at one form: the second is told, takes over what is new, and loses nothing.

A form carries what it was opened on, signed. When it comes back and the object has changed since,
the three are merged field by field: what the curator did not touch takes the new value; what both
changed is shown with both, and saving once more decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing

OPENED_ON = "opened_on"
SALT = "canon.opened_on"
# In place of what the form was opened on: the object has been deleted, and saving makes it anew.
ANEW = "anew"
# Others move items all the time: a position that was not touched is no news.
QUIET = {"position"}
# Fields of a row that say which row it is.
BOOKKEEPING = {"id", "DELETE"}

Values = dict[str, Any]


class OpenedOnField(forms.CharField):
    """Says what a form was opened on; it is none of the values that count as changed."""

    widget = forms.HiddenInput

    def has_changed(self, _initial: Any, _data: Any) -> bool:
        """Say no: what changes here is nothing a curator did."""
        return False


@dataclass
class Conflict:
    """What a curator has to know before they save once more."""

    # Who changed what they were editing, and when.
    who: str
    # Values of others that the form took over, and rows that came or left, a sentence each.
    news: list[str] = field(default_factory=list)
    # What others wrote into fields that the curator changed as well.
    collisions: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.news or self.collisions)


class OpenedForm(forms.ModelForm):
    """A form that knows what it was opened on, and refuses to be saved over a conflict."""

    opened_on = OpenedOnField(required=False)
    conflict: Conflict | None = None

    def clean(self) -> Any:
        """Say what others changed meanwhile."""
        cleaned = super().clean()
        if self.conflict is not None:
            for sentence in [self.conflict.who, *self.conflict.news]:
                self.add_error(None, sentence)
            for name, sentence in self.conflict.collisions.items():
                self.add_error(name if name in self.fields else None, sentence)
        return cleaned


@dataclass
class Opened:
    """The values of a form and of its rows, by prefix and key, as the fields have them."""

    values: Values
    rows: dict[str, dict[str, Values]]

    def sealed(self) -> str:
        """Return this as a text that a form can carry."""
        return signing.dumps([self.values, self.rows], salt=SALT, compress=True)

    @classmethod
    def unsealed(cls, text: str) -> Opened | None:
        """Return what `sealed` made a text of; None if it is none of ours."""
        try:
            values, rows = signing.loads(text, salt=SALT)
        except signing.BadSignature:
            return None
        return cls(values, rows)

    @classmethod
    def of(cls, form: forms.ModelForm, formsets: Iterable[Any]) -> Opened:
        """Return what a form and its formsets, not filled in, were opened on."""
        rows = {
            formset.prefix: {
                str(row.instance.pk): initial_values(row) for row in formset.initial_forms
            }
            for formset in formsets
        }
        return cls(initial_values(form), rows)


def initial_values(form: Any) -> Values:
    """Return the values that a form began with, of the fields a curator can change."""
    own = {OPENED_ON, *BOOKKEEPING, getattr(getattr(form, "fk", None), "name", "")}
    return {
        name: form.initial.get(name)
        for name, one in form.fields.items()
        if name not in own and not isinstance(one, forms.models.InlineForeignKeyField)
    }
