"""On PostgreSQL, an index leads to every row of a reader that a page of theirs asks for."""

import json
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from canon.models import Item, Mark, Note, ReaderStamp, ReadingEvent, Suggestion
from tests.readers import make_reader

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite tells no such plans"),
]

READERS, EACH = 100, 30
IDLE = 1000  # for the one row that each reader has, a scan of a hundred would be right
BIG = {"canon_mark", "canon_note", "canon_readerstamp", "canon_readingevent", "canon_suggestion"}
PAGES = (
    "/",
    "/?status=read",
    "/?note=yes",
    "/items/bert/",
    "/map/",
    "/reading/",
    "/notes/",
    "/notes/?q=thought",
    "/suggest/",
    "/reading/canon.json",
    "/reading/notebook.zip",
    "/accounts/",
    "/accounts/sessions/",
    "/@reader/",
)


@pytest.fixture
def crowd():
    """Many readers, with marks, notes, events and suggestions; the planner knows how many."""
    users = get_user_model().objects.bulk_create(
        get_user_model()(email=f"reader{number}@example.com") for number in range(READERS + IDLE)
    )
    users, idle = users[:READERS], users[READERS:]
    ReaderStamp.objects.bulk_create(ReaderStamp(user=user, stamp="x") for user in idle)
    reader = make_reader(handle="reader", is_public=True)
    items = list(Item.objects.all()[:EACH])
    pairs = [(user, item) for user in (*users, reader) for item in items]
    state = {"status": "queued"}
    Mark.objects.bulk_create(
        Mark(user=user, item=item, status="queued", queue_position=1) for user, item in pairs
    )
    Note.objects.bulk_create(
        Note(user=user, item=item, text="A thought.", search_text="a thought.")
        for user, item in pairs
    )
    ReadingEvent.objects.bulk_create(
        ReadingEvent(
            user=user, item=item, step=uuid.uuid4(), at=timezone.now(), before={}, after=state
        )
        for user, item in pairs
    )
    Suggestion.objects.bulk_create(
        Suggestion(user=user, item=item, kind="link", url=item.url) for user, item in pairs
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return reader


def scans(plan):
    """Yield the tables that a plan reads from end to end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from scans(part)


def explain(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", ())
        (found,) = cursor.fetchone()
    return (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]


def big_scans(queries):
    """Return the statements that read one of the big tables from end to end."""
    asked = {q["sql"] for q in queries if q["sql"].startswith(("SELECT", "UPDATE", "DELETE"))}
    assert any("canon_mark" in sql for sql in asked)
    return [sql for sql in asked if BIG.intersection(scans(explain(sql)))]


def test_no_page_and_no_change_scans_a_table_of_readers(client, crowd):
    client.force_login(crowd)
    ids = ",".join(str(pk) for pk in Item.objects.values_list("pk", flat=True)[:5])
    forms = {
        "/items/bert/mark/": {"status": "read"},
        "/marks/": {"status": "skipped", "items": ids},
        "/items/bert/note/": {"text": "Another thought.", "version": "0"},
        "/suggest/": {"url": "https://example.org/new", "title": "New", "text": "Why"},
    }
    with CaptureQueriesContext(connection) as queries:
        for path in PAGES:
            assert client.get(path, follow=True).status_code == 200, path
        for path, form in forms.items():
            assert client.post(path, form).status_code in {200, 302, 409}, path
        step = crowd.reading_events.last().step
        assert client.post(f"/undo/{step}/").status_code == 302
    assert big_scans(queries.captured_queries) == []
