"""Every change of marks can be taken back."""

import datetime
import uuid

import pytest

from canon.models import Item, Status, change_marks, undo_step
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


@pytest.fixture
def item():
    return Item.objects.get(slug="gpt-3")


def test_the_toast_offers_to_take_a_mark_back(client, reader):
    client.post("/items/gpt-3/mark/", {"status": "read", "next": "/"})
    page = get(client, "/?q=gpt")
    toast = page.one(id="toast")
    assert "is marked as read" in toast.text
    button, form = toast.one("button"), page.one("form", id=toast.one("button")["form"])
    sent = {field["name"]: field["value"] for field in form.all("input")}
    assert client.post(button["formaction"], sent)["Location"] == "/?q=gpt"
    assert not reader.marks.exists()


def test_undo_brings_back_the_dates_too(reader, item):
    item.mark(reader, Status.READ)
    reader.marks.update(finished_on=datetime.date(2026, 3, 1))
    step = item.mark(reader, "")
    undo_step(reader, step)
    assert reader.marks.get().finished_on == datetime.date(2026, 3, 1)


def test_undo_brings_back_the_place_in_the_queue(reader):
    first, second = Item.objects.filter(slug__in=["gpt", "bert"]).order_by("slug")
    change_marks(reader, [first, second], Status.QUEUED)
    undo_step(reader, first.mark(reader, Status.READ))
    queue = reader.marks.order_by("queue_position").values_list("item_id", flat=True)
    assert list(queue) == [first.pk, second.pk]


def test_a_second_undo_changes_nothing(reader, item):
    step = item.mark(reader, Status.READ)
    undo_step(reader, step)
    item.mark(reader, Status.QUEUED)
    assert not undo_step(reader, step).exists()
    assert reader.marks.get().status == Status.QUEUED


def test_undo_leaves_alone_what_was_changed_since(reader, item):
    step = item.mark(reader, Status.READING)
    item.mark(reader, Status.READ)
    undo_step(reader, step)
    assert reader.marks.get().status == Status.READ


def test_undo_is_logged_and_takes_nothing_from_the_log(reader, item):
    undo_step(reader, item.mark(reader, Status.READ))
    assert list(reader.reading_events.values_list("status", flat=True)) == ["read", ""]


def test_another_readers_step_cannot_be_taken_back(client, reader, item):
    step = item.mark(reader, Status.READ)
    client.force_login(make_reader("other@example.org"))
    client.post(f"/undo/{step}/")
    assert reader.marks.get().status == Status.READ


def test_a_step_there_is_not_is_not_found(client, reader):
    assert client.post(f"/undo/{uuid.uuid4()}/").status_code == 404


def test_a_step_that_was_taken_back_says_so(client, reader, item):
    step = item.mark(reader, Status.READ)
    undo_step(reader, step)
    answer = client.post(f"/undo/{step}/", follow=True)
    assert "nothing left to take back" in answer.content.decode()
