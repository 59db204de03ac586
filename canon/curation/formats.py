"""The kinds of file a table of the canon is exported as: fit for a spreadsheet, and read back.

A cell that a spreadsheet would run gets an apostrophe in front, which the import takes off again.
django-import-export's own way, to take the sign itself off, would change what is exported.
"""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from import_export.formats import base_formats
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font

from canon.exports.table import defuse

WIDE = 60
NARROW = 18
LONG_COLUMNS = {"annotation_en", "annotation_zh_hans", "introduction_en", "introduction_zh_hans"}
LONG_COLUMNS |= {"address", "links", "title"}


class CSV(base_formats.CSV):  # type: ignore[misc]
    """Comma-separated, in UTF-8 with the mark that spreadsheets look for."""

    CONTENT_TYPE = "text/csv; charset=utf-8"

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        """Return the bytes of the file."""
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(dataset.headers)
        table.writerows([safe(cell) for cell in cells] for cells in dataset)
        return text.getvalue().encode("utf-8-sig")


class JSON(base_formats.JSON):  # type: ignore[misc]
    """A list of objects, one for each row."""

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        """Return the bytes of the file."""
        records = [dict(zip(dataset.headers, cells, strict=True)) for cells in dataset]
        return f"{json.dumps(records, ensure_ascii=False, indent=1)}\n".encode()


class XLSX(base_formats.XLSX):  # type: ignore[misc]
    """A workbook with one sheet."""

    def export_data(self, dataset: Any, **_kwargs: Any) -> bytes:
        """Return the bytes of the file."""
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.append(dataset.headers)
        sheet.freeze_panes = "B2"
        for cells in dataset:
            sheet.append([showable(safe(cell)) for cell in cells])
        for column in sheet.iter_cols():
            is_long = column[0].value in LONG_COLUMNS
            sheet.column_dimensions[column[0].column_letter].width = WIDE if is_long else NARROW
            column[0].font = Font(bold=True)
            for cell in column[1:]:
                cell.alignment = Alignment(wrap_text=is_long, vertical="top")
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()


def safe(cell: Any) -> Any:
    """Return a cell that no spreadsheet runs."""
    return defuse(cell) if isinstance(cell, str) else cell


def showable(cell: Any) -> Any:
    """Return a cell without what no workbook can hold."""
    return ILLEGAL_CHARACTERS_RE.sub("\ufffd", cell) if isinstance(cell, str) else cell
