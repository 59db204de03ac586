"""The list is filtered and sorted by what the reader made of the items."""

import datetime
import re

import pytest

from canon.models import Item, Status, change_marks, write_note
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    for slug, status in (
        ("gpt-3", "read"),
        ("bert", "read"),
        ("gpt", "reading"),
        ("rag", "queued"),
    ):
        Item.objects.get(slug=slug).mark(reader, status)
    reader.marks.filter(item__slug="bert").update(finished_on=datetime.date(2026, 3, 1))
    reader.marks.filter(item__slug="gpt-3").update(finished_on=datetime.date(2026, 4, 1))
    return reader


def shown(client, query):
    page = client.get(f"/{query}")
    assert page.status_code == 200
    return re.findall(r'class="card" id="item-([^"]+)"', page.content.decode())


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("?status=read", {"gpt-3", "bert"}),
        ("?status=reading", {"gpt"}),
        ("?status=queued&status=reading", {"gpt", "rag"}),
        ("?status=skipped", set()),
        ("?finished_after=2026-03-15", {"gpt-3"}),
        ("?finished_before=2026-03-15", {"bert"}),
        ("?finished_after=2026-03-01&finished_before=2026-04-01", {"bert", "gpt-3"}),
        ("?status=read&q=bidirectional", {"bert"}),
    ],
)
def test_the_list_keeps_what_has_the_status(client, reader, query, slugs):
    assert set(shown(client, query)) == slugs


def test_unread_is_everything_without_a_mark(client, reader):
    unread = shown(client, "?status=unread")
    assert len(unread) == 92
    assert not {"gpt-3", "bert", "gpt", "rag"} & set(unread)


def test_the_list_keeps_what_has_a_note(client, reader):
    write_note(reader, Item.objects.get(slug="nerf"), "Rays.", based_on=0)
    assert shown(client, "?note=yes") == ["nerf"]
    assert len(shown(client, "?note=no")) == 95


def test_the_recently_finished_come_first(client, reader):
    assert shown(client, "?sort=-finished")[:2] == ["gpt-3", "bert"]
    assert len(shown(client, "?sort=-finished")) == 96


def test_days_that_run_backwards_are_named_and_the_rest_applied(client, reader):
    page = client.get("/?finished_after=2026-05-01&finished_before=2026-01-01&status=read")
    assert "The days run backwards" in page.content.decode()
    assert shown(client, "?finished_after=2026-05-01&finished_before=2026-01-01&status=read") != []


def test_a_nonsense_day_is_named(client, reader):
    assert "Enter a valid date" in client.get("/?finished_after=soon").content.decode()


def test_another_readers_marks_and_notes_do_not_count(client, reader):
    other = make_reader("other@example.org")
    client.force_login(other)
    assert shown(client, "?status=read") == []
    assert len(shown(client, "?status=unread")) == 96


@pytest.mark.parametrize("path", ["/", "/?status=read&sort=-finished", "/items/gpt-3/"])
def test_queries_do_not_grow_with_marks_and_notes(client, reader, path, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(path)  # which reads the edition
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    before = len(queries)
    change_marks(reader, Item.objects.all(), Status.READ)
    for item in Item.objects.all():
        write_note(reader, item, f"On {item}.", based_on=0)
    client.get(path)  # which reads the record
    with django_assert_num_queries(before):
        client.get(path)


def test_a_day_that_was_mistyped_stands_in_its_field_and_on_no_other_page(client, reader):
    change_marks(reader, Item.objects.all()[:1], Status.READ)
    typed = 'name="finished_after" value="soon"'
    for _time in range(2):
        assert typed not in client.get("/").content.decode()
        assert typed in client.get("/?finished_after=soon").content.decode()
