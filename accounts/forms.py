"""The form of preferences."""

from itertools import groupby
from typing import Any

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User, time_zones

# fmt: off
REGIONS = frozenset({
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
})
# fmt: on


def time_zone_choices(present: str) -> list[Any]:
    """Return the zones to choose from, by region; `present` too, should it be none of theirs.

    Only zones of a place are offered: “US/Eastern” and “Etc/GMT-3” are names for other zones.
    """
    names = sorted(name for name in time_zones() if name.partition("/")[0] in REGIONS)
    choices: list[Any] = [("UTC", "UTC")]
    if present != "UTC" and present not in names:
        choices.append((present, present))
    for region, places in groupby(names, key=lambda name: name.partition("/")[0]):
        labels = [(name, name.partition("/")[2].replace("_", " ")) for name in places]
        choices.append((region, labels))
    return choices


class PreferencesForm(forms.ModelForm):
    """What a reader decides about their own site."""

    class Meta:
        model = User
        fields = (
            "language",
            "theme",
            "shortcuts",
            "time_zone",
            "weekly_goal",
            "handle",
            "is_public",
        )
        widgets = {
            "language": forms.RadioSelect,
            "theme": forms.RadioSelect,
            "time_zone": forms.Select,
            "weekly_goal": forms.NumberInput(attrs={"min": 1, "max": 100, "inputmode": "numeric"}),
            "handle": forms.TextInput(
                attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the time zones, and languages by their own names."""
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["language"].choices = [("en", "English"), ("zh-hans", "简体中文")]  # type: ignore[attr-defined]
        self.fields["time_zone"].widget.choices = time_zone_choices(self.instance.time_zone)

    def clean_handle(self) -> str | None:
        """Return the handle in small letters, without the @ of its address."""
        handle = self.cleaned_data["handle"]
        return handle.strip().removeprefix("@").lower() if handle else None

    def clean(self) -> dict[str, Any]:
        """Refuse a public page that has no address."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_public") and "handle" in cleaned and not cleaned["handle"]:
            self.add_error("handle", _("A public page needs a handle."))
        return cleaned

    def save_or_refuse(self) -> bool:
        """Save the preferences, unless somebody took the handle a moment ago; tell which."""
        try:
            with transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error("handle", User._meta.get_field("handle").error_messages["unique"])
            return False
        return True
