"""A reader puts their queue in order."""

import pytest

from canon.models import Item
from tests.pages import get, read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

SLUGS = ["gpt-3", "react", "instructgpt", "software-2-0"]


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    for slug in SLUGS:
        Item.objects.get(slug=slug).mark(reader, "queued")
    return reader


def move(client, slug, where, **headers):
    data = {"move": where, "next": "/reading/"}
    return client.post(f"/reading/queue/{slug}/", data, headers=headers)


def queued(page):
    return [form["action"].split("/")[-2] for form in page.all("form", "moves")]


def queue_of(client):
    return queued(get(client, "/reading/"))


def test_the_queue_stands_in_the_order_it_was_filled(client, reader):
    assert queue_of(client) == SLUGS


@pytest.mark.parametrize(
    ("slug", "where", "order"),
    [
        ("instructgpt", "up", ["gpt-3", "instructgpt", "react", "software-2-0"]),
        ("gpt-3", "down", ["react", "gpt-3", "instructgpt", "software-2-0"]),
        ("software-2-0", "first", ["software-2-0", "gpt-3", "react", "instructgpt"]),
        ("gpt-3", "up", SLUGS),
        ("gpt-3", "first", SLUGS),
        ("software-2-0", "down", SLUGS),
    ],
)
def test_an_item_moves_and_the_others_keep_their_order(client, reader, slug, where, order):
    assert move(client, slug, where)["Location"] == "/reading/#queue"
    assert queue_of(client) == order


def test_the_page_says_where_the_item_is_now(client, reader):
    move(client, "instructgpt", "first")
    title = Item.objects.get(slug="instructgpt").title
    assert get(client, "/reading/").one(id="toast").text == f"“{title}” is number 1 of 4."


def test_htmx_gets_the_queue_and_the_announcement(client, reader):
    response = move(client, "react", "up", HX_Request="true")
    page = read(response.content.decode())
    assert queued(page) == ["react", "gpt-3", "instructgpt", "software-2-0"]
    assert "is number 1 of 4." in page.one(id="toast", hx_swap_oob="innerHTML").text
    assert page.all("h1") == []


def test_buttons_say_what_they_do_and_stay_at_either_end(client, reader):
    forms = get(client, "/reading/").all("form", "moves")
    title = Item.objects.get(slug="gpt-3").title
    assert [b["aria-label"] for b in forms[0].all("button")] == [
        f"Move up: {title}",
        f"Move down: {title}",
        f"First: {title}",
    ]
    disabled = [[b.get("aria-disabled") for b in form.all("button")] for form in forms]
    assert disabled[0] == ["true", None, "true"]
    assert disabled[-1] == [None, "true", None]


@pytest.mark.parametrize("where", ["", "left", "-1", "\x00"])
def test_a_move_there_is_not_is_refused(client, reader, where):
    assert move(client, "react", where).status_code == 400
    assert queue_of(client) == SLUGS


def test_what_is_not_queued_has_no_address_to_move_it(client, reader):
    assert move(client, "clip", "up").status_code == 404
    Item.objects.get(slug="react").mark(reader, "reading")
    assert move(client, "react", "up").status_code == 404


def test_one_reader_orders_and_another_is_refused(client, reader):
    client.force_login(make_reader("other@example.org"))
    assert move(client, "react", "first").status_code == 404
    client.force_login(reader)
    assert queue_of(client) == SLUGS


def test_a_visitor_is_led_to_sign_in(client):
    assert "/login/" in move(client, "react", "up")["Location"]


def test_looking_at_the_address_moves_nothing(client, reader):
    assert client.get("/reading/queue/react/?move=up").status_code == 405


def test_the_form_leads_nowhere_else(client, reader):
    data = {"move": "up", "next": "https://evil.example/"}
    assert client.post("/reading/queue/react/", data)["Location"] == "/reading/#queue"


def test_a_retired_item_keeps_its_place_and_can_be_moved(client, reader):
    item = Item.objects.get(slug="react")
    item.state = Item.State.RETIRED
    item.save()
    move(client, "react", "down")
    assert queue_of(client) == ["gpt-3", "instructgpt", "react", "software-2-0"]
