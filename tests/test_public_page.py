"""What a reader shows to everyone, and the badge for a README."""

import datetime

import pytest

from canon.models import Item, MarkState, set_states, write_note
from tests.pages import get, read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PAGES = ["/@ada/", "/@ada/badge.svg", "/zh-hans/@ada/", "/zh-hans/@ada/badge.svg"]


@pytest.fixture
def reader():
    reader = make_reader("ada@example.org", handle="ada", is_public=True)
    mark(reader, "gpt-3", "read", finished=datetime.date(2025, 2, 13))
    mark(reader, "react", "reading")
    mark(reader, "instructgpt", "queued")
    mark(reader, "clip", "skipped")
    return reader


def mark(reader, slug, status, started=None, finished=None):
    item = Item.objects.get(slug=slug)
    set_states(reader, {item: lambda _state: MarkState(status, started, finished)})


def title(slug):
    return Item.objects.get(slug=slug).title


@pytest.mark.parametrize("path", PAGES)
def test_it_is_off_by_default(client, path):
    make_reader("ada@example.org", handle="ada")
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_turning_it_off_makes_it_unfound_at_once(client, reader, path):
    assert client.get(path).status_code == 200
    reader.is_public = False
    reader.save()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_a_closed_account_shows_nothing(client, reader, path):
    reader.is_active = False
    reader.save()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "handle", ["nobody", "%00", "ada%00", "阿达", "ada@example.org", "x" * 500]
)
@pytest.mark.parametrize("page", ["", "badge.svg"])
def test_an_unknown_handle_is_not_found(client, reader, handle, page):
    assert client.get(f"/@{handle}/{page}").status_code == 404


def test_a_handle_in_other_letters_leads_to_the_page_only_while_there_is_one(client, reader):
    assert client.get("/zh-hans/@Ada/")["Location"] == "/zh-hans/@ada/"
    reader.is_public = False
    reader.save()
    assert client.get("/@Ada/").status_code == 404


def test_everyone_sees_bars_and_finished_titles(client, reader):
    page = get(client, "/@ada/")
    assert page.one("h1").text == "@ada"
    assert "1 of 95 read" in page.text
    assert [link.text for link in page.one(class_="references").all("a")] == [title("gpt-3")]
    assert page.one(class_="bars").all("progress")


def test_nobody_sees_what_else_is_marked_nor_when_nor_who(client, reader):
    write_note(reader, Item.objects.get(slug="gpt-3"), "A secret thought", based_on=0)
    html = client.get("/@ada/").content.decode()
    page = read(html)
    assert "A secret thought" not in html
    assert "2025" not in page.one("main").text
    assert "ada@example.org" not in html
    assert page.all("a", data_status="reading") == []
    assert page.all("a", data_status="queued") == []
    assert page.all("a", data_status="skipped") == []
    assert "skipped" not in page.one("main").text
    for slug in ("react", "instructgpt", "clip"):
        assert title(slug) not in page.one("section", aria_labelledby="finished").text


def test_a_finished_item_that_was_retired_stays_but_a_draft_is_nobody_s_business(client, reader):
    Item.objects.filter(slug="gpt-3").update(state=Item.State.RETIRED)
    page = get(client, "/@ada/")
    assert "0 of 94 read" in page.text
    assert title("gpt-3") in page.one("section", aria_labelledby="finished").text
    Item.objects.filter(slug="gpt-3").update(state=Item.State.DRAFT)
    assert title("gpt-3") not in client.get("/@ada/").content.decode()


def test_a_reader_without_a_finish_has_a_page_all_the_same(client):
    make_reader(handle="new", is_public=True)
    assert "Nothing yet." in get(client, "/@new/").text


def test_search_engines_pass_by_and_caches_ask_again(client, reader):
    response = client.get("/@ada/")
    page = read(response.content.decode())
    assert page.one("meta", name="robots")["content"] == "noindex"
    assert {"private", "no-cache"} <= set(response["Cache-Control"].split(", "))
    assert client.get("/@ada/badge.svg")["X-Robots-Tag"] == "noindex"


def test_the_badge_is_a_picture_that_says_its_figure(client, reader):
    response = client.get("/@ada/badge.svg")
    assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
    badge = read(response.content.decode())
    assert badge.one("title").text == "AI Canon: 1 of 95 read"
    assert len(badge.all("path")) == 3
    assert not any(element.get("style") for element in badge.walk())


def test_the_badge_of_a_chinese_page_is_chinese_throughout(client, reader):
    badge = read(client.get("/zh-hans/@ada/badge.svg").content.decode())
    assert badge.one("title").text == "AI 经典：1 / 95 已读"
    assert [text.text for text in badge.all("text")] == ["AI 经典", "1 / 95 已读"]


def test_what_is_finished_is_headed_as_such_in_chinese(client, reader):
    page = get(client, "/zh-hans/@ada/")
    assert page.one("h2", id="finished").text == "读完"


def test_the_badge_is_kept_for_minutes_and_then_asked_for_by_its_tag(client, reader):
    response = client.get("/@ada/badge.svg")
    assert {"public", "max-age=300"} <= set(response["Cache-Control"].split(", "))
    assert "Cookie" not in response.get("Vary", "")
    again = client.get("/@ada/badge.svg", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    mark(reader, "react", "read")
    changed = client.get("/@ada/badge.svg", headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200


def test_it_can_only_be_looked_at(client, reader):
    for path in PAGES:
        assert client.post(path).status_code == 405
