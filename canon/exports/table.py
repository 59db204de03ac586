"""Marks and notes as a CSV table: one line an item, fit for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re

from canon.exports.records import Record, read_records
from canon.models import Reader

COLUMNS = ("slug", "title", "address", "status", "started", "finished", "queue", "note")

# A spreadsheet runs a cell that begins like this as a formula.
FORMULA = re.compile(r"'*[=+\-@\t\r]")
DEFUSED = re.compile(r"'+[=+\-@\t\r]")


def as_csv(user: Reader) -> bytes:
    """Return the published canon, and what else `user` holds, with their marks and notes.

    The byte order mark tells spreadsheets that it is UTF-8.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for record in read_records(user, whole_canon=True):
        table.writerow([defuse(cell) for cell in cells(record)])
    return text.getvalue().encode("utf-8-sig")


def cells(record: Record) -> list[str]:
    """Return the cells of a record's line."""
    item, state = record.item, record.state
    return [
        item.slug,
        item.title,
        item.url,
        state.status,
        state.started_on.isoformat() if state.started_on else "",
        state.finished_on.isoformat() if state.finished_on else "",
        str(state.queue_position or ""),
        record.note.text if record.note else "",
    ]


def defuse(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `undefuse` gives the cell back.

    One apostrophe is put before it, also where it begins with apostrophes before what would be a
    formula: otherwise the way back would not be sure.
    """
    return f"'{cell}" if FORMULA.match(cell) else cell


def undefuse(cell: str) -> str:
    """Return the cell that `defuse` was given."""
    return cell[1:] if DEFUSED.match(cell) else cell
