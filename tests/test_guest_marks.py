"""A visitor marks items without an account, and takes the marks along when signing in."""

import datetime

import pytest
from django.contrib.auth import login
from django.contrib.messages import get_messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.test import RequestFactory

from canon.models import Item, MarkState, Status
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

MARCH, APRIL = datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)


def mark(client, slug, status):
    return client.post(f"/items/{slug}/mark/", {"status": status})


def sign_in(session, reader):
    """Sign `reader` in with `session`, as a view would; return the request."""
    request = RequestFactory().get("/")
    SessionMiddleware(lambda request: None).process_request(request)
    request.session = session
    MessageMiddleware(lambda request: None).process_request(request)
    login(request, reader, backend="django.contrib.auth.backends.ModelBackend")
    return request


def test_a_guests_marks_are_kept_and_shown(client):
    mark(client, "gpt-3", "read")
    mark(client, "bert", "queued")
    page = client.get("/").content.decode()
    assert 'id="mark-gpt-3" data-status="read"' in page
    assert 'id="mark-bert" data-status="queued"' in page
    assert "<b>1</b> of 96 read" in " ".join(page.split())


def test_a_guest_can_take_a_mark_back(client):
    mark(client, "gpt-3", "read")
    step = client.session["steps"][-1]["step"]
    client.post(f"/undo/{step}/")
    assert 'id="mark-gpt-3" data-status=""' in client.get("/").content.decode()


def test_a_guest_filters_by_status(client):
    mark(client, "gpt-3", "read")
    page = client.get("/?status=read").content.decode()
    assert page.count('class="card"') == 1
    assert 'id="item-gpt-3"' in page


def test_signing_in_takes_a_guests_marks_along(client):
    mark(client, "gpt-3", "read")
    mark(client, "bert", "queued")
    reader = make_reader()
    request = sign_in(client.session, reader)
    assert dict(reader.marks.values_list("item__slug", "status")) == {
        "gpt-3": "read",
        "bert": "queued",
    }
    assert [str(m) for m in get_messages(request)] == [
        "2 marks you made before signing in are now yours."
    ]
    assert "marks" not in request.session


def test_what_was_merged_can_be_taken_back(client):
    mark(client, "gpt-3", "read")
    reader = make_reader()
    request = sign_in(client.session, reader)
    (message,) = get_messages(request)
    client.force_login(reader)
    client.post(f"/undo/{message.extra_tags}/")
    assert not reader.marks.exists()


def test_nothing_is_said_where_nothing_was_merged(client):
    reader = make_reader()
    Item.objects.get(slug="gpt-3").mark(reader, Status.READ)
    mark(client, "gpt-3", "queued")
    request = sign_in(client.session, reader)
    assert not list(get_messages(request))
    assert reader.marks.get().status == Status.READ


def test_merging_twice_changes_nothing(client):
    mark(client, "gpt-3", "read")
    reader = make_reader()
    marks = client.session["marks"]
    sign_in(client.session, reader)
    session = client.session
    session["marks"] = marks
    sign_in(session, reader)
    assert reader.reading_events.count() == 1


@pytest.mark.parametrize(
    ("mine", "guests", "merged"),
    [
        (MarkState(), MarkState("queued"), MarkState("queued")),
        (MarkState("queued"), MarkState("reading", MARCH), MarkState("reading", MARCH)),
        (
            MarkState("reading", APRIL),
            MarkState("read", None, APRIL),
            MarkState("read", APRIL, APRIL),
        ),
        (
            MarkState("read", None, APRIL),
            MarkState("read", None, MARCH),
            MarkState("read", None, MARCH),
        ),
        (
            MarkState("read", None, MARCH),
            MarkState("read", None, APRIL),
            MarkState("read", None, MARCH),
        ),
        (MarkState("read", None, APRIL), MarkState("skipped"), MarkState("read", None, APRIL)),
        (MarkState("skipped"), MarkState("queued"), MarkState("queued")),
    ],
)
def test_the_further_mark_wins_and_the_earlier_day_is_kept(mine, guests, merged):
    assert mine.merged_with(guests) == merged
    assert merged.merged_with(guests) == merged


def test_an_item_deleted_meanwhile_is_left_out(client):
    mark(client, "gpt-3", "read")
    item = Item.objects.get(slug="gpt-3")
    item.delete()
    reader = make_reader()
    sign_in(client.session, reader)
    assert not reader.marks.exists()
