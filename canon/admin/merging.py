"""Three versions of a form become one: what was opened, what is there now, what was typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext

from canon.admin.conflicts import Conflict, Opened, Values
from canon.history import Difference

# Others move items all the time: a position that was not touched is no news.
QUIET = {"position"}


def same_lines(value: Any) -> Any:
    """Return a text with the line ends that a database keeps; browsers send others."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class Merge:
    """Merges what was opened, what is there now, and what the curator typed, in place."""

    def __init__(self, data: QueryDict, opened: Opened, present: Opened, conflict: Conflict):
        """Work on `data`, a form's that can be changed, and tell `conflict`."""
        self.data, self.opened, self.present = data, opened, present
        self.conflict = conflict

    def merge_form(self, form: forms.ModelForm) -> None:
        """Merge the fields of the object itself."""
        for name, old, new in self.merge(form, "", self.opened.values, self.present.values):
            difference = told(form.fields[name], old, new)
            if difference is None:
                continue
            if name in self.taken:
                if name not in QUIET:
                    self.conflict.news.append(
                        worded(gettext("Taken over from them: {what}"), difference)
                    )
            else:
                self.conflict.collisions[name] = worded(
                    gettext(
                        "You both changed this. Theirs: {what} Yours stands here; saving again "
                        "keeps it."
                    ),
                    difference,
                )

    def merge(self, form: Any, prefix: str, opened: Values, present: Values) -> list[Any]:
        """Give untouched fields their new values; return what others changed, and to what.

        What both changed alike is no matter. `taken` are the fields that took the new value.
        """
        self.taken: set[str] = set()
        changed = []
        for name, one in form.fields.items():
            old, new = opened.get(name), present.get(name)
            if name not in opened or same(old, new):
                continue
            typed = self.typed(one, prefix + name)
            if not one.has_changed(same_lines(old), typed):
                self.put(prefix + name, one, new)
                self.taken.add(name)
                changed.append((name, old, new))
            elif one.has_changed(same_lines(new), typed):
                changed.append((name, old, new))
        return changed

    def typed(self, one: forms.Field, html_name: str) -> Any:
        """Return what the curator sent for a field."""
        return same_lines(one.widget.value_from_datadict(self.data, {}, html_name))

    def put(self, html_name: str, one: forms.Field, value: Any) -> None:
        """Write a value into the form, as a browser would have sent it."""
        if value is False:
            self.data.pop(html_name, None)
        else:
            prepared = one.prepare_value(value)
            self.data[html_name] = (
                "on" if value is True else "" if prepared is None else str(prepared)
            )


