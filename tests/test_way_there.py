"""An item's page tells what to read first, in an order that works, and queues what is left."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.models import Dependency, Item
from canon.ways import in_building_order
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

ALPACA = [
    "attention-is-all-you-need",
    "gpt",
    "gpt-3",
    "chinchilla",
    "llama",
    "rl-from-human-preferences",
    "instructgpt",
]


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def way(client, slug):
    """Return the part of an item's page that tells the way, None without one."""
    found = get(client, f"/items/{slug}/").all("section", id="way")
    return found[0] if found else None


def steps(section):
    """Return the slugs of the steps, and what each is to the reader."""
    entries = [entry for entry in section.all("li") if entry.get("data-status") is not None]
    return {entry.all("a")[0]["href"].split("/")[2]: entry["data-status"] for entry in entries}


def test_every_step_comes_after_what_it_builds_on(client):
    order = list(steps(way(client, "alpaca")))
    assert order == ALPACA
    place = {slug: number for number, slug in enumerate(order)}
    for item, base in Dependency.objects.values_list("item__slug", "builds_on__slug"):
        if item in place:
            assert place[base] < place[item]


def test_among_equals_the_canons_order_decides():
    assert in_building_order([1, 2, 3, 4], {1: [4], 3: [2]}) == [2, 3, 4, 1]
    assert in_building_order([1, 2, 3], {1: [2], 2: [1]}) == [3, 1, 2]


def test_an_item_with_one_simple_base_or_none_has_no_way(client):
    assert way(client, "gpt") is None
    assert way(client, "attention-is-all-you-need") is None
    assert way(client, "gpt-3") is not None


def test_two_bases_make_a_way_though_they_build_on_nothing(client):
    Dependency.objects.filter(item__slug="rlhf-schulman", builds_on__slug="instructgpt").delete()
    item, base = Item.objects.get(slug="rlhf-schulman"), Item.objects.get(slug="software-2-0")
    Dependency.objects.create(item=item, builds_on=base)
    assert list(steps(way(client, "rlhf-schulman"))) == ["software-2-0", "rlhf-chip-huyen"]


def test_done_steps_stay_with_their_marks_and_skipped_ones_leave_the_total(client, reader):
    for slug, status in {"gpt": "read", "gpt-3": "read", "llama": "skipped"}.items():
        Item.objects.get(slug=slug).mark(reader, status)
    section = way(client, "alpaca")
    assert list(steps(section)) == ALPACA
    assert {s: status for s, status in steps(section).items() if status} == {
        "gpt": "read",
        "gpt-3": "read",
        "llama": "skipped",
    }
    assert "2 of 6 read" in section.text


def test_a_retired_step_is_left_out_but_what_lies_behind_it_stays(client):
    Item.objects.filter(slug="gpt-3").update(state=Item.State.RETIRED)
    assert list(steps(way(client, "alpaca"))) == [slug for slug in ALPACA if slug != "gpt-3"]
    Item.objects.filter(slug="gpt-3").update(state=Item.State.DRAFT)
    assert "few-shot" not in way(client, "alpaca").text


def send(client, section):
    """Press the button, and return the page it leads to."""
    form = section.one("form")
    fields = {field["name"]: field["value"] for field in form.all("input") if field.get("name")}
    button = form.one("button")
    return client.post(form["action"], {**fields, button["name"]: button["value"]})


@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_what_is_left_is_queued_in_the_order_of_the_way_and_undone_at_once(client, is_member):
    if is_member:
        client.force_login(make_reader())
    client.post("/items/gpt/mark/", {"status": "read"})
    client.post("/items/llama/mark/", {"status": "reading"})
    answer = send(client, way(client, "alpaca"))
    assert answer.headers["Location"] == "/items/alpaca/#way"
    page = get(client, "/items/alpaca/")
    marked = steps(page.one("section", id="way"))
    assert marked == dict.fromkeys(ALPACA, "queued") | {"gpt": "read", "llama": "reading"}
    assert not page.one("section", id="way").all("button")
    undo = page.one("div", id="toast").one("button")
    client.post(undo["formaction"])
    assert set(steps(way(client, "alpaca")).values()) == {"", "read", "reading"}


def test_the_queue_has_the_order_of_the_way(client, reader):
    Dependency.objects.filter(item__slug="gpt-3", builds_on__slug="gpt").delete()
    edge = Item.objects.get(slug="gpt-3"), Item.objects.get(slug="generative-agents")
    Dependency.objects.create(item=edge[0], builds_on=edge[1])
    order = list(steps(way(client, "chinchilla")))
    assert order == ["generative-agents", "gpt-3"]
    send(client, way(client, "chinchilla"))
    queue = reader.marks.order_by("queue_position").values_list("item__slug", flat=True)
    assert list(queue) == order


def test_one_readers_marks_are_not_on_anothers_way(client, reader):
    Item.objects.get(slug="gpt").mark(reader, "read")
    client.force_login(make_reader("other@example.org"))
    assert set(steps(way(client, "alpaca")).values()) == {""}


def test_a_way_that_is_done_says_so(client, reader):
    for slug in ALPACA:
        Item.objects.get(slug=slug).mark(reader, "read")
    section = way(client, "alpaca")
    assert "7 of 7 read" in section.text
    assert "Nothing stands between you and this." in section.text


def test_a_long_way_takes_no_more_queries_than_a_short_one(client):
    def count(slug):
        with CaptureQueriesContext(connection) as queries:
            assert way(client, slug) is not None
        return len(queries)

    assert count("alpaca") == count("palm")
