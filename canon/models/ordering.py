"""Order: sections and items have a place, and places stay dense, 1 to n, whoever moves what.

`save` and `delete` see to it. Fixtures, whose rows are saved raw, keep the numbers they bring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from canon.models.locks import lock_outline

if TYPE_CHECKING:
    from canon.models.sections import Section

Row = TypeVar("Row", bound=models.Model)

# Above every number in use: the constraint looks at each row as it is written, so that rows which
# change places first leave for here.
ASIDE = 1_000_000_000


@contextmanager
def renumbering(rows: models.QuerySet[Any], numbers: Mapping[int, int]) -> Iterator[None]:
    """Give the `rows` of these ids these positions, in three queries however many they are.

    Within the block those that are to change stand aside, so that every number they had, and will
    have, is free.
    """
    shifts = defaultdict[int, list[int]](list)
    for pk, position in rows.order_by().values_list("pk", "position"):
        if pk in numbers and numbers[pk] != position:
            shifts[numbers[pk] - position].append(pk)
    moved = rows.model._base_manager.filter(pk__in=[pk for ids in shifts.values() for pk in ids])
    if shifts:
        moved.update(position=F("position") + ASIDE)
    yield
    if shifts:
        shift = Case(
            *(When(pk__in=ids, then=Value(by)) for by, ids in shifts.items()),
            output_field=models.IntegerField(),
        )
        moved.update(position=F("position") - ASIDE + shift)


def renumber(rows: models.QuerySet[Any], numbers: Mapping[int, int]) -> None:
    """Give the `rows` of these ids these positions."""
    with renumbering(rows, numbers):
        pass


def insert(order: list[int], pk: int, position: int | None) -> int:
    """Put `pk` at `position` of `order`, from 1; last if None or too large. Return where it is."""
    place = len(order) + 1 if position is None else min(max(position, 1), len(order) + 1)
    order.insert(place - 1, pk)
    return place


class Placed(models.Model):
    """A row with a position among others.

    It knows the place it was loaded with: saving a row whose place was not touched leaves it
    where others have moved it meanwhile.
    """

    PLACE: ClassVar[tuple[str, ...]]
    position: int | None

    class Meta:
        abstract = True

    def save(self, **kwargs: Any) -> None:
        """Save the row; if its place was touched, the others make room and close ranks."""
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and not self.names_place(update_fields):
            super().save(**kwargs)
            return
        with transaction.atomic():
            lock_outline()
            if self.stays() and self.learn_place():
                super().save(**kwargs)
            else:
                self.take_place(kwargs)
        self._loaded = self.place

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Load a row, and remember its place."""
        row = super().from_db(*args, **kwargs)
        row._loaded = row.place
        return row

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Load the row anew, and remember its place."""
        super().refresh_from_db(*args, **kwargs)
        self._loaded = self.place

    @property
    def rows(self) -> Any:
        """All rows of the model, of which this is one."""
        return type(self)._base_manager

    @property
    def place(self) -> dict[str, Any]:
        """What says where the row stands, as far as it has been loaded."""
        return {name: self.__dict__[name] for name in self.PLACE if name in self.__dict__}

    def names_place(self, fields: Iterable[str]) -> bool:
        """Tell whether one of these fields says where the row stands."""
        names = {self._meta.get_field(name).name for name in self.PLACE}
        return bool({*fields} & {*names, *self.PLACE})

    def stays(self) -> bool:
        """Tell whether nobody asked for the row to stand elsewhere."""
        return not self._state.adding and self.place == self._loaded

    def learn_place(self) -> bool:
        """Bring what this row knows of its place up to date; False if it has been deleted."""
        places = self.rows.filter(pk=self.pk).values(*self.PLACE)
        current = places.first()
        for name in self.place if current else ():
            setattr(self, name, current[name])
        return current is not None

    def take_place(self, kwargs: dict[str, Any]) -> None:
        """Save the row with `kwargs` and give everything its number."""
        raise NotImplementedError

    # The position that a form or a file asks for need not be free: `save` makes room.

    def validate_unique(self, exclude: Iterable[str] | None = None) -> None:
        """Refuse what has to be unique and is not, but for the position."""
        super().validate_unique({*(exclude or ()), "position"})

    def validate_constraints(self, exclude: Iterable[str] | None = None) -> None:
        """Refuse what breaks a constraint, but for that of the position."""
        super().validate_constraints({*(exclude or ()), "position"})


class PlacedItem(Placed):
    """An item's position counts within its section, whatever the state of the items."""

    PLACE = ("section_id", "position")
    section_id: int

    class Meta:
        abstract = True

    def move_to(self, section: Section, position: int | None = None) -> None:
        """Move the item to `position` of `section`; last if None or too large."""
        with transaction.atomic():
            lock_outline()
            self.refresh_from_db()
            self.section_id, self.position = section.pk, position
            self.save(update_fields=self.PLACE)

    def take_place(self, kwargs: dict[str, Any]) -> None:
        """Make room in the section, save, and close the gap in the section it has left."""
        items = self.rows
        was_in = items.filter(pk=self.pk).values_list("section_id", flat=True).first()
        others = items.filter(section=self.section_id).exclude(pk=self.pk)
        order = list(others.order_by("position").values_list("pk", flat=True))
        self.position = insert(order, self.pk or 0, self.position)
        # The row itself is not written before `save`, which keeps for its history how it was.
        with renumbering(others, numbered(order)):
            super(Placed, self).save(**kwargs)
        if was_in not in (None, self.section_id):
            close_ranks([was_in])

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the item and close the gap. Raises ProtectedError if readers marked it."""
        with transaction.atomic():
            lock_items([self.pk])
            deleted = super().delete(*args, **kwargs)
            close_ranks([self.section_id])
        return deleted


class PlacedSection(Placed):
    """A section's position counts down the page across all sections, parents before children."""

    PLACE = ("parent_id", "position")
    parent_id: int | None
    # Asks `save` for a place among the sections of the same parent, from 1.
    place_among_siblings: int | None = None

    class Meta:
        abstract = True

    def stays(self) -> bool:
        """Tell whether nobody asked for the section to stand elsewhere."""
        return self.place_among_siblings is None and super().stays()

    def move_to(self, parent: Section | None, place: int | None = None) -> None:
        """Move the section, with all below it, to `place` among those of `parent`; last if None.

        Raises ValidationError if `parent` is the section itself or stands below it.
        """
        with transaction.atomic():
            lock_outline()
            self.refresh_from_db()
            self.parent_id = parent.pk if parent else None
            self.ask_for_place(place)
            self.save(update_fields=self.PLACE)

    def ask_for_place(self, place: int | None) -> None:
        """Have `save` put the section at `place` among those of its parent; last if None."""
        self.place_among_siblings = ASIDE if place is None else place

    def count_before(self) -> int:
        """Return how many sections of the same parent stand before this one."""
        count: int = self.rows.filter(parent=self.parent_id, position__lt=self.position).count()
        return count

    def clean_parent(self) -> None:
        """Refuse a parent that is the section itself or stands below it: ValidationError."""
        parents = dict(self.rows.values_list("pk", "parent_id"))
        above = self.parent_id
        while above and self.pk:
            if above == self.pk:
                message = _("A section cannot stand below itself.")
                raise ValidationError({"parent": message})
            above = parents.get(above)

    def take_place(self, kwargs: dict[str, Any]) -> None:
        """Number all sections down the page, with this one in its place, and save it."""
        self.clean_parent()
        sections = self.rows
        rows = list(sections.order_by("position").values("pk", *self.PLACE))
        children = defaultdict[int | None, list[int]](list)
        for row in rows:
            if row["pk"] != self.pk:
                children[row["parent_id"]].append(row["pk"])
        own = self.pk or 0
        insert(children[self.parent_id], own, self.wanted_place(rows))
        numbers = numbered(down_the_page(children, None))
        self.position, self.place_among_siblings = numbers[own], None
        with renumbering(sections.exclude(pk=self.pk), numbers):
            super(Placed, self).save(**kwargs)

    def wanted_place(self, rows: list[dict[str, Any]]) -> int | None:
        """Return the place among the siblings that was asked for, or that `position` comes to.

        `rows` are the places of all sections. Moving down, the section passes whoever stands at
        the position it asks for; moving up, it comes to stand before them.
        """
        if self.place_among_siblings is not None or self.position is None:
            return self.place_among_siblings
        siblings: dict[int, int] = {
            row["pk"]: row["position"] for row in rows if row["parent_id"] == self.parent_id
        }
        was_at = siblings.pop(self.pk, None)
        reach: int = self.position
        if was_at is not None and was_at < reach:
            reach += 1
        return 1 + sum(position < reach for position in siblings.values())

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the section and close the gap. Raises ProtectedError if anything is in it."""
        with transaction.atomic():
            lock_outline()
            deleted = super().delete(*args, **kwargs)
            close_ranks_of_sections()
        return deleted


def numbered(order: Iterable[int]) -> dict[int, int]:
    """Return the position, from 1, of each id."""
    return {pk: position for position, pk in enumerate(order, start=1)}


def down_the_page(children: Mapping[int | None, list[int]], parent: int | None) -> list[int]:
    """Return the ids of all sections below `parent` as one meets them reading."""
    found: list[int] = []
    for pk in children.get(parent, ()):
        found += [pk, *down_the_page(children, pk)]
    return found


def lock_items(ids: Iterable[int]) -> None:
    """Let nobody change, mark or note these items before the transaction ends."""
    lock_outline()
    items = apps.get_model("canon", "Item")._base_manager
    list(items.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))


def close_ranks(section_ids: Iterable[int]) -> None:
    """Number the items of these sections anew, so that no gap is left."""
    items = apps.get_model("canon", "Item")._base_manager
    rows = items.filter(section__in=section_ids).order_by("section", "position")
    by_section = defaultdict[int, list[int]](list)
    for pk, section_id in rows.values_list("pk", "section_id"):
        by_section[section_id].append(pk)
    numbers = {pk: n for order in by_section.values() for pk, n in numbered(order).items()}
    renumber(rows, numbers)


def close_ranks_of_sections() -> None:
    """Number all sections anew, so that no gap is left."""
    sections = apps.get_model("canon", "Section")._base_manager
    order = sections.order_by("position").values_list("pk", flat=True)
    renumber(sections.all(), numbered(order))


class PlacedItems(models.QuerySet[Row]):
    """Items that can be deleted together."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the items and close the gaps. Raises ProtectedError if readers marked one."""
        with transaction.atomic():
            found = self.order_by().values_list("pk", "section_id")
            lock_items([pk for pk, _section in found])
            sections = {section for _pk, section in found.all()}
            deleted = super().delete()
            close_ranks(sections)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class PlacedSections(models.QuerySet[Row]):
    """Sections that can be deleted together."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the sections and close the gaps. Raises ProtectedError if one is not empty."""
        with transaction.atomic():
            lock_outline()
            deleted = super().delete()
            close_ranks_of_sections()
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]
