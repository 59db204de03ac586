"""Many items are marked at once: those that are shown, or a section."""

import re

import pytest

from canon.models import Item, Status, undo_step
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def listed(client, address):
    """Return what each form for many items on a page would send: first all shown, then sections."""
    return re.findall(r'name="items" value="([\d,]+)"', client.get(address).content.decode())


def test_all_shown_are_marked_and_no_others(client, reader):
    shown = listed(client, "/?author=andrej-karpathy")[0]
    client.post("/marks/", {"items": shown, "status": "read"})
    by_karpathy = set(
        Item.objects.filter(authors__slug="andrej-karpathy").values_list("pk", flat=True)
    )
    assert set(reader.marks.values_list("item_id", flat=True)) == by_karpathy


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_all_shown_can_be_marked_in_either_language(client, language):
    expected = ",".join(
        str(pk) for pk in Item.objects.in_canon_order().values_list("pk", flat=True)
    )
    assert listed(client, f"{language}/")[0] == expected


def test_what_is_published_after_the_page_was_shown_is_not_marked(client, reader):
    Item.objects.filter(slug="software-2-0").update(state=Item.State.DRAFT)
    shown = listed(client, "/?author=andrej-karpathy")[0]
    Item.objects.filter(slug="software-2-0").update(state=Item.State.PUBLISHED)
    client.post("/marks/", {"items": shown, "status": "read"})
    assert not reader.marks.filter(item__slug="software-2-0").exists()


def test_a_section_is_marked_with_all_below_it(client, reader):
    foundations = listed(client, "/")[2]
    client.post("/marks/", {"items": foundations, "status": "queued"})
    slugs = reader.marks.values_list("item__section__slug", flat=True)
    assert set(slugs) == {"foundations-explainers", "foundations-courses"}
    assert len(slugs) == 6


def test_one_undo_takes_the_whole_step_back(client, reader):
    Item.objects.get(slug="gpt-3").mark(reader, Status.READING)
    client.post("/marks/", {"items": listed(client, "/")[0], "status": "read"})
    assert reader.marks.filter(status=Status.READ).count() == 96
    undo_step(reader, reader.reading_events.last().step)
    assert list(reader.marks.values_list("item__slug", "status")) == [("gpt-3", "reading")]


def test_htmx_gets_every_mark_that_changed(client, reader):
    shown = listed(client, "/?author=andrej-karpathy")[0]
    answer = client.post(
        "/marks/", {"items": shown, "status": "read"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert answer.count('data-status="read" hx-swap-oob="true"') == len(shown.split(","))


@pytest.mark.parametrize("items", ["", "x", "1,x", "-1", "9" * 30, "1,,2"])
def test_a_nonsense_list_is_refused(client, reader, items):
    assert client.post("/marks/", {"items": items, "status": "read"}).status_code == 400
    assert not reader.marks.exists()


def test_the_number_of_queries_does_not_grow_with_the_items(
    client, reader, django_assert_max_num_queries
):
    few, many = listed(client, "/?author=andrej-karpathy")[0], listed(client, "/")[0]
    for items in (few, many):
        with django_assert_max_num_queries(20):
            client.post("/marks/", {"items": items, "status": "read"})
