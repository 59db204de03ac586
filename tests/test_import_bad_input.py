"""Whatever is uploaded: a clear answer, never an error of ours, and nothing is changed by it."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from canon.exports import as_json
from canon.imports import make_plan, read_upload
from canon.models import Status, change_marks
from tests.pages import read
from tests.readers import make_reader
from tests.transfers import IMPORT, bring_in, complaints, fill, items, preview, upload

pytestmark = pytest.mark.django_db

HEAD = '{"format": "canon-reading", "version": 1'
SLUG = "software-2-0"
NONSENSE = [
    None,
    True,
    False,
    0,
    -1,
    3.5,
    1e308,
    10**40,
    "",
    "x",
    "\0",
    "\ud800",
    "x" * 30_000,
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "2024-02-30",
    [],
    [[]],
    {},
    {"status": "read"},
    [None, 1, "x", {}],
]


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.md", "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b" \n ", "The file is empty."),
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0", "not in UTF-8"),
        ("slug,status\nx,read".encode("utf-16"), "not in UTF-8"),
        ("slug,note\nx,caf\xe9".encode("latin-1"), "not in UTF-8"),
        (zipped(), "the notebook cannot be read back in"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"just words", "neither a JSON nor a CSV export"),
        (b"<html><body>", "neither a JSON nor a CSV export"),
        (b"title,author\na,b", "neither a JSON nor a CSV export"),
        (b"slug,title\na,b", "neither a JSON nor a CSV export"),
        (b"slug,status,status\na,read,read", "A column stands twice"),
        (b'slug,status\na,"read', "broken at line 2"),
        (b'slug,status\na,read\nb,"re"ad\n', "broken at line 3"),
        (b"slug,note\na," + b"x" * 200_000, "broken at line 2"),
        (b'{"format": ', "broken JSON at line 1, column 12"),
        (b'{"format":\n"canon-reading",}', "broken JSON at line 2, column"),
        (b"[]", "not an export of Canon"),
        (b"{}", "not an export of Canon"),
        (b'{"format": ["canon-reading"]}', "not an export of Canon"),
        (b'{"format": "canon-reading"}', "does not tell the version"),
        (b'{"format": "canon-reading", "version": "1"}', "does not tell the version"),
        (b'{"format": "canon-reading", "version": true}', "does not tell the version"),
        (b'{"format": "canon-reading", "version": 0}', "does not tell the version"),
        (b'{"format": "canon-reading", "version": 2}', "from a newer Canon"),
        (f'{HEAD}, "items": {"[" * 100_000}'.encode(), "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (f'{HEAD}, "items": {"9" * 5_000}}}'.encode(), "a number that is too long"),
        (f'{HEAD}, "items": NaN}}'.encode(), "NaN is no value"),
        (f'{HEAD}, "items": {{"a": {{}}, "a": {{}}}}}}'.encode(), "The name “a” stands twice"),
        (f'{HEAD}, "version": 1}}'.encode(), "The name “version” stands twice"),
        (f'{HEAD}, "\\ud800": 1, "\\ud800": 2}}'.encode(), "stands twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(client, reader, data, reason):
    fill(reader)
    before = as_json(reader)
    answer = upload(client, data)
    assert answer.status_code == 422
    page = read(answer.content.decode())
    assert reason in page.one("p", id="file-error").text
    assert client.get(IMPORT)["Location"] == "/reading/transfer/"
    assert as_json(reader) == before


def test_no_file_at_all_is_refused(client, reader):
    for fields in ({}, {"file": "text"}, {"action": "unknown"}):
        answer = client.post(IMPORT, fields)
        assert answer.status_code == 422
        assert "Choose a file first." in answer.content.decode()


def test_a_file_that_is_refused_leaves_the_one_that_waits(client, reader):
    preview(client, f'{HEAD}, "items": {{"{SLUG}": {{"mark": {{"status": "read"}}}}}}}}')
    assert upload(client, "just words").status_code == 422
    assert client.get(IMPORT).context["plan"].mark_count == 1


@pytest.mark.parametrize("name", ["canon.exe", "x" * 200, "../../x.csv", "名.json"])
def test_the_content_tells_the_kind_whatever_the_name(client, reader, name):
    file = SimpleUploadedFile(name, f"slug,status\n{SLUG},read\n".encode(), "image/png")
    assert client.post(IMPORT, {"file": file}).status_code == 302


def entry(**fields):
    """Return a well-formed entry but for `fields`."""
    state = {"status": "read", "started_on": None, "finished_on": None, "queue_position": None}
    whole = {
        "address": "https://example.org/",
        "mark": dict(state),
        "note": {
            "text": "fine",
            "version": 1,
            "created_at": "2024-01-01T00:00:00+00:00",
            "updated_at": "2024-01-01T00:00:00+00:00",
        },
        "events": [
            {
                "at": "2024-01-01T00:00:00+00:00",
                "step": "8d6fd720-2f35-4389-9c5a-fb2793895339",
                "status": "read",
                "before": None,
                "after": dict(state),
            }
        ],
    }
    for path, value in fields.items():
        *way, last = path.split("__")
        place = whole
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[int(last) if last.isdigit() else last] = value
    return whole


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("part", ["preferences", "items"])
def test_nonsense_for_a_whole_part_is_never_an_error(client, reader, part, value):
    bring_in(client, json.dumps({"format": "canon-reading", "version": 1, part: value}))


@pytest.mark.parametrize(
    "path",
    [
        "address",
        "mark",
        "mark__status",
        "mark__started_on",
        "mark__finished_on",
        "mark__queue_position",
        "note",
        "note__text",
        "note__version",
        "note__created_at",
        "note__updated_at",
        "events",
        "events__0",
        "events__0__at",
        "events__0__step",
        "events__0__status",
        "events__0__before",
        "events__0__after",
        "events__0__after__queue_position",
    ],
)
def test_nonsense_in_any_place_of_an_entry_is_never_an_error(client, reader, path):
    entries = {
        item.slug: entry(**{path: value})
        for value, item in zip(NONSENSE, items(len(NONSENSE)), strict=True)
    }
    document = {"format": "canon-reading", "version": 1, "items": entries}
    bring_in(client, json.dumps(document))
    assert client.get("/reading/canon.json").status_code == 200


@pytest.mark.parametrize("name", ["language", "time_zone", "theme", "weekly_goal", "handle"])
def test_nonsense_for_a_preference_is_told_or_passed_over(reader, name):
    before = as_json(reader)
    for value in (*NONSENSE, "../etc/passwd", "Mars/Olympus", "UPPER", 101, "-"):
        if name == "handle" and value in ("x", "9999-12-31", "2024-02-30"):
            continue  # handles like any other
        document = {"format": "canon-reading", "version": 1, "preferences": {name: value}}
        plan = make_plan(reader, read_upload(json.dumps(document).encode()))
        assert plan.is_empty
        assert "".join(reason for _where, reason in complaints(plan)).isprintable()
        assert plan.complaints.total == (value not in (None, "")), value
    assert as_json(reader) == before


def test_an_unknown_preference_is_told(client, reader):
    preferences = {"is_staff": True, "email": "a@example.org", "password": "x"}
    document = {"format": "canon-reading", "version": 1, "preferences": preferences}
    plan = bring_in(client, json.dumps(document))
    assert [where for where, _reason in complaints(plan)] == [
        "preferences.is_staff",
        "preferences.email",
        "preferences.password",
    ]
    reader.refresh_from_db()
    assert not reader.is_staff
    assert reader.email == "reader@example.org"


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"mark__status": "finished"}, "mark"),
        ({"mark__finished_on": "2999-01-01"}, "mark"),
        ({"mark__started_on": "2024-03-05", "mark__finished_on": "2024-03-04"}, "mark"),
        ({"mark__status": "reading", "mark__finished_on": "2024-03-04"}, "mark"),
        ({"mark__status": "", "mark__started_on": "2024-03-04"}, "mark"),
        ({"mark__queue_position": 2**31}, "mark"),
        ({"note__text": "a\0b"}, "note.text"),
        ({"note__text": "x" * 20_001}, "note.text"),
        ({"note__version": 0}, "note.version"),
        ({"note__updated_at": "2999-01-01T00:00:00+00:00"}, "note.updated_at"),
        ({"events__0__at": "2024-01-01T00:00:00"}, "events[0]"),
        ({"events__0__status": "queued"}, "events[0]"),
        ({"events__0__before": {"status": "queued", "finished_on": "2024-01-01"}}, "events[0]"),
    ],
)
def test_a_part_that_cannot_be_used_is_told_by_its_place(client, reader, fields, place):
    document = {"format": "canon-reading", "version": 1, "items": {SLUG: entry(**fields)}}
    plan = bring_in(client, json.dumps(document))
    assert [where for where, _reason in complaints(plan)] == [f"items.{SLUG}.{place}"]
    assert plan.note_count == (place != "note.text")
    assert plan.mark_count == (place != "mark")


def test_a_note_with_a_bad_version_or_time_is_still_taken(client, reader):
    bad = entry(note__version="x", note__created_at=5, note__updated_at=None)
    document = {"format": "canon-reading", "version": 1, "items": {SLUG: bad}}
    bring_in(client, json.dumps(document))
    note = reader.notes.get()
    assert (note.text, note.version) == ("fine", 1)
    assert note.created_at <= note.updated_at


def test_a_hundred_thousand_lines_are_counted_and_the_first_listed(client, reader):
    lines = "".join(f"item-{number},read\n" for number in range(100_000))
    plan = preview(client, f"slug,status\n{lines}{SLUG},read\n")
    assert plan.mark_count == 1
    assert (plan.complaints.total, len(plan.complaints.first)) == (100_000, 100)
    assert complaints(plan)[0][0] == "line 2"
    assert "and 99900 more" in client.get(IMPORT).content.decode()


def test_a_hundred_thousand_entries_of_json_are_counted(client, reader):
    entries = {f"item-{number}": 1 for number in range(100_000)}
    document = {"format": "canon-reading", "version": 1, "items": entries}
    assert preview(client, json.dumps(document)).complaints.total == 100_000


def test_what_a_file_says_is_shown_as_text(client, reader):
    nasty = "<script>alert(1)</script>"
    document = {
        "format": "canon-reading",
        "version": 1,
        "items": {nasty: 1, SLUG: entry(note__text=nasty)},
    }
    preview(client, json.dumps(document))
    page = client.get(IMPORT).content.decode()
    assert nasty not in page
    assert "&lt;script&gt;" in page


def test_what_an_imported_event_would_bring_back_can_be_undone(client, reader):
    document = {"format": "canon-reading", "version": 1, "items": {SLUG: entry()}}
    bring_in(client, json.dumps(document))
    step = reader.reading_events.get(at__year=2024).step
    assert client.post(f"/undo/{step}/").status_code < 500
    assert not reader.marks.exists()


@pytest.mark.parametrize(
    "row",
    [
        f"{SLUG},read,,,,\n",
        f"{SLUG},read,,,9{'9' * 30},\n",
        f"{SLUG},read,2024-13-01,,,\n",
        f"{SLUG},\x00,,,,\n",
        f"{SLUG},read,,,-1,\n",
        f"{SLUG},read,,,²,\n",
        f"{SLUG},read,,,1,note,one too many\n",
        ",,,,,\n",
        "\x00\n",
        f"{SLUG},read,٢٠٢٤-٠٣-٠٥,,,\n",
    ],
)
def test_nonsense_in_a_line_is_never_an_error(client, reader, row):
    change_marks(reader, items(1), Status.READ)
    before = reader.marks.get().state
    bring_in(client, f"slug,status,started,finished,queue,note\n{row}")
    assert reader.marks.get().state.status == before.status


@pytest.mark.parametrize("fingerprint", ["", "x", "\0", "0" * 100_000])
def test_a_made_up_confirmation_changes_nothing(client, reader, fingerprint):
    preview(client, f"slug,status\n{SLUG},read\n")
    answer = client.post(IMPORT, {"action": "confirm", "fingerprint": fingerprint})
    assert answer.status_code == 409
    assert not reader.marks.exists()
