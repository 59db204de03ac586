"""The kinds of file a table of the canon is exported as: fit for a spreadsheet, and read back.

A cell that a spreadsheet would run gets an apostrophe in front, which the import takes off again.
django-import-export's own formats would take the sign itself off, which changes what is exported,
and load the packages of all kinds of file together, used or not.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from canon.exports.table import defuse

WIDE = 60
NARROW = 18
LONG_COLUMNS = {"annotation_en", "annotation_zh_hans", "introduction_en", "introduction_zh_hans"}
LONG_COLUMNS |= {"address", "links", "title"}


class Format:
    """One kind of file."""

    extension: str
    content_type: str

    def write(self, dataset: Any) -> bytes:
        """Return the bytes of the file."""
        raise NotImplementedError


class CSV(Format):
    """Comma-separated, in UTF-8 with the mark that spreadsheets look for."""

    extension = "csv"
    content_type = "text/csv; charset=utf-8"

    def write(self, dataset: Any) -> bytes:
        """Return the bytes of the file."""
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(dataset.headers)
        table.writerows([safe(cell) for cell in cells] for cells in dataset)
        return text.getvalue().encode("utf-8-sig")


class JSON(Format):
    """A list of objects, one for each row."""

    extension = "json"
    content_type = "application/json"

    def write(self, dataset: Any) -> bytes:
        """Return the bytes of the file."""
        records = [dict(zip(dataset.headers, cells, strict=True)) for cells in dataset]
        return f"{json.dumps(records, ensure_ascii=False, indent=1)}\n".encode()


class XLSX(Format):
    """A workbook with one sheet."""

    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, dataset: Any) -> bytes:
        """Return the bytes of the file."""
        # Of some megabytes, which only workbooks need.
        from openpyxl import Workbook
        from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
        from openpyxl.styles import Alignment, Font

        book = Workbook()
        sheet = book.worksheets[0]
        sheet.append(dataset.headers)
        sheet.freeze_panes = "B2"
        for cells in dataset:
            sheet.append([showable(safe(cell), ILLEGAL_CHARACTERS_RE) for cell in cells])
        for column in sheet.iter_cols():
            is_long = column[0].value in LONG_COLUMNS
            sheet.column_dimensions[column[0].column_letter].width = WIDE if is_long else NARROW
            column[0].font = Font(bold=True)
            for cell in column[1:]:
                cell.alignment = Alignment(wrap_text=is_long, vertical="top")
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


# The form counts them; the page names them in the order of their use.
FORMATS: tuple[type[Format], ...] = (CSV, JSON, XLSX)


def safe(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs."""
    return defuse(cell) if isinstance(cell, str) else cell


def showable(cell: Any, unshowable: re.Pattern[str]) -> Any:
    """Return a cell without what no workbook can hold."""
    return unshowable.sub("\ufffd", cell) if isinstance(cell, str) else cell