class RowMerge(Merge):
    """Merges the rows of one formset: those of others appear, deleted ones with typed text stay."""

    def __init__(self, merge: Merge, formset: Any) -> None:
        """Take over what `merge` works on, for `formset`, not filled in."""
        super().__init__(merge.data, merge.opened, merge.present, merge.conflict)
        self.formset, self.prefix = formset, formset.prefix
        self.blank = formset.empty_form
        self.was = merge.opened.rows.get(self.prefix, {})
        self.now = merge.present.rows.get(self.prefix, {})
        self.names = {str(row.instance.pk): str(row.instance) for row in formset.initial_forms}
        self.what = str(formset.model._meta.verbose_name)
        total = self.data.get(f"{self.prefix}-TOTAL_FORMS", "")
        self.total = min(int(total), formset.absolute_max) if total.isdecimal() else -1

    def merge_rows(self) -> None:
        """Write the form's rows anew: first those that exist, then those that are to be."""
        if self.total < 0 or (self.was == self.now):
            return
        posted = [self.posted_row(number) for number in range(self.total)]
        by_key = {row["id"]: row for row in posted if row.get("id")}
        existing = [self.existing_row(key, by_key.get(key)) for key in self.now]
        added = [key for key in self.now if key not in self.was]
        new = []
        for row in posted:
            twin = None if row.get("id") else self.twin_of(row, added)
            if twin:
                added.remove(twin)
            elif not row.get("id"):
                new.append(row)
        for key in added:
            self.tell(gettext("They added a row (%(what)s): %(name)s"), self.names[key])
        new += [
            row for key, row in by_key.items() if key not in self.now and self.survives(key, row)
        ]
        self.write(existing, new)

    def posted_row(self, number: int) -> dict[str, str]:
        """Return what the form says of the row of a number, by field."""
        start = f"{self.prefix}-{number}-"
        return {
            name.removeprefix(start): str(self.data[name])
            for name in self.data
            if name.startswith(start)
        }

    def existing_row(self, key: str, row: dict[str, str] | None) -> dict[str, str]:
        """Return a row that exists as the form should show it."""
        if row is None:
            return self.as_sent(self.now[key]) | {"id": key}
        start = self.start_of(key)
        for name, old, new in self.merge(self.blank, start, self.was[key], self.now[key]):
            difference = told(self.blank.fields[name], old, new)
            if difference and name in self.taken:
                sentence = gettext("Taken over from them ({row}): {what}")
            else:
                sentence = gettext(
                    "You both changed this ({row}). Theirs: {what} Yours stands below; saving "
                    "again keeps it."
                )
            if difference:
                self.conflict.news.append(worded(sentence, difference, row=self.names[key]))
        if "DELETE" in row and self.was[key] != self.now[key]:
            self.tell(gettext("You remove what they changed (%(what)s): %(name)s"), self.names[key])
        return self.posted_row(int(start.split("-")[-2]))

    def start_of(self, key: str) -> str:
        """Return how the names of the fields of an existing row start in the form."""
        number = next(n for n in range(self.total) if self.posted_row(n).get("id") == key)
        return f"{self.prefix}-{number}-"

    def survives(self, key: str, row: dict[str, str]) -> bool:
        """Tell whether a row that others deleted comes back as a new one: if it was written in."""
        if "DELETE" in row or key not in self.was:
            return False
        start, was = self.start_of(key), self.was[key]
        is_touched = any(
            one.has_changed(same_lines(was[name]), self.typed(one, start + name))
            for name, one in self.blank.fields.items()
            if name in was
        )
        row.pop("id")
        name = told_row(self.blank, was)
        if is_touched:
            self.tell(
                gettext("They removed a row that you changed (%(what)s): %(name)s. It stays."), name
            )
        else:
            self.tell(gettext("They removed a row (%(what)s): %(name)s"), name)
        return is_touched

    def twin_of(self, row: dict[str, str], keys: Iterable[str]) -> str | None:
        """Return which of the rows that others added says the same as a new one, if any does."""
        for key in keys:
            sent = self.as_sent(self.now[key])
            if all(row.get(name, "") == value for name, value in sent.items()):
                return key
        return None

    def as_sent(self, values: Values) -> dict[str, str]:
        """Return the values of a row as a browser would send them."""
        sent = QueryDict(mutable=True)
        kept, self.data = self.data, sent
        for name, one in self.blank.fields.items():
            if name in values:
                self.put(name, one, values[name])
        self.data = kept
        return {name: str(sent[name]) for name in sent}

    def tell(self, sentence: str, name: str) -> None:
        """Add a sentence to the news."""
        self.conflict.news.append(sentence % {"what": self.what, "name": name})

    def write(self, existing: list[dict[str, str]], new: list[dict[str, str]]) -> None:
        """Put the rows into the form, numbered anew."""
        for number in range(self.total):
            for name in self.posted_row(number):
                del self.data[f"{self.prefix}-{number}-{name}"]
        rows = [*existing, *new]
        for number, row in enumerate(rows):
            for name, value in row.items():
                self.data[f"{self.prefix}-{number}-{name}"] = value
        self.data[f"{self.prefix}-TOTAL_FORMS"] = str(len(rows))
        self.data[f"{self.prefix}-INITIAL_FORMS"] = str(len(existing))


def same(old: Any, new: Any) -> bool:
    """Tell whether two values are the same to a form, where nothing and empty are."""
    return old == new or (old in (None, "") and new in (None, ""))


def shown(one: forms.Field, value: Any) -> str:
    """Return a value of a form's field as a person reads it."""
    if isinstance(one, forms.BooleanField):
        return pgettext("value of a field", "yes") if value else pgettext("value of a field", "no")
    if isinstance(one, forms.ModelChoiceField) and value:
        assert one.queryset is not None  # noqa: S101
        return str(one.queryset.model._base_manager.filter(pk=value).first() or "")
    if isinstance(one, forms.ChoiceField):
        return str(dict(one.choices).get(value, value or ""))  # type: ignore[arg-type]
    return "" if value is None else str(value)


def told(one: forms.Field, old: Any, new: Any) -> Difference | None:
    """Return how a field changed, in words; None if a person would see no difference."""
    is_text = isinstance(one, forms.CharField) and not isinstance(
        one, forms.URLField | forms.SlugField
    )
    difference = Difference(str(one.label or ""), shown(one, old), shown(one, new), is_text)
    return difference if difference.old != difference.new else None


def told_row(blank: Any, values: Mapping[str, Any]) -> str:
    """Return what a row that is gone said: its first value that says something."""
    texts = (shown(one, values.get(name)) for name, one in blank.fields.items() if name in values)
    return next((text for text in texts if text), "")


def worded(sentence: str, difference: Difference, **names: str) -> str:
    """Return a sentence with a difference in it, old and new marked, as safe HTML."""
    what = render_to_string("admin/canon/_difference.html", {"difference": difference})
    return format_html(sentence, what=what, **names)
