"""Reads our own CSV, also as a spreadsheet has saved it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from canon.exports import COLUMNS, undefuse
from canon.imports.documents import Document, Entry, SavedNote, UploadError
from canon.imports.values import UnusableError, read_note_text, read_state, read_text

DELIMITERS = ",;\t"
WHOLE = 9  # digits that any integer column takes


def read_table(text: str) -> Document:
    """Return what a CSV export says; lines that cannot be used are complaints.

    Raises UploadError if it is no CSV or lacks the columns.
    """
    document = Document()
    rows = read_rows(text)
    _line, head = next(rows, (1, []))
    columns = check_head(head)
    wording = _("line %(number)d")
    for line, row in rows:
        where = wording % {"number": line}
        try:
            entry = read_row(where, columns, row)
        except UnusableError as error:
            document.complaints.add(where, str(error))
            continue
        if not entry.is_blank:
            document.entries.append(entry)
    return document


def read_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not empty with the number of the line in the file it begins on."""
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in rows:
            if row:
                yield begins, row
            begins = rows.line_num + 1
    except csv.Error as error:
        raise UploadError(
            _("The CSV file is broken at line %(line)d.") % {"line": begins}
        ) from error


def check_head(head: list[str]) -> list[str]:
    """Return the names of the columns; raise UploadError unless they name items and say more."""
    columns = [cell.strip().lower() for cell in head]
    known = set(columns) & set(COLUMNS)
    if not known & {"slug", "address"} or not known & {"status", "note"}:
        raise UploadError(_("This is neither a JSON nor a CSV export of Canon."))
    if any(columns.count(name) > 1 for name in known):
        raise UploadError(_("A column stands twice in the first line."))
    return columns


def read_row(where: str, columns: list[str], row: list[str]) -> Entry:
    """Return what a line says; raise UnusableError if it cannot be used."""
    if len(row) > len(columns):
        raise UnusableError(_("The line has more cells than there are columns."))
    cells = {name: undefuse(read_text(cell)) for name, cell in zip(columns, row, strict=False)}
    status = cells.get("status", "").strip().lower()
    queue = cells.get("queue", "").strip()
    whole = queue.isascii() and queue.isdigit() and len(queue) <= WHOLE
    state = read_state(
        {
            "status": "" if status == "unread" else status,
            "started_on": cells.get("started", "").strip(),
            "finished_on": cells.get("finished", "").strip(),
            "queue_position": int(queue) if whole else queue or None,
        }
    )
    note = read_note_text(cells.get("note", ""))
    return Entry(
        where=where,
        slug=cells.get("slug", "").strip(),
        address=cells.get("address", "").strip(),
        state=state,
        note=SavedNote(note) if note else None,
    )
