"""A mark made offline is taken once, as of when it was made, and as nobody else's."""

import datetime
import json
import uuid
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from canon.models import Item, Status
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

HOUR = 3600 * 1000
DAY = 24 * HOUR


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def key(client):
    return json.loads(client.get("/marks/held/").content)["reader"]


def send(
    client, slug="bert", status="read", *, step=None, age=HOUR, made=None, reader=None, **headers
):
    """Send a mark as the browser does; it is `age` milliseconds old, or was `made` then."""
    mark = {
        "reader": reader or key(client),
        "step": str(step or uuid.uuid4()),
        "slug": slug,
        "status": status,
        "made": int(timezone.now().timestamp() * 1000) - age if made is None else made,
    }
    return client.post("/marks/held/", mark, headers={"HX-Request": "true", **headers})


def statuses(reader, slug="bert"):
    """Return what the log says of an item."""
    events = reader.reading_events.filter(item__slug=slug)
    return list(events.values_list("status", flat=True))


def test_what_stands_for_a_reader_in_their_browser_says_nothing_of_them(client, reader):
    other = Client()
    other.force_login(make_reader("other@example.org"))
    own = key(client)
    assert len(own) == len(key(other)) == 20
    assert own != key(other)
    assert own != sha256(str(reader.pk).encode()).hexdigest()[:20]
    client.force_login(reader)
    assert key(client) == own


def test_it_counts_as_of_when_it_was_made(client, reader):
    reader.time_zone = "Asia/Shanghai"
    reader.save()
    response = send(client, age=2 * DAY)
    assert 'id="mark-bert" data-status="read"' in response.content.decode()
    mark = reader.marks.get(item__slug="bert")
    made_at = timezone.now() - datetime.timedelta(days=2)
    assert mark.finished_on == timezone.localdate(made_at, reader.zone)
    assert abs(reader.reading_events.get().at - made_at) < datetime.timedelta(minutes=1)


def test_sent_twice_it_is_taken_once(client, reader):
    step = uuid.uuid4()
    send(client, step=step)
    Item.objects.get(slug="bert").mark(reader, Status.SKIPPED)
    assert send(client, step=step).status_code == 200
    assert statuses(reader) == ["read", "skipped"]


def test_what_was_changed_later_elsewhere_stands(client, reader):
    Item.objects.get(slug="bert").mark(reader, Status.READING)
    response = send(client, status="queued", age=HOUR)
    assert 'id="mark-bert" data-status="reading"' in response.content.decode()
    assert statuses(reader) == ["reading"]


def test_what_was_changed_earlier_elsewhere_gives_way(client, reader):
    send(client, status="queued", age=2 * HOUR)
    send(client, status="reading", age=HOUR)
    assert statuses(reader) == ["queued", "reading"]


def test_two_marks_of_one_item_are_both_taken_in_their_order(client, reader):
    send(client, status="read", age=2000)
    send(client, status="", age=1000)
    assert statuses(reader) == ["read", ""]
    assert not reader.marks.exists()


def test_it_can_be_taken_back(client, reader):
    step = uuid.uuid4()
    assert f"/undo/{step}/" in send(client, step=step).content.decode()
    client.post(f"/undo/{step}/")
    assert statuses(reader) == ["read", ""]


def test_a_guest_s_is_taken_once_too(client):
    step = uuid.uuid4()
    send(client, step=step)
    client.post("/items/bert/mark/", {"status": "skipped"})
    response = send(client, step=step)
    assert 'id="mark-bert" data-status="skipped"' in response.content.decode()


def test_it_never_becomes_another_reader_s(client, reader):
    mine = key(client)
    client.logout()
    assert key(client) == "guest"
    assert send(client, reader=mine).status_code == 409
    assert "marks" not in client.session
    other = make_reader("other@example.org")
    client.force_login(other)
    assert send(client, reader=mine).status_code == 409
    assert not other.marks.exists()
    assert not reader.marks.exists()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"slug": "nowhere"}, 404),
        ({"status": "burnt"}, 400),
        ({"made": -1}, 400),
        ({"made": "soon"}, 400),
        ({"step": "x"}, 400),
    ],
)
def test_nonsense_is_refused(client, reader, changed, status):
    assert send(client, **changed).status_code == status
    assert not reader.reading_events.exists()


@pytest.mark.parametrize(("made", "days"), [(0, 90), (10**30, 0)])
def test_a_clock_that_is_far_off_is_not_believed(client, reader, made, days):
    send(client, made=made)
    off = timezone.now() - datetime.timedelta(days=days) - reader.reading_events.get().at
    assert abs(off) < datetime.timedelta(minutes=1)


def test_the_server_tells_its_time(client):
    now = json.loads(client.get("/marks/held/").content)["now"]
    assert abs(now / 1000 - timezone.now().timestamp()) < 60


def test_sending_takes_a_token_which_is_handed_out_before(reader):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(reader)
    answer = strict.get("/marks/held/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert send(strict).status_code == 403
    token = json.loads(answer.content)["token"]
    assert send(strict, **{"X-CSRFToken": token}).status_code == 200
