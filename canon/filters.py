"""The filter bar: which fields it has and what each of them keeps."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, ClassVar, cast
from weakref import WeakKeyDictionary

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from canon.bitmaps import Bitmap
from canon.editions import Edition
from canon.models import Item, Status
from canon.standing import UNREAD, Standing

FINISHED = "-finished"
# Fields of which an address may hold several values.
MULTIPLE = ("section", "kind", "author", "difficulty", "effort", "language", "status", "note")
YEARS = ("year_min", "year_max")
FINISHED_BETWEEN = ("finished_after", "finished_before")

# How items compare, from canon order; what has no year stands last either way.
ORDERS: dict[str, Callable[[Item], Any]] = {
    "year": lambda item: (item.year is None, item.year),
    "-year": lambda item: (item.year is None, -(item.year or 0)),
    "title": lambda item: item.title.lower(),
}


class FilterForm(forms.Form):
    """A form that keeps what it understands of a half-wrong address."""

    def clean(self) -> dict[str, Any]:
        """Keep known choices beside unknown ones, and drop years that run backwards."""
        for name, field in self.fields.items():
            if isinstance(field, forms.MultipleChoiceField) and name in self.errors:
                given = self.data.getlist(name) if isinstance(self.data, QueryDict) else []
                self.cleaned_data[name] = [value for value in given if field.valid_value(value)]
        backwards = _("The years run backwards: from %(first)s to %(last)s.")
        self.refuse_backwards("year_min", "year_max", backwards)
        backwards = _("The days run backwards: from %(first)s to %(last)s.")
        self.refuse_backwards("finished_after", "finished_before", backwards)
        return self.cleaned_data

    def refuse_backwards(self, lower: str, upper: str, message: Any) -> None:
        """Drop both bounds, with a message, if the lower is above the upper one."""
        first, last = self.cleaned_data.get(lower), self.cleaned_data.get(upper)
        if first and last and first > last:
            del self.cleaned_data[lower]
            bounds = {"first": first, "last": last}
            self.add_error(upper, forms.ValidationError(message, params=bounds))


class YearFilter(django_filters.Filter):
    """One bound of the year of first publication."""

    field_class = forms.IntegerField


def tidy(data: QueryDict) -> QueryDict:
    """Return `data` without what is empty, and without what is said twice."""
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        kept.setlist(name, list(dict.fromkeys(value for value in values if value)))
    return kept


class ItemFilter(django_filters.FilterSet):
    """Filters an edition by the fields of an address; what it cannot use it reports in `errors`.

    An edition is in memory, and so is what a reader made of it: no filter asks the database.
    """

    q = django_filters.CharFilter(label=_("Text"), method="keep_matching", max_length=200)
    section = django_filters.MultipleChoiceFilter(label=_("Section"), method="keep_chosen")
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Item.Kind.choices, method="keep_chosen"
    )
    author = django_filters.MultipleChoiceFilter(label=_("Author"), method="keep_chosen")
    year_min = YearFilter(label=_("From"), method="keep_from", min_value=1900, max_value=2100)
    year_max = YearFilter(label=_("To"), method="keep_until", min_value=1900, max_value=2100)
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Level"), choices=Item.Difficulty.choices, method="keep_chosen"
    )
    effort = django_filters.MultipleChoiceFilter(
        label=_("Time"), choices=Item.Effort.choices, method="keep_chosen"
    )
    language = django_filters.MultipleChoiceFilter(
        label=_("Language"), choices=Item.Language.choices, method="keep_chosen"
    )
    status = django_filters.MultipleChoiceFilter(
        label=_("My status"),
        choices=[(UNREAD, _("Unread")), *Status.choices],
        method="keep_chosen",
    )
    note = django_filters.MultipleChoiceFilter(
        label=_("Note"),
        choices=[("yes", _("With my note")), ("no", _("Without"))],
        method="keep_chosen",
    )
    finished_after = django_filters.DateFilter(
        label=_("Finished from"), method="keep_finished_after"
    )
    finished_before = django_filters.DateFilter(
        label=_("Finished until"), method="keep_finished_before"
    )
    # It keeps every item; `ORDERS` sorts what is kept.
    sort = django_filters.ChoiceFilter(
        label=_("Sort"),
        empty_label=_("Canon order"),
        choices=[
            ("year", _("Oldest first")),
            ("-year", _("Newest first")),
            ("title", _("Title")),
            (FINISHED, _("Recently finished")),
        ],
    )

    # By the edition, whose sections and authors are choices.
    form_classes: ClassVar[WeakKeyDictionary[Edition, type[forms.Form]]] = WeakKeyDictionary()

    class Meta:
        model = Item
        fields: tuple[str, ...] = ()
        form = FilterForm

    def __init__(self, data: QueryDict, standing: Standing) -> None:
        """Bind the filter to `data`, an address's query.

        `standing` holds the edition that it filters, and the reader's status and notes.
        """
        super().__init__(tidy(data), Item.objects.none())
        self.standing, self.edition = standing, standing.edition
        if "section" in self.filters:
            sections = [heading.section for heading in self.edition.outline.headings]
            self.filters["section"].extra["choices"] = [(s.slug, s.title) for s in sections]
        if "author" in self.filters:
            authors = [(author.slug, author.name) for author in self.edition.authors]
            self.filters["author"].extra["choices"] = authors

    @classmethod
    def asked(cls, data: QueryDict) -> frozenset[str]:
        """Return the names of the filters that `data` holds anything for, the order among them."""
        return frozenset(n for n, values in data.lists() if n in cls.base_filters and any(values))

    @classmethod
    @lru_cache(maxsize=256)
    def of_only(cls, names: frozenset[str]) -> type[ItemFilter]:
        """Return this class with the filters `names` alone: a form for all of them is dear."""
        narrowed = cast("type[ItemFilter]", type(cls.__name__, (cls,), {"__doc__": cls.__doc__}))
        kept = ((name, found) for name, found in cls.base_filters.items() if name in names)
        narrowed.base_filters = OrderedDict(kept)
        narrowed.form_classes = WeakKeyDictionary()
        return narrowed

    def get_form_class(self) -> type[forms.Form]:
        """Return the form of this filter's fields, made once for an edition."""
        if self.edition not in self.form_classes:
            self.form_classes[self.edition] = super().get_form_class()
        return self.form_classes[self.edition]

    @cached_property
    def active(self) -> dict[str, Any]:
        """The understood values of the fields that are filled in, sorting left out."""
        self.form.is_valid()
        values = self.form.cleaned_data.items()
        return {name: value for name, value in values if value and name != "sort"}

    @property
    def sorting(self) -> str:
        """The name of the order asked for; empty in canon order."""
        self.form.is_valid()
        return str(self.form.cleaned_data.get("sort") or "")

    def passing(self, name: str) -> Bitmap:
        """Return the items that pass the active filter `name`.

        Each filter is asked alone: the counts beside the choices need what is left without it.
        """
        everything = cast("Any", self.edition.everything)
        return cast("Bitmap", self.filters[name].filter(everything, self.active[name]))

    # What django-filter hands on to these, and takes back, are items of the edition.

    def keep_matching(self, items: Bitmap, _name: str, value: str) -> Bitmap:
        """Keep the items that match a text."""
        return items & self.edition.matching(value)

    def keep_chosen(self, items: Bitmap, name: str, value: list[str]) -> Bitmap:
        """Keep the items that have any of the values, those of a section below it among them."""
        return items & any_of(self.standing.having(name), value)

    def keep_from(self, items: Bitmap, _name: str, value: int) -> Bitmap:
        """Keep the items of a year or later."""
        years = self.edition.values["year"]
        return items & any_of(years, (year for year in years if int(year) >= value))

    def keep_until(self, items: Bitmap, _name: str, value: int) -> Bitmap:
        """Keep the items of a year or earlier."""
        years = self.edition.values["year"]
        return items & any_of(years, (year for year in years if int(year) <= value))

    def keep_finished_after(self, items: Bitmap, _name: str, value: datetime.date) -> Bitmap:
        """Keep the items that the reader finished on a day or later."""
        return items & self.standing.finished(lambda day: day >= value)

    def keep_finished_before(self, items: Bitmap, _name: str, value: datetime.date) -> Bitmap:
        """Keep the items that the reader finished on a day or earlier."""
        return items & self.standing.finished(lambda day: day <= value)


def any_of(having: Mapping[str, Bitmap], values: Iterable[str]) -> Bitmap:
    """Return the items that have any of `values`."""
    return reduce(or_, (having.get(value, 0) for value in values), 0)
