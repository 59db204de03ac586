"""“My reading”: one reader's lists, bars, year, streaks, goal and forecast."""

import datetime

import pytest

from canon.models import Item, MarkState, set_states
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def mark(reader, slug, status, started=None, finished=None):
    item = Item.objects.get(slug=slug)
    set_states(reader, {item: lambda _state: MarkState(status, started, finished)})


def retire(slug, by=None):
    item = Item.objects.get(slug=slug)
    item.state = Item.State.RETIRED
    item.replaced_by = by and Item.objects.get(slug=by)
    item.save()


def titles(page, heading):
    """Return the titles in the list under the heading of this id."""
    section = page.one("section", aria_labelledby=heading)
    return [title.text for title in section.all(class_="title")]


def test_a_visitor_is_led_to_sign_in_and_back(client):
    response = client.get("/reading/")
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/reading/")


def test_what_was_marked_and_hidden_since_is_still_under_way(client, reader):
    mark(reader, "bert", "reading")
    Item.objects.filter(slug="bert").update(state="draft")
    assert "No longer on the list" in get(client, "/reading/").text


def test_a_new_reader_is_told_what_will_stand_here(client, reader):
    page = get(client, "/reading/")
    assert "Nothing is under way." in page.text
    assert "Your queue is empty." in page.text
    assert "colours the first day" in page.text
    assert "You have not set a weekly goal." in page.text
    assert len(titles(page, "next")) == 3
    assert page.all("svg", "heat-map") == []
    assert page.all("section", "news") == []


def test_the_sentence_and_the_shelf_tell_the_whole(client, reader):
    mark(reader, "gpt-3", "read", finished=reader.today())
    mark(reader, "react", "reading", started=reader.today())
    page = get(client, "/reading/")
    assert "1 of 96 read" in page.text
    assert "1 under way" in page.text
    assert "1 this week" in page.text
    assert page.one("a", href="/items/gpt-3/", data_status="read")


def test_skipped_and_retired_items_leave_the_total_and_the_page_says_how_many(client, reader):
    mark(reader, "gpt-3", "skipped")
    mark(reader, "react", "read")
    retire("react")
    retire("instructgpt")
    page = get(client, "/reading/")
    assert "0 of 93 read" in page.text
    assert "1 skipped" in page.text
    assert "1 item you marked has been retired and left the total." in page.text


def test_each_section_has_its_bar(client, reader):
    mark(reader, "software-2-0", "read")
    mark(reader, "state-of-gpt", "skipped")
    row = get(client, "/reading/").one(class_="bars").all("li")[0]
    assert row.text == "A gentle introduction 1 of 4 1 skipped"
    assert (row.one("progress")["value"], row.one("progress")["max"]) == ("1", "4")


def test_what_is_under_way_stands_with_the_latest_begun_on_top(client, reader):
    today = reader.today()
    mark(reader, "gpt-3", "reading", today - 3 * DAY)
    mark(reader, "react", "reading", today)
    mark(reader, "instructgpt", "reading")
    under_way = titles(get(client, "/reading/"), "under-way")
    expected = [Item.objects.get(slug=s).title for s in ("react", "gpt-3", "instructgpt")]
    assert under_way == expected


def test_every_entry_and_suggestion_can_be_marked_where_it_stands(client, reader):
    mark(reader, "gpt-3", "reading")
    mark(reader, "react", "queued")
    page = get(client, "/reading/")
    assert len(page.all("div", "mark")) == 5
    tick = page.one("button", id="tick-gpt-3")
    client.post(tick["formaction"], {"status": "read", "next": "/reading/"})
    assert titles(get(client, "/reading/"), "under-way") == []


def test_suggestions_give_their_reason(client, reader):
    page = get(client, "/reading/")
    reasons = [reason.text for reason in page.all(class_="reason")]
    assert reasons == ["Short: fits twenty minutes."] * 3


def test_with_all_the_rest_queued_nothing_is_suggested(client, reader):
    items = list(Item.objects.published())
    set_states(reader, {item: lambda state: state.moved_to("queued", None) for item in items})
    assert "Everything that is left is under way or in your queue." in get(client, "/reading/").text


