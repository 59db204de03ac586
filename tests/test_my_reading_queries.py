"""The pages of progress take as many queries for many items and marks as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from canon.models import Dependency, Item, MarkState, set_states
from tests.readers import make_reader
from tests.test_queries import count_queries, grow_tenfold

pytestmark = pytest.mark.django_db

STATUSES = ["read", "reading", "queued", "skipped", ""]


def give_marks(reader, items):
    """Mark `items` in every way there is."""
    today = reader.today()
    states = [
        MarkState(status, today, today if status == "read" else None) if status else MarkState()
        for status in STATUSES
    ]
    changes = {item: states[number % 5] for number, item in enumerate(items)}
    set_states(reader, {item: lambda _, state=state: state for item, state in changes.items()})


@pytest.mark.parametrize("path", ["/reading/", "/@ada/", "/@ada/badge.svg"])
def test_queries_stay_the_same_for_ten_times_the_items_marks_and_news(client, path):
    reader = make_reader(handle="ada", is_public=True)
    client.force_login(reader)
    items = list(Item.objects.all())
    give_marks(reader, items[:10])
    retired = Item.objects.get(slug="react")
    retired.state, retired.replaced_by = Item.State.RETIRED, items[0]
    retired.save()
    count_queries(client, path)  # what is read once in the life of a process
    before = count_queries(client, path)
    grow_tenfold()
    everything = list(Item.objects.all())
    give_marks(reader, everything)
    Item.objects.filter(pk__in=[item.pk for item in everything[::7]]).update(
        state=Item.State.RETIRED, replaced_by=items[0], retired_at=timezone.now()
    )
    Dependency.objects.bulk_create(
        Dependency(item=item, builds_on=items[0]) for item in everything[100:400]
    )
    assert count_queries(client, path) == before


def test_my_reading_takes_at_most_eight_queries(client):
    reader = make_reader()
    client.force_login(reader)
    give_marks(reader, list(Item.objects.all()))
    count_queries(client, "/reading/")
    assert count_queries(client, "/reading/") <= 8


def test_moving_in_a_long_queue_takes_no_more_queries_than_in_a_short_one(client):
    reader = make_reader()
    client.force_login(reader)
    items = list(Item.objects.all())

    def count_move():
        with CaptureQueriesContext(connection) as queries:
            path = f"/reading/queue/{items[1].slug}/"
            response = client.post(path, {"move": "down"}, headers={"HX-Request": "true"})
            assert response.status_code == 200
        return len(queries)

    for item in items[:3]:
        item.mark(reader, "queued")
    count_move()
    before = count_move()
    for item in items[3:40]:
        item.mark(reader, "queued")
    assert count_move() == before
