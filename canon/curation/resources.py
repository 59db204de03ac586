"""Tables of the canon, on django-import-export: how a row is read, compared and checked.

Reading changes nothing: rows become instances that nobody has saved. What rows say about each
other is settled when all have been read, and only then are they written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import tablib
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource

from canon.curation.cells import tidy
from canon.curation.files import Sheet
from canon.curation.known import Known
from canon.history import Difference

logger = logging.getLogger(__name__)

# Columns whose texts are compared word by word.
IN_WORDS = {
    *("title", "title_en", "title_zh_hans", "gloss_en", "gloss_zh_hans", "name", "links"),
    *("annotation_en", "annotation_zh_hans", "introduction_en", "introduction_zh_hans"),
    *("retirement_reason_en", "retirement_reason_zh_hans"),
}
# The column that stands for what goes on beyond the last named one.
BEYOND = "…"


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a row, and in which column; an empty one means the row as a whole."""

    column: str
    reason: str


@dataclass
class RowPlan:
    """What one row would do."""

    line: int
    instance: Any = None
    is_new: bool = True
    # The place it asks for, whether it stands there already or not.
    place: int | None = None
    differences: list[Difference] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether it can be carried out, and changes anything."""
        return not self.complaints and (self.is_new or bool(self.differences))

    def has_changed(self, column: str) -> bool:
        """Tell whether the row would make something else of a cell."""
        return any(difference.label == column for difference in self.differences)

    def complain(self, column: str, reason: str) -> None:
        """Note that the row cannot be carried out."""
        self.complaints.append(Complaint(column, reason))


class CanonResource(ModelResource):  # type: ignore[misc]
    """What the tables of items, sections and authors share."""

    # Columns of which a file must have one, so that its rows say what they mean.
    identifying: tuple[str, ...] = ("slug",)

    def __init__(self, **kwargs: Any) -> None:
        """Begin with no rows."""
        super().__init__(**kwargs)
        self.known = Known()
        self.rows: list[RowPlan] = []
        self.row = RowPlan(0)
        self.loaded: dict[int, Any] = {}
        self.lines_by_pk: dict[int, int] = {}
        self.new_slugs: dict[str, RowPlan] = {}

    @classmethod
    def column_names(cls) -> list[str]:
        """Return the names of the columns, in order."""
        return [column.column_name for column in cls.fields.values()]

    def iter_queryset(self, queryset: Any) -> Any:
        """Yield all rows from one query, in their own order; more of them cost no more queries."""
        yield from queryset

    # Reading

    def read(self, sheet: Sheet) -> list[RowPlan]:
        """Return what each row of the sheet would do; nothing is written."""
        dataset = tablib.Dataset(headers=[*sheet.columns, BEYOND])
        for row in sheet.rows:
            dataset.append([*row.cells, "…" if row.is_too_long else None])
        # Not `import_data`, which holds the database for a dry run and asks it at every row.
        self.import_data_inner(
            dataset,
            dry_run=True,
            raise_errors=True,
            using_transactions=False,
            collect_failed_rows=False,
            lines=[row.line for row in sheet.rows],
            known=self.known,
        )
        self.settle()
        return self.rows

    def before_import(self, dataset: tablib.Dataset, **_kwargs: Any) -> None:
        """Load everything that the rows mean, at once."""
        rows = [dict(zip(dataset.headers, cells, strict=True)) for cells in dataset]
        found = {self.find({name: tidy(cell or "") for name, cell in row.items()}) for row in rows}
        self.loaded = self.load({pk for pk in found if pk})

    def import_row(self, row: dict[str, Any], instance_loader: Any, **kwargs: Any) -> Any:
        """Read one row, and keep what it would do."""
        self.row = RowPlan(line=kwargs["lines"][kwargs["row_number"] - 1])
        self.rows.append(self.row)
        result = super().import_row(row, instance_loader, **kwargs)
        if result.validation_error:
            self.keep_complaints(result.validation_error)
        for error in result.errors:
            logger.error("A row could not be read", exc_info=error.error)
            self.row.complain("", _("This row cannot be read."))
        # They are kept above; what is left in the result would be raised.
        result.validation_error, result.errors = None, []
        return result

    def before_import_row(self, row: dict[str, Any], **_kwargs: Any) -> None:
        """Leave out the cells that are not there, and what stands around the others."""
        is_too_long = row.pop(BEYOND, None) is not None
        for name, cell in list(row.items()):
            if cell is None:
                del row[name]
            else:
                row[name] = tidy(cell)
        if is_too_long:
            raise ValidationError(_("The row has more cells than there are columns."))

    def get_or_init_instance(self, _loader: Any, row: Mapping[str, str]) -> tuple[Any, bool]:
        """Return what the row means: something there is, or something new."""
        pk = self.find(row)
        instance = self.loaded[pk] if pk else self.init_instance(row)
        if pk and pk in self.lines_by_pk:
            raise ValidationError(
                _("The same stands in line %(line)d already.") % {"line": self.lines_by_pk[pk]}
            )
        if pk:
            self.lines_by_pk[pk] = self.row.line
        self.row.instance, self.row.is_new = instance, not pk
        return instance, not pk

    def import_field(
        self,
        field: Field,
        instance: Any,
        row: Mapping[str, str],
        is_m2m: bool = False,  # noqa: FBT001, FBT002
        **kwargs: Any,
    ) -> None:
        """Take over a cell, unless it says what is there already."""
        del is_m2m
        column = field.column_name
        if column not in row or self.leaves(column, row[column]):
            return
        before = "" if self.row.is_new else str(field.export(instance))
        is_said_already = row[column] == tidy(before)
        if not is_said_already:
            field.save(instance, row, **kwargs)
        if column == "position":
            self.row.place = instance.position
        if is_said_already:
            return
        after = str(field.export(instance))
        if after != before:
            words = column in IN_WORDS
            self.row.differences.append(Difference(column, before, after, is_text=words))

    def leaves(self, column: str, _cell: str) -> bool:
        """Tell whether a cell says nothing of the instance: the slug of what there is, names it."""
        return column == "slug" and not self.row.is_new

    def skip_row(
        self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None
    ) -> bool:
        """Tell whether a row says nothing new."""
        del instance, original, row
        return not (self.row.is_new or self.row.differences or import_validation_errors)

    def validate_instance(
        self,
        instance: Any,
        import_validation_errors: Any = None,
        validate_unique: bool = True,  # noqa: FBT001, FBT002
    ) -> None:
        """Check what the row would change, without asking the database."""
        del validate_unique
        errors: dict[str, Any] = dict(import_validation_errors or {})
        looked_at = {
            column.attribute
            for column in self.fields.values()
            if self.row.is_new or self.row.has_changed(column.column_name)
        }
        settled_later = {"position", "section", *errors, *(() if instance.slug else ("slug",))}
        names = {one.name for one in instance._meta.fields}
        try:
            instance.clean_fields(exclude=names - (looked_at - settled_later))
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        errors = {**self.lacking(instance), **errors}
        if errors:
            raise ValidationError(errors)

    def lacking(self, _instance: Any) -> dict[str, str]:
        """Return what is missing that only this table asks for, by attribute."""
        return {}

    def save_instance(self, *_args: Any, **_kwargs: Any) -> None:
        """Nothing is saved while rows are read."""

    def keep_complaints(self, error: ValidationError) -> None:
        """Keep what is wrong with the row, by column."""
        columns = {one.attribute: one.column_name for one in self.fields.values()}
        if not hasattr(error, "error_dict"):
            for message in error.messages:
                self.row.complain("", message)
            return
        for name, messages in error.message_dict.items():
            column = "" if name == NON_FIELD_ERRORS else columns.get(name, name)
            for message in dict.fromkeys(messages):
                self.row.complain(column, message)

    # What differs from table to table

    def find(self, row: Mapping[str, str]) -> int | None:
        """Return the id of what a row means; None if that is new."""
        raise NotImplementedError

    def load(self, ids: set[int]) -> dict[int, Any]:
        """Return what has these ids, in few queries however many they are."""
        raise NotImplementedError

    def settle(self) -> None:
        """Check what only all rows together tell."""
        raise NotImplementedError

    def write(self) -> None:
        """Save the good rows."""
        raise NotImplementedError

    # What settling shares

    def good_rows(self) -> Iterator[RowPlan]:
        """Yield the rows that can be carried out, as far as is known by now."""
        return (row for row in self.rows if row.is_good)

    def keep_slug(self, row: RowPlan, taken: Mapping[str, Any], slug: str) -> None:
        """Give what is new its slug; complain if another row has it already."""
        row.instance.slug = slug
        if slug in self.new_slugs:
            other = self.new_slugs[slug].line
            row.complain("slug", _("The same stands in line %(line)d already.") % {"line": other})
        elif slug in taken:
            row.complain("slug", _("There is one already."))
        else:
            self.new_slugs[slug] = row
