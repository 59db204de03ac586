"""“Since your last visit”: what was added, retired and replaced, and marks carried over."""

import datetime

import pytest
from django.utils import timezone

from canon.models import Item, MarkState, set_states
from canon.news import news
from tests.conftest import load_canon
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

LONG_AGO = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def retire(slug, by=None):
    item = Item.objects.get(slug=slug)
    item.state = Item.State.RETIRED
    item.replaced_by = by and Item.objects.get(slug=by)
    item.save()
    return item


def add(title="Something new", **fields):
    model = Item.objects.get(slug="gpt-3")
    return Item.objects.create(
        **{
            "slug": "something-new",
            "title": title,
            "section": model.section,
            "position": 999,
            "state": Item.State.PUBLISHED,
            "url": "https://example.org/new",
            "kind": model.kind,
            "effort": model.effort,
            "difficulty": model.difficulty,
            **fields,
        }
    )


def mark(reader, slug, status, started=None, finished=None):
    item = Item.objects.get(slug=slug)
    set_states(reader, {item: lambda _state: MarkState(status, started, finished)})


def state_of(reader, slug):
    mark = reader.marks.filter(item__slug=slug).first()
    return mark.state if mark else MarkState()


def told(client):
    """Return the text of the news on the page, empty for none."""
    return " ".join(section.text for section in get(client, "/reading/").all("section", "news"))


def test_to_a_new_reader_the_canon_is_no_news(client, reader):
    assert told(client) == ""


def test_what_was_added_retired_and_replaced_is_told(client, reader):
    add()
    retire("gpt-3")
    retire("react", by="instructgpt")
    text = told(client)
    assert "Added Something new" in text
    assert f"Retired {Item.objects.get(slug='gpt-3').title}" in text
    assert f"Replaced by {Item.objects.get(slug='instructgpt').title}" in text


def test_of_many_additions_the_first_twenty_are_named(client, reader):
    for number in range(22):
        add(f"New {number:02}", slug=f"new-{number}", url=f"https://example.org/{number}")
    text = told(client)
    assert "New 19" in text
    assert "New 20" not in text
    assert "and 2 more items" in text


def test_of_many_retired_the_first_twenty_are_named(client, reader):
    slugs = [item.slug for item in Item.objects.published().in_canon_order()[:21]]
    for slug in slugs:
        retire(slug)
    text = told(client)
    assert Item.objects.get(slug=slugs[19]).title in text
    assert Item.objects.get(slug=slugs[20]).title not in text
    assert "and 1 more item" in text


def test_a_draft_is_news_when_it_is_published(client, reader):
    item = add(state=Item.State.DRAFT)
    assert told(client) == ""
    item.state = Item.State.PUBLISHED
    item.save()
    assert "Something new" in told(client)


def test_what_came_and_went_in_the_meantime_concerns_only_who_marked_it(client, reader):
    item = add()
    retire("something-new")
    assert told(client) == ""
    set_states(reader, {item: lambda _state: MarkState("reading")})
    assert "Something new" in told(client)


def test_editing_and_moving_an_item_is_no_news(client, reader):
    item = Item.objects.get(slug="gpt-3")
    item.title, item.position = "Another title", 99
    item.save()
    assert told(client) == ""


def test_loading_the_shipped_canon_again_is_no_news(client, reader):
    published = dict(Item.objects.values_list("slug", "published_at"))
    load_canon()
    assert dict(Item.objects.values_list("slug", "published_at")) == published
    assert told(client) == ""


def test_news_stay_until_they_are_seen(client, reader):
    add()
    get(client, "/reading/")
    page = get(client, "/reading/")
    form = page.one("form", action="/reading/news/")
    until = form.one("input", name="until")["value"]
    add("Later still", slug="later", url="https://example.org/later", position=1000)
    assert client.post("/reading/news/", {"until": until})["Location"] == "/reading/"
    assert "Something new" not in told(client)
    assert "Later still" in told(client)  # it came after the page was drawn


def test_what_was_seen_is_never_news_again(client, reader):
    seen = reader.news_seen_at
    client.post("/reading/news/", {"until": LONG_AGO.isoformat()})
    reader.refresh_from_db()
    assert reader.news_seen_at == seen


def test_what_is_still_to_come_cannot_be_seen(client, reader):
    client.post("/reading/news/", {"until": (timezone.now() + 9 * DAY).isoformat()})
    reader.refresh_from_db()
    assert reader.news_seen_at <= timezone.now()


