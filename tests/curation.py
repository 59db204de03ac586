"""Takes tables of the canon out and in again, as the curators' desk does."""

import csv
import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

FORMATS = {"csv": "0", "json": "1", "xlsx": "2"}


def address(model, page):
    """Return the address of the export or the import of a model."""
    return f"/admin/canon/{model}/{page}/"


def export(client, model, kind, query=""):
    """Return the bytes of an export."""
    response = client.post(
        address(model, "export") + query, {"resource": 0, "format": FORMATS[kind]}
    )
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].endswith(f'.{kind}"')
    return response.content


def upload(client, model, data, name="canon.csv"):
    """Send a file; return the page that shows what it would change, or what is wrong with it."""
    file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    return client.post(address(model, "import"), {"file": file}, follow=True)


def confirm(client, model, page):
    """Confirm what a page shows."""
    fingerprint = page.context["plan"].fingerprint
    data = {"action": "confirm", "fingerprint": fingerprint}
    return client.post(address(model, "import"), data)


def bring_in(client, model, data, name="canon.csv"):
    """Import a file, errors or not; return its plan."""
    page = upload(client, model, data, name)
    assert confirm(client, model, page).status_code == 302
    return page.context["plan"]


def table(*rows):
    """Return the CSV text of these rows, the first of which names the columns."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def read_csv(data):
    """Return the lines of an exported CSV file by column."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def workbook(*rows):
    """Return the bytes of a workbook with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def said(plan):
    """Return the complaints of a plan: line, column, reason."""
    return [(row.line, one.column, one.reason) for row in plan.bad for one in row.complaints]
