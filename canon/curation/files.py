"""From the bytes of an uploaded table to its columns and rows."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from django.utils.translation import gettext as _

from canon.exports.table import undefuse
from canon.imports.values import UNKEEPABLE

LARGEST = 5 * 1024 * 1024
# A workbook is a zip: what it holds is asked for before anything is unpacked.
LARGEST_UNPACKED = 60 * 1024 * 1024
MOST_PARTS = 1000
MOST_ROWS = 5000
MOST_COLUMNS = 60
DELIMITERS = ",;\t"


class UnreadableError(ValueError):
    """Nothing of an upload can be used; the message says why, for the curator."""


@dataclass(frozen=True)
class Row:
    """One row of a table; None stands for a cell that is not there."""

    line: int
    cells: tuple[str | None, ...]
    # Whether it goes on beyond the last named column.
    is_too_long: bool = False


@dataclass(frozen=True)
class Sheet:
    """What a file says, whichever kind it is: every cell a text."""

    name: str
    # Whether it counts lines, as a spreadsheet does, the names of the columns being the first.
    has_lines: bool
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the sheet in values that a session can keep."""
        rows = [[row.line, row.is_too_long, *row.cells] for row in self.rows]
        columns = list(self.columns)
        return {"name": self.name, "lines": self.has_lines, "columns": columns, "rows": rows}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return the sheet that `to_json` wrote."""
        rows = tuple(
            Row(line, tuple(cells), is_too_long) for line, is_too_long, *cells in kept["rows"]
        )
        return cls(kept["name"], kept["lines"], tuple(kept["columns"]), rows)


def read_sheet(data: bytes, name: str) -> Sheet:
    """Return what the CSV, JSON or XLSX file `data` of this name says.

    Its content decides which of them it is. Raises UnreadableError if it is none, or too large.
    """
    if len(data) > LARGEST:
        raise UnreadableError(_("The file is larger than 5 MB."))
    if data.startswith(b"PK"):
        return make_sheet(name, read_workbook(data))
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableError(_("This is an old kind of workbook: save it as XLSX or CSV."))
    text = decode(data)
    if text.lstrip()[:1] in ("[", "{"):
        return read_records(name, text)
    return make_sheet(name, read_lines(text))


def decode(data: bytes) -> str:
    """Return the text of a file; raise UnreadableError if it is not in Unicode."""
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(
            _("The file is not in UTF-8. From a spreadsheet, save it as “CSV UTF-8”.")
        ) from error
    if not text.strip():
        raise UnreadableError(_("The file is empty."))
    return text


def read_lines(text: str) -> Iterator[list[str]]:
    """Yield the lines of a CSV text; raise UnreadableError where it is broken."""
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda sign: len(next(csv.reader([head], delimiter=sign), [])))
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in lines:
            yield [undefuse(keepable(cell)) for cell in cells]
    except csv.Error as error:
        raise UnreadableError(
            _("The file is broken CSV near line %(line)d.") % {"line": lines.line_num}
        ) from error


def read_workbook(data: bytes) -> Iterator[list[str]]:
    """Yield the rows of the sheet of a workbook that was last looked at.

    Raises UnreadableError if the workbook is broken, or would unpack to more than is read.
    """
    import openpyxl  # of some megabytes, which only workbooks need

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
            raise UnreadableError(_("The workbook holds too much."))
        if any(has_entities(archive.read(part)) for part in parts):
            raise UnreadableError(_("The file is a broken workbook, or none at all."))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0] if book.active is None else book.active
        # What a workbook says of its own size may be a lie.
        sheet.reset_dimensions()
        for cells in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True):
            yield [undefuse(as_text(cell)) for cell in cells]
    except UnreadableError:
        raise
    except Exception as error:
        # A broken workbook makes openpyxl raise nearly anything.
        raise UnreadableError(_("The file is a broken workbook, or none at all.")) from error


def has_entities(part: bytes) -> bool:
    """Tell whether a part of a workbook defines entities, which no spreadsheet does.

    They stand for a hundred times the text that the zip admits to. XML may be in UTF-16.
    """
    return b"<!DOCTYPE" in part.replace(b"\0", b"")


def make_sheet(name: str, lines: Iterable[list[str]]) -> Sheet:
    """Return the sheet of a table whose first line names the columns."""
    found = iter(lines)
    columns = [tidy_name(cell) for cell in next(found, [])]
    while columns and not columns[-1]:
        columns.pop()
    rows = []
    for line, cells in enumerate(islice(found, MOST_ROWS + 1), start=2):
        if line > MOST_ROWS + 1:
            raise UnreadableError(too_many())
        if any(cell.strip() for cell in cells):
            own: list[str | None] = [*cells[: len(columns)]]
            own += [None] * (len(columns) - len(own))
            rest = any(cell.strip() for cell in cells[len(columns) :])
            rows.append(Row(line, tuple(own), rest))
    return checked(Sheet(name, has_lines=True, columns=tuple(columns), rows=tuple(rows)))


def read_records(name: str, text: str) -> Sheet:
    """Return the sheet of a JSON list of objects; raise UnreadableError if it is none."""
    try:
        records = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableError(
            _("The file is broken JSON at line %(line)d, column %(column)d.")
            % {"line": error.lineno, "column": error.colno}
        ) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableError(_("This JSON cannot be read.")) from error
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise UnreadableError(_("The JSON should be a list of objects, one for each row."))
    if len(records) > MOST_ROWS:
        raise UnreadableError(too_many())
    named = [{tidy_name(key): as_text(cell) for key, cell in one.items()} for one in records]
    columns = tuple(dict.fromkeys(key for one in named for key in one))
    rows = [
        Row(number, tuple(one.get(column) for column in columns))
        for number, one in enumerate(named, start=1)
    ]
    return checked(Sheet(name, has_lines=False, columns=columns, rows=tuple(rows)))


def checked(sheet: Sheet) -> Sheet:
    """Return a sheet that has columns and rows; raise UnreadableError for any other."""
    if len(sheet.columns) > MOST_COLUMNS:
        raise UnreadableError(_("The file has too many columns."))
    double = [name for name in sheet.columns if name and sheet.columns.count(name) > 1]
    if double:
        raise UnreadableError(_("The column “%(name)s” stands twice.") % {"name": double[0]})
    if not sheet.rows:
        raise UnreadableError(_("The file has no rows below the names of its columns."))
    return sheet


def too_many() -> str:
    """Return the complaint about a file that goes on and on."""
    return _("The file has more than %(limit)d rows: import it in parts.") % {"limit": MOST_ROWS}


def tidy_name(cell: str) -> str:
    """Return the name of a column as it is compared: people write “Title EN”."""
    return "_".join(keepable(cell).lower().split())[:100]


def keepable(text: str) -> str:
    """Return `text` with what no database keeps replaced by a sign that shows it."""
    return UNKEEPABLE.sub("\ufffd", text)


def as_text(cell: Any) -> str:
    """Return what a cell of a workbook or a value of JSON says."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, list):
        return "\n".join(as_text(part) for part in cell)
    if isinstance(cell, dict):
        return json.dumps(cell, ensure_ascii=False)
    return keepable(str(cell))