@pytest.mark.parametrize("until", ["", "yesterday", "2026-99-99T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_moment_there_is_not_is_refused(client, reader, until):
    assert client.post("/reading/news/", {"until": until}).status_code == 400


def test_a_visitor_is_led_to_sign_in(client):
    for path in ("/reading/news/", "/reading/carry/react/"):
        assert "/login/" in client.post(path)["Location"]


# Carrying a mark over


def carry(client, slug):
    return client.post(f"/reading/carry/{slug}/", {"next": "/reading/"})


def test_the_mark_of_a_replaced_item_is_offered_to_the_new_one(client, reader):
    day = reader.today() - 9 * DAY
    mark(reader, "react", "read", day, day)
    retire("react", by="instructgpt")
    page = get(client, "/reading/")
    assert page.one("section", "news").one("form", action="/reading/carry/react/")
    assert carry(client, "react")["Location"] == "/reading/"
    assert state_of(reader, "instructgpt") == state_of(reader, "react")
    assert "Your mark is carried over" in get(client, "/reading/").one(id="toast").text
    assert get(client, "/reading/").all("form", action="/reading/carry/react/") == []


def test_the_further_mark_wins(client, reader):
    day = reader.today()
    mark(reader, "instructgpt", "read", finished=day)
    mark(reader, "react", "reading", started=day - 5 * DAY)
    retire("react", by="instructgpt")
    carry(client, "react")
    assert state_of(reader, "instructgpt") == MarkState("read", day - 5 * DAY, day)


def test_what_is_still_to_be_done_moves_on_and_takes_its_place(client, reader):
    for slug in ("gpt-3", "react", "clip"):
        Item.objects.get(slug=slug).mark(reader, "queued")
    retire("react", by="instructgpt")
    carry(client, "react")
    queue = reader.marks.order_by("queue_position").values_list("item__slug", flat=True)
    assert list(queue) == ["gpt-3", "instructgpt", "clip"]


def test_one_undo_takes_the_carrying_back(client, reader):
    mark(reader, "react", "reading", reader.today())
    retire("react", by="instructgpt")
    carry(client, "react")
    assert (state_of(reader, "react").status, state_of(reader, "instructgpt").status) == (
        "",
        "reading",
    )
    toast = get(client, "/reading/").one(id="toast")
    client.post(toast.one("button")["formaction"])
    assert (state_of(reader, "react").status, state_of(reader, "instructgpt").status) == (
        "reading",
        "",
    )


def test_carrying_twice_changes_nothing(client, reader):
    mark(reader, "react", "read", finished=reader.today())
    retire("react", by="instructgpt")
    carry(client, "react")
    events = reader.reading_events.count()
    carry(client, "react")
    assert reader.reading_events.count() == events
    assert "nothing left to carry over" in get(client, "/reading/").one(id="toast").text


def test_without_a_mark_nothing_is_offered(client, reader):
    retire("react", by="instructgpt")
    assert get(client, "/reading/").one("section", "news").all("form", action="/reading/news/")
    assert get(client, "/reading/").all("form", action="/reading/carry/react/") == []


def test_the_offer_stays_in_the_lists_when_the_news_are_seen(client, reader):
    mark(reader, "react", "reading", reader.today())
    retire("react", by="instructgpt")
    client.post("/reading/news/", {"until": timezone.now().isoformat()})
    page = get(client, "/reading/")
    assert page.all("section", "news") == []
    under_way = page.one("section", aria_labelledby="under-way")
    assert under_way.one("form", action="/reading/carry/react/")


def test_one_reader_carries_and_another_is_refused(client, reader):
    mark(reader, "react", "read")
    retire("react", by="instructgpt")
    client.force_login(make_reader("other@example.org"))
    assert carry(client, "react").status_code == 404


def test_an_item_that_nothing_replaces_has_nothing_to_carry(client, reader):
    mark(reader, "react", "read")
    assert carry(client, "react").status_code == 404
    retire("react")
    assert carry(client, "react").status_code == 404
    retire("react", by="instructgpt")
    retire("instructgpt")
    assert carry(client, "react").status_code == 404


def test_a_replacement_that_was_replaced_leads_on_and_a_ring_leads_nowhere(client, reader):
    mark(reader, "react", "read")
    retire("react", by="instructgpt")
    retire("instructgpt", by="clip")
    carry(client, "react")
    assert state_of(reader, "clip").status == "read"
    retire("clip", by="react")
    found = news(Item.objects.all(), {}, reader.news_seen_at)
    assert found.replaced == []
    assert {item.slug for item in found.retired} == {"react", "instructgpt", "clip"}
