"""A reader works at “My reading” in a real browser."""

import datetime

import pytest
from playwright.sync_api import expect

from canon.models import Item
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser

QUEUE = ["gpt-3", "react", "instructgpt"]


@pytest.fixture
def reader(canon):
    reader = make_reader()
    for slug in QUEUE:
        Item.objects.get(slug=slug).mark(reader, "queued")
    Item.objects.get(slug="clip").mark(reader, "reading")
    return reader


@pytest.fixture
def desk(context, page, live_server, reader):
    """The page, signed in and open."""
    sign_in_browser(context, live_server.url, reader)
    page.goto("/reading/")
    return page


def queued(page):
    return page.locator("#queue .moves").evaluate_all(
        "forms => forms.map(form => form.getAttribute('action').split('/').at(-2))"
    )


def test_the_keyboard_orders_the_queue_keeps_its_place_and_hears_where_it_is(desk):
    desk.locator("#down-gpt-3").focus()
    desk.keyboard.press("Enter")
    expect(desk.locator("#toast")).to_contain_text("is number 2 of 3.")
    expect(desk.locator("#down-gpt-3")).to_be_focused()
    desk.keyboard.press("Space")
    expect(desk.locator("#toast")).to_contain_text("is number 3 of 3.")
    expect(desk.locator("#down-gpt-3")).to_be_focused()
    expect(desk.locator("#down-gpt-3")).to_have_attribute("aria-disabled", "true")
    assert queued(desk) == ["react", "instructgpt", "gpt-3"]
    desk.reload()
    assert queued(desk) == ["react", "instructgpt", "gpt-3"]


def test_a_mark_moves_the_sentence_and_the_lists(desk):
    desk.locator("#tick-clip").click()
    expect(desk.locator(".sentence")).to_contain_text("1 of 96 read")
    expect(desk.get_by_text("Nothing is under way.")).to_be_visible()
    expect(desk.locator("svg.heat-map .level-1")).to_have_count(1)
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator(".sentence")).to_contain_text("0 of 96 read")
    expect(desk.locator("section[aria-labelledby=under-way] .title")).to_have_count(1)


def test_goal_and_forecast_open_when_asked_for(desk):
    words = desk.get_by_text("You have not set a weekly goal.")
    expect(words).to_be_hidden()
    desk.get_by_text("Goal and forecast").click()
    expect(words).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_nothing_scrolls_sideways(desk, reader, width):
    Item.objects.get(slug="clip").mark(reader, "read")
    desk.reload()
    desk.set_viewport_size({"width": width, "height": 800})
    for details in desk.locator("details:not(.more) > summary").all():
        details.click()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not desk.evaluate(wide)


def test_without_scripts_the_queue_moves_and_says_so(browser, live_server, reader):
    window = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in_browser(window, live_server.url, reader)
    page = window.new_page()
    page.goto("/reading/")
    page.locator("#first-instructgpt").click()
    expect(page.locator("#toast")).to_contain_text("is number 1 of 3.")
    expect(page.locator("#queue .moves").first).to_have_attribute(
        "action", "/reading/queue/instructgpt/"
    )
    window.close()


def test_a_replaced_item_hands_its_mark_on(context, page, live_server, reader):
    old = Item.objects.get(slug="react")
    reader.news_seen_at -= datetime.timedelta(days=1)
    reader.save()
    old.state, old.replaced_by = Item.State.RETIRED, Item.objects.get(slug="dall-e")
    old.save()
    sign_in_browser(context, live_server.url, reader)
    page.goto("/reading/")
    page.locator(".news").get_by_role("button", name="Carry my mark over").click()
    expect(page.locator("#toast")).to_contain_text("Your mark is carried over")
    assert queued(page) == ["gpt-3", "dall-e", "instructgpt"]
    page.get_by_role("button", name="I have seen this").click()
    expect(page.locator(".news")).to_have_count(0)


def test_the_badge_is_shown_as_a_picture(page, reader):
    reader.handle, reader.is_public = "ada", True
    reader.save()
    page.goto("/@ada/")
    width = page.evaluate(
        """async () => {
            const image = new Image();
            image.src = "/@ada/badge.svg";
            await image.decode();
            return image.naturalWidth;
        }"""
    )
    assert width == 260


def test_an_english_title_on_a_chinese_page_keeps_its_apostrophe_narrow(desk):
    desk.goto("/zh-hans/reading/")
    title = desk.locator(".entry .title").first
    expect(title).to_have_attribute("lang", "en")
    expect(title).to_have_css("font-variant-east-asian", "proportional-width")