def test_at_the_end_the_page_says_so(client, reader):
    items = list(Item.objects.published())
    set_states(reader, {item: lambda _state: MarkState("read") for item in items})
    page = get(client, "/reading/")
    assert "you have come to the end of the canon" in page.text
    assert "Nothing is left to finish." in page.text


def test_a_retired_item_keeps_its_place_says_so_and_can_be_let_go(client, reader):
    mark(reader, "gpt-3", "reading")
    retire("gpt-3")
    page = get(client, "/reading/")
    section = page.one("section", aria_labelledby="under-way")
    assert "No longer on the list" in section.text
    assert section.all("a") == []  # it has no page any more
    form = section.one("form", action="/items/gpt-3/mark/")
    assert form.one("button")["aria-label"].startswith("Let go of ")
    response = client.post("/items/gpt-3/mark/", {"status": "", "next": "/reading/"}, follow=True)
    assert response.status_code == 200
    assert not reader.marks.exists()


def test_the_year_is_drawn_and_told_as_a_table(client, reader):
    today = reader.today()
    mark(reader, "gpt-3", "read", finished=today - 40 * DAY)
    mark(reader, "react", "read", finished=today)
    mark(reader, "instructgpt", "read")
    page = get(client, "/reading/")
    calendar = page.one("svg", "heat-map")
    assert len(calendar.all("rect", "level-1")) == 2
    assert all(rect.one("title").text for rect in calendar.all("rect", "level-1"))
    drawing = page.one("svg", "line")
    assert len(drawing.all("circle")) == 2
    assert drawing.one("title", id="line-title").text == "3 items finished over time"
    assert "1 finished item has no date" in page.text
    days, months = page.all("table")
    assert len(days.one("tbody").all("tr")) == 2
    assert [row.all("td")[-1].text for row in months.one("tbody").all("tr")] == ["3", "2"]
    assert not any(element.get("style") for element in page.walk())


def test_streaks_are_told_in_days_and_weeks(client, reader):
    today = reader.today()
    for slug, days in (("gpt-3", 1), ("react", 2), ("instructgpt", 3)):
        mark(reader, slug, "read", finished=today - days * DAY)
    text = get(client, "/reading/").one(class_="streaks").text
    assert "3 days in a row" in text
    assert "today is still open" in text
    assert "week" in text


def test_goal_and_forecast_are_hidden_until_asked_for(client, reader):
    reader.weekly_goal = 3
    reader.save()
    mark(reader, "gpt-3", "read", finished=reader.today())
    goal = get(client, "/reading/").one("details", id="goal")
    assert goal.get("open") is None
    assert "1 finished this week, of 3." in goal.text
    assert "At 3 a week: around " in goal.text
    assert "At 0.25 a week, as in the last four weeks: around " in goal.text


def test_dates_follow_the_language(client, reader):
    day = datetime.date(2026, 3, 12)
    mark(reader, "gpt-3", "reading", started=day)
    assert "2026 年 3 月 12 日" in get(client, "/zh-hans/reading/").text
    assert "2026 年 3 月 12 日" not in get(client, "/reading/").text


def test_htmx_gets_the_lists_without_the_page(client, reader):
    response = client.get("/reading/", headers={"HX-Request": "true"})
    text = response.content.decode()
    assert 'id="next"' in text
    assert "<html" not in text
    assert 'id="standing"' not in text
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(response["Vary"].split(", "))


def test_nobody_keeps_a_copy_for_others(client, reader):
    assert {"private", "no-cache"} <= set(client.get("/reading/")["Cache-Control"].split(", "))


def test_the_public_page_is_offered_only_once_it_is_on(client, reader):
    assert "/@ada/" not in client.get("/reading/").content.decode()
    reader.handle, reader.is_public = "ada", True
    reader.save()
    text = client.get("/zh-hans/reading/").content.decode()
    assert "http://testserver/zh-hans/@ada/badge.svg" in text


def test_one_reader_sees_nothing_of_another(client, reader):
    other = make_reader("other@example.org")
    mark(other, "gpt-3", "reading", other.today())
    mark(other, "react", "queued")
    page = get(client, "/reading/")
    assert "0 of 96 read" in page.text
    assert titles(page, "under-way") == titles(page, "queued") == []


def test_nothing_there_is_changed_by_looking(client, reader):
    assert client.post("/reading/").status_code == 405
