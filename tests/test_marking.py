"""A reader marks items, one at a time."""

import datetime

import pytest
from django.db.models import ProtectedError

from canon.models import Item, Mark, ReadingEvent, Status, write_note
from tests.conftest import load_canon
from tests.pages import read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def mark(client, slug, status, **headers):
    return client.post(
        f"/items/{slug}/mark/", {"status": status, "next": "/?q=gpt"}, headers=headers
    )


def status_of(reader, slug):
    return reader.marks.filter(item__slug=slug).values_list("status", flat=True).first()


@pytest.mark.parametrize("status", Status.values)
def test_an_item_takes_the_status_that_is_pressed(client, reader, status):
    response = mark(client, "gpt-3", status)
    assert (response.status_code, response["Location"]) == (302, "/?q=gpt")
    assert status_of(reader, "gpt-3") == status


def test_unread_is_having_no_mark(client, reader):
    mark(client, "gpt-3", "read")
    mark(client, "gpt-3", "")
    assert not reader.marks.exists()


def test_the_card_shows_the_status(client, reader):
    mark(client, "gpt-3", "reading")
    assert 'id="mark-gpt-3" data-status="reading"' in client.get("/").content.decode()
    assert 'id="mark-gpt-3" data-status="reading"' in client.get("/items/gpt-3/").content.decode()


def test_a_mark_made_in_english_shows_in_chinese(client, reader):
    mark(client, "gpt-3", "read")
    assert 'id="mark-gpt-3" data-status="read"' in client.get("/zh-hans/").content.decode()


def test_reading_and_reading_to_the_end_keep_their_days(reader):
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, Status.READING)
    reader.marks.update(started_on=datetime.date(2026, 1, 2))
    item.mark(reader, Status.READ)
    mark = reader.marks.get()
    assert mark.started_on == datetime.date(2026, 1, 2)
    assert mark.finished_on == reader.today()


def test_a_mark_equal_to_the_present_one_changes_and_logs_nothing(reader):
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, Status.READ)
    reader.marks.update(finished_on=datetime.date(2026, 3, 1))
    assert item.mark(reader, Status.READ) is None
    assert reader.marks.get().finished_on == datetime.date(2026, 3, 1)
    assert reader.reading_events.count() == 1


def test_every_change_is_logged(reader):
    item = Item.objects.get(slug="gpt-3")
    for status in (Status.QUEUED, Status.READING, Status.READ, ""):
        item.mark(reader, status)
    assert list(reader.reading_events.values_list("status", flat=True)) == [
        "queued",
        "reading",
        "read",
        "",
    ]


def test_htmx_gets_the_mark_the_progress_and_the_toast(client, reader):
    content = mark(client, "gpt-3", "read", HX_Request="true").content.decode()
    assert "<html" not in content
    for part in ('id="mark-gpt-3"', 'id="sentence"', 'id="contents"', 'id="toast"', "/undo/"):
        assert part in content
    assert "<b>1</b> of 96 read" in " ".join(content.split())


def test_htmx_gets_the_status_of_each_spine_and_no_new_shelf(client, reader):
    mark(client, "react", "queued")
    answer = read(mark(client, "gpt-3", "read", HX_Request="true").content.decode())
    told = answer.one(id="sentence")["data-shelf"].split(" ")
    slugs = [item.slug for item in Item.objects.published().in_canon_order()]
    assert [slug for slug, status in zip(slugs, told, strict=True) if status] == ["gpt-3", "react"]
    assert (told[slugs.index("gpt-3")], told[slugs.index("react")]) == ("read", "queued")
    assert answer.all("svg") == []
    assert "data-shelf" not in client.get("/").content.decode()


def test_a_skipped_item_leaves_the_total(client, reader):
    mark(client, "gpt-3", "skipped")
    content = " ".join(client.get("/").content.decode().split())
    assert "<b>0</b> of 95 read" in content
    assert "1 skipped" in content


@pytest.mark.parametrize("status", ["done", "READ", "read ", "\x00"])
def test_a_status_there_is_not_is_refused(client, reader, status):
    assert mark(client, "gpt-3", status).status_code == 400
    assert not reader.marks.exists()


def test_what_is_not_published_cannot_be_marked(client, reader):
    Item.objects.filter(slug="gpt-3").update(state=Item.State.DRAFT)
    assert mark(client, "gpt-3", "read").status_code == 404
    assert mark(client, "no-such-item", "read").status_code == 404


def test_looking_at_the_address_marks_nothing(client, reader):
    assert client.get("/items/gpt-3/mark/").status_code == 405
    assert not reader.marks.exists()


def test_the_form_leads_nowhere_else(client, reader):
    response = client.post(
        "/items/gpt-3/mark/", {"status": "read", "next": "https://evil.example/"}
    )
    assert response["Location"] == "/items/gpt-3/"


def test_one_reader_marks_and_another_sees_nothing_of_it(client, reader):
    mark(client, "gpt-3", "read")
    client.force_login(make_reader("other@example.org"))
    assert 'id="mark-gpt-3" data-status=""' in client.get("/").content.decode()


def test_an_item_that_a_reader_marked_cannot_be_deleted(reader):
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, Status.READ)
    with pytest.raises(ProtectedError):
        item.delete()
    item.mark(reader, "")
    with pytest.raises(ProtectedError):
        item.delete()


def test_loading_the_shipped_canon_again_keeps_marks_and_notes(reader):
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, Status.READ)
    write_note(reader, item, "Few shots.", based_on=0)
    load_canon()
    assert Mark.objects.get().item == item
    assert reader.notes.get().item == item


def test_renaming_moving_and_retiring_an_item_keeps_its_marks(reader):
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, Status.READ)
    item.slug, item.position, item.state = "gpt-three", 99, Item.State.RETIRED
    item.section = Item.objects.get(slug="react").section
    item.save()
    assert Mark.objects.get().item.slug == "gpt-three"
    assert ReadingEvent.objects.get().item.slug == "gpt-three"
