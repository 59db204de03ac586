"""The filter bar: which fields it has and what each of them keeps."""

from __future__ import annotations

import datetime
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, reduce
from operator import or_
from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from canon.models import Author, Item, ItemQuerySet, Status
from canon.outline import Outline
from canon.readers import Guest, Member

UNREAD = "unread"
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
    """Filters items by the fields of an address; what it cannot use it reports in `errors`."""

    q = django_filters.CharFilter(label=_("Text"), method="keep_matching", max_length=200)
    section = django_filters.MultipleChoiceFilter(label=_("Section"), method="keep_within")
    kind = django_filters.MultipleChoiceFilter(
        label=_("Kind"), choices=Item.Kind.choices, distinct=False
    )
    author = django_filters.MultipleChoiceFilter(label=_("Author"), method="keep_by")
    year_min = YearFilter(
        label=_("From"), field_name="year", lookup_expr="gte", min_value=1900, max_value=2100
    )
    year_max = YearFilter(
        label=_("To"), field_name="year", lookup_expr="lte", min_value=1900, max_value=2100
    )
    difficulty = django_filters.MultipleChoiceFilter(
        label=_("Level"), choices=Item.Difficulty.choices, distinct=False
    )
    effort = django_filters.MultipleChoiceFilter(
        label=_("Time"), choices=Item.Effort.choices, distinct=False
    )
    language = django_filters.MultipleChoiceFilter(
        label=_("Language"), choices=Item.Language.choices, distinct=False
    )
    status = django_filters.MultipleChoiceFilter(
        label=_("My status"),
        choices=[(UNREAD, _("Unread")), *Status.choices],
        method="keep_with_status",
    )
    note = django_filters.MultipleChoiceFilter(
        label=_("Note"),
        choices=[("yes", _("With my note")), ("no", _("Without"))],
        method="keep_with_note",
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

    class Meta:
        model = Item
        fields: tuple[str, ...] = ()
        form = FilterForm

    def __init__(
        self,
        data: QueryDict,
        *,
        outline: Outline,
        authors: Iterable[Author],
        reader: Member | Guest,
    ) -> None:
        """Bind the filter to `data`, an address's query.

        `outline` and `authors` give choices; `reader` is whose status and notes are meant.
        """
        super().__init__(tidy(data), Item.objects.none())
        self.reader = reader
        self.outline = outline
        if "section" in self.filters:
            sections = [heading.section for heading in outline.headings]
            self.filters["section"].extra["choices"] = [(s.slug, s.title) for s in sections]
        if "author" in self.filters:
            self.filters["author"].extra["choices"] = [(a.slug, a.name) for a in authors]

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
        return narrowed

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

    def passing(self, name: str) -> set[int]:
        """Return the ids of the items that pass the active filter `name`, from one query.

        Each filter is asked alone: the counts beside the choices need what is left without it.
        """
        items = self.filters[name].filter(Item.objects.published().order_by(), self.active[name])
        return set(items.values_list("pk", flat=True))

    def keep_matching(self, items: ItemQuerySet, _name: str, value: str) -> ItemQuerySet:
        """Keep the items that match a text."""
        return items.matching(value)

    def keep_within(self, items: ItemQuerySet, _name: str, value: list[str]) -> ItemQuerySet:
        """Keep the items within any of the sections or below them."""
        return items.within(self.outline.ids_within(value))

    def keep_by(self, items: ItemQuerySet, _name: str, value: list[str]) -> ItemQuerySet:
        """Keep the items by any of the authors."""
        return items.by(value)

    def keep_with_status(self, items: ItemQuerySet, _name: str, value: list[str]) -> ItemQuerySet:
        """Keep the items that the reader has given any of the statuses."""
        marks = self.reader.marks
        wanted = Q(pk__in=[pk for pk, state in marks.items() if state.status in value])
        if UNREAD in value:
            wanted |= ~Q(pk__in=list(marks))
        return items.filter(wanted)

    def keep_with_note(self, items: ItemQuerySet, _name: str, value: list[str]) -> ItemQuerySet:
        """Keep the items with a note of the reader, without one, or both."""
        noted = Q(pk__in=list(self.reader.notes))
        wanted = {"yes": noted, "no": ~noted}
        return items.filter(reduce(or_, (wanted[answer] for answer in value)))

    def keep_finished_after(
        self, items: ItemQuerySet, _name: str, value: datetime.date
    ) -> ItemQuerySet:
        """Keep the items that the reader finished on a day or later."""
        return items.filter(pk__in=self.finished(lambda day: day >= value))

    def keep_finished_before(
        self, items: ItemQuerySet, _name: str, value: datetime.date
    ) -> ItemQuerySet:
        """Keep the items that the reader finished on a day or earlier."""
        return items.filter(pk__in=self.finished(lambda day: day <= value))

    def finished(self, is_wanted: Callable[[datetime.date], bool]) -> list[int]:
        """Return the ids of the items that the reader finished on a day that is wanted."""
        marks = self.reader.marks.items()
        return [pk for pk, s in marks if s.finished_on and is_wanted(s.finished_on)]
