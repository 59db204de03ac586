"""A reader takes everything along, as JSON or as a table, in the same bytes until it changes."""

import csv
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.exports import as_csv, as_json
from canon.models import Item, Status, change_marks, write_note
from tests.pages import get
from tests.readers import make_reader
from tests.transfers import AWKWARD, fill, items

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def exported(client):
    return json.loads(client.get("/reading/canon.json").content)


def table(client):
    """Return the lines of the CSV by slug, as a spreadsheet shows them."""
    text = client.get("/reading/canon.csv").content.decode("utf-8-sig")
    return {row["slug"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_the_json_names_its_format_and_holds_every_preference(client, reader):
    fill(reader)
    document = exported(client)
    assert (document["format"], document["version"]) == ("canon-reading", 1)
    assert document["preferences"] == {
        "language": "zh-hans",
        "time_zone": "Asia/Tokyo",
        "theme": "dark",
        "shortcuts": False,
        "weekly_goal": 3,
        "handle": "bookworm",
        "is_public": True,
    }


def test_the_json_holds_marks_with_dates_and_the_order_of_the_queue(client, reader):
    fill(reader)
    first, _second, third, fourth, fifth, _sixth = items(6)
    entries = exported(client)["items"]
    assert entries[first.slug]["title"] == first.title
    assert entries[first.slug]["address"] == first.url
    assert entries[first.slug]["mark"] == {
        "status": "read",
        "started_on": "2024-02-29",
        "finished_on": "2024-03-05",
        "queue_position": None,
    }
    assert entries[fifth.slug]["mark"]["queue_position"] == 1
    assert entries[fourth.slug]["mark"]["queue_position"] == 2
    assert entries[third.slug]["mark"] is None
    assert [event["status"] for event in entries[third.slug]["events"]] == ["queued", ""]


def test_the_json_holds_notes_with_version_and_times(client, reader):
    fill(reader)
    sixth = items(6)[5]
    note = exported(client)["items"][sixth.slug]["note"]
    row = reader.notes.get(item=sixth)
    assert (note["text"], note["version"]) == ("a second version", 2)
    assert note["created_at"] == row.created_at.isoformat(timespec="microseconds")
    assert note["updated_at"] > note["created_at"]


def test_an_emptied_note_is_no_note(client, reader):
    item = items(1)[0]
    write_note(reader, item, "something", based_on=0)
    write_note(reader, item, "", based_on=1)
    assert exported(client)["items"] == {}


def test_items_come_in_canon_order(client, reader):
    fill(reader)
    order = [item.slug for item in Item.objects.in_canon_order()]
    slugs = list(exported(client)["items"])
    assert slugs == sorted(slugs, key=order.index)


@pytest.mark.parametrize("path", ["/reading/canon.json", "/reading/canon.csv"])
def test_the_same_holdings_give_the_same_bytes_in_either_language(client, reader, path):
    fill(reader)
    first = client.get(path).content
    assert client.get(path).content == first
    assert client.get(f"/zh-hans{path}").content == first


def test_marks_on_retired_items_are_taken_along(client, reader):
    item = items(1)[0]
    change_marks(reader, [item], Status.READ)
    item.state = Item.State.RETIRED
    item.save()
    assert item.slug in exported(client)["items"]
    assert table(client)[item.slug]["status"] == "read"


def test_the_table_has_one_line_for_every_published_item(client, reader):
    draft = Item.objects.last()
    draft.state = Item.State.DRAFT
    draft.save()
    rows = table(client)
    assert len(rows) == Item.objects.published().count()
    assert draft.slug not in rows


def test_the_table_tells_mark_dates_and_place_in_the_queue(client, reader):
    fill(reader)
    first, *_rest, fifth, _sixth = items(6)
    row = table(client)[first.slug]
    assert (row["status"], row["started"], row["finished"], row["queue"]) == (
        "read",
        "2024-02-29",
        "2024-03-05",
        "",
    )
    assert table(client)[fifth.slug]["queue"] == "1"


def test_the_table_begins_with_the_mark_by_which_spreadsheets_know_utf_8(client, reader):
    assert client.get("/reading/canon.csv").content.startswith(b"\xef\xbb\xbfslug,title,address,")


def test_no_cell_of_the_table_is_a_formula(client, reader):
    fill(reader)
    Item.objects.filter(slug=items(1)[0].slug).update(title="=cmd|'/c calc'!A1")
    cells = [cell for row in table(client).values() for cell in row.values()]
    assert [cell for cell in cells if cell and cell[0] in "=+-@\t\r"] == []
    assert "'=cmd|'/c calc'!A1" in cells
    assert "'=HYPERLINK(1)" in cells
    assert "''=already quoted" in cells
    assert "'plain" in cells
    assert AWKWARD[9] in cells


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/reading/canon.json", "canon.json", "application/json"),
        ("/reading/canon.csv", "canon.csv", "text/csv"),
        ("/reading/notebook.zip", "canon-notebook.zip", "application/zip"),
    ],
)
def test_an_export_is_a_private_download(client, reader, path, name, kind):
    answer = client.get(path)
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"].startswith(kind)
    assert "private" in answer["Cache-Control"]
    assert client.post(path).status_code == 405


def test_the_page_leads_to_every_export(client, reader):
    fill(reader)
    page = get(client, "/reading/transfer/")
    addresses = [link.get("href") for link in page.one("dl", class_="exports").all("a")]
    assert addresses == ["/reading/canon.json", "/reading/canon.csv", "/reading/notebook.zip"]
    assert "You have marked 5 items." in page.text
    assert "You have written 15 notes." in page.text


@pytest.mark.parametrize(
    "path",
    ["/reading/transfer/", "/reading/canon.json", "/reading/canon.csv", "/reading/notebook.zip"],
)
def test_queries_do_not_grow_with_what_the_reader_holds(client, reader, path):
    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    def hold(some):
        change_marks(reader, some, Status.READ)
        for item in some:
            write_note(reader, item, "a note", based_on=0)

    hold(items(2))
    before = count()
    hold(items(80, start=2))
    assert count() == before


def test_a_reader_with_nothing_gets_valid_files(reader):
    assert json.loads(as_json(reader))["items"] == {}
    assert len(as_csv(reader).splitlines()) == 97
