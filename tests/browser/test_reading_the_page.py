"""On any screen one finds the way about the page, and nothing sticks out of it."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}


def sideways(page: Page) -> int:
    """Return how far the page can be scrolled to the side, in pixels."""
    page.evaluate("scrollTo(1000, 0)")
    return int(
        page.evaluate("Math.max(scrollX, document.documentElement.scrollWidth - innerWidth)")
    )


@pytest.mark.parametrize("language", ["", "/zh-hans"], ids=["en", "zh-hans"])
def test_nothing_scrolls_to_the_side_on_the_narrowest_phone(page, language):
    page.set_viewport_size(NARROWEST)
    paths = ["/", "/items/palm/", "/items/nowhere/", "/?q=model&kind=paper&author=openai"]
    excess = {}
    for path in paths:
        assert page.goto(language + path).status == (404 if "nowhere" in path else 200)
        excess[path] = sideways(page)
    assert excess == dict.fromkeys(paths, 0)

    page.locator(".openers button").last.click()
    page.locator("#pill-section summary").click()
    panel = page.locator("#panel-section").bounding_box()
    assert panel["x"] >= 0
    assert panel["x"] + panel["width"] <= NARROWEST["width"]
    assert sideways(page) == 0


def test_the_contents_open_as_a_sheet_on_a_phone_and_lead_to_a_section(page):
    page.set_viewport_size(PHONE)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    button = page.get_by_role("button", name="Contents")
    sheet = page.get_by_role("navigation", name="Contents")
    heading = page.get_by_role("heading", name="Market analysis")
    expect(sheet).to_be_hidden()
    button.click()
    expect(sheet).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    expect(heading).not_to_be_in_viewport()
    button.click()
    sheet.get_by_role("link", name="Market analysis").click()
    expect(sheet).to_be_hidden()
    expect(page).to_have_url("/#market")
    expect(heading).to_be_in_viewport()
    bar = page.get_by_role("search").bounding_box()
    assert heading.bounding_box()["y"] >= bar["y"] + bar["height"]


def test_filters_open_as_a_sheet_on_a_phone_and_stay_open_while_one_chooses(page):
    page.set_viewport_size(PHONE)
    page.goto("/")
    page.get_by_role("button", name="Filters").click()
    sheet = page.locator("#pills")
    sheet.locator("summary", has_text="Kind").click()
    page.locator("#kind-video").check()
    shows = sheet.get_by_role("button", name="items")
    expect(shows).not_to_have_text("Show 96 items")
    expect(page.locator("#kind-video")).to_be_focused()
    number = int("".join(filter(str.isdigit, shows.inner_text())))
    shows.click()
    expect(sheet).to_be_hidden()
    expect(page.locator("article.card")).to_have_count(number)
    expect(page.get_by_role("button", name="Filters 1")).to_be_visible()


def test_the_contents_tell_where_one_is(page):
    page.set_viewport_size(DESKTOP)
    page.goto("/#market")
    here = page.locator("#contents [aria-current]")
    expect(here).to_contain_text("Market analysis")


def test_on_a_phone_they_tell_it_when_they_are_opened(page):
    page.set_viewport_size(PHONE)
    page.goto("/#market")
    page.get_by_role("button", name="Contents").click()
    expect(page.locator("#contents [aria-current]")).to_contain_text("Market analysis")


def test_search_and_pills_stay_whole_in_reach_far_down_the_page(page):
    page.set_viewport_size(DESKTOP)
    page.emulate_media(reduced_motion="reduce")
    page.goto("/#agents")
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_in_viewport()
    search = page.get_by_role("search").bounding_box()
    pill = page.locator(".pill summary", has_text="Kind").bounding_box()
    assert search["y"] >= 0
    assert pill["y"] >= search["y"] + search["height"]
