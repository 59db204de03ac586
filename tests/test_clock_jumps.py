"""The server's clock jumps, and jumps back: nothing is lost, nobody is shut out for good."""

import datetime
import json
import time
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from canon.models import Item
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

HOUR, DAY = 3600, 24 * 3600
JUMPS = (DAY, 0, -DAY, HOUR, -HOUR, 0)
READ = ("/", "/zh-hans/", "/reading/", "/notes/", "/changes/", "/@ada/", "/reading/canon.json")


class Clock:
    """What time it is, in seconds ahead of the true time."""

    ahead = 0.0


class KindOfDatetime(type):
    """Whatever is a datetime is one of these, too."""

    def __instancecheck__(cls, other):
        return isinstance(other, datetime.datetime)


@pytest.fixture
def clock(monkeypatch):
    """A clock that can be set: Django, allauth and the canon all look at it."""
    clock, real = Clock(), time.time

    class Datetime(datetime.datetime, metaclass=KindOfDatetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.datetime.now(tz) + datetime.timedelta(seconds=clock.ahead)

    monkeypatch.setattr("django.utils.timezone.datetime", Datetime)
    monkeypatch.setattr(time, "time", lambda: real() + clock.ahead)
    return clock


def test_the_clock_of_this_test_jumps(clock):
    before = timezone.now()
    clock.ahead = DAY
    assert timezone.now() - before >= datetime.timedelta(days=1)


def test_marks_notes_sessions_and_undo_go_on_through_every_jump(client, clock):
    reader = make_reader(handle="ada", is_public=True)
    client.force_login(reader)
    items = list(Item.objects.published()[: len(JUMPS)])
    for version, (item, ahead) in enumerate(zip(items, JUMPS, strict=True)):
        clock.ahead = ahead
        path = item.get_absolute_url()
        assert client.post(f"{path}mark/", {"status": "reading"}).status_code == 302
        assert client.post(f"{path}mark/", {"status": "read"}).status_code == 302
        note = {"text": f"Version {version}.", "version": str(version)}
        assert client.post("/items/bert/note/", note).status_code == 302
        assert {page: client.get(page).status_code for page in (*READ, path)} == dict.fromkeys(
            (*READ, path), 200
        )
    assert set(reader.marks.values_list("status", flat=True)) == {"read"}
    assert reader.notes.get().text == f"Version {len(JUMPS) - 1}."
    assert reader.notes.get().version == len(JUMPS)
    log = reader.reading_events.order_by("pk").values_list("item__slug", "status")
    assert list(log) == [(item.slug, status) for item in items for status in ("reading", "read")]
    steps = reader.reading_events.filter(status="read").values_list("item__slug", "step")
    for ahead, (_slug, step) in zip(JUMPS, list(steps), strict=True):
        clock.ahead = ahead
        client.post(f"/undo/{step}/")
    assert set(reader.marks.values_list("status", flat=True)) == {"reading"}
    assert json.loads(client.get("/reading/canon.json").content)


def test_what_a_guest_has_marked_comes_along_through_every_jump(client, clock):
    items = list(Item.objects.published()[: len(JUMPS)])
    for item, ahead in zip(items, JUMPS, strict=True):
        clock.ahead = ahead
        client.post(f"{item.get_absolute_url()}mark/", {"status": "read"})
        assert client.get("/").status_code == 200
    reader = make_reader()
    clock.ahead = -DAY
    client.post("/accounts/login/", {"login": reader.email, "password": "an unlikely phrase"})
    assert reader.marks.count() == len(JUMPS)


def test_a_day_that_a_wrong_clock_wrote_down_can_be_put_right(client, clock):
    reader = make_reader()
    client.force_login(reader)
    clock.ahead = DAY
    client.post("/items/bert/mark/", {"status": "read"})
    clock.ahead = 0
    assert reader.marks.get().finished_on > reader.today()
    dates = {"finished_on": reader.today().isoformat()}
    assert client.post("/items/bert/dates/", dates).status_code == 302
    assert reader.marks.get().finished_on == reader.today()


def test_a_mark_made_offline_does_not_give_way_to_one_from_the_future(client, clock):
    reader = make_reader()
    client.force_login(reader)
    clock.ahead = DAY
    client.post("/items/bert/mark/", {"status": "queued"})
    clock.ahead = 0
    offered = json.loads(client.get("/marks/held/").content)
    held = {"reader": offered["reader"], "step": str(uuid.uuid4()), "slug": "bert"}
    held |= {"status": "read", "made": offered["now"]}
    assert client.post("/marks/held/", held).status_code == 302
    assert reader.marks.get().status == "read"


def attempts(password, number=1):
    """Try to sign in, each time in another browser; return how the last one was answered."""
    form = {"login": "reader@example.org", "password": password}
    return [Client().post("/accounts/login/", form).status_code for _ in range(number)][-1]


@pytest.mark.parametrize("ahead", [DAY, HOUR, 0])
def test_a_limit_ends_at_the_latest_when_the_clock_comes_by_again(clock, ahead):
    make_reader()
    clock.ahead = ahead
    attempts("a wrong phrase", 20)
    right = "an unlikely phrase"
    assert attempts(right) != 302
    clock.ahead = ahead + HOUR
    assert attempts(right) == 302


def test_who_has_kept_within_a_limit_is_not_shut_out_by_a_jump(clock):
    make_reader()
    for ahead in JUMPS[:3]:
        clock.ahead = ahead
        attempts("a wrong phrase")
    assert attempts("an unlikely phrase") == 302
