"""What stands side by side leaves each other room, on the narrowest screens too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from canon.models import Item
from tests.browser.tour import SOME, furnish, window_of
from tests.readers import make_curator, sign_in_browser

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
LANGUAGES = ["", "/zh-hans"]

# The rectangle of what is written in an element, rather than of the element.
INK = """element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { left, right, top, bottom };
}"""
BOX = "element => element.getBoundingClientRect().toJSON()"
TONES = "element => [element, element.closest('.openers')].map(of => getComputedStyle(of).color)"


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Tell whether two rectangles have a place in common."""
    beside = one["right"] <= other["left"] or other["right"] <= one["left"]
    return not (beside or one["bottom"] <= other["top"] or other["bottom"] <= one["top"])


def collisions(one: str, other: str, whole: Locator) -> list[str]:
    """Return the text of each `one` that meets the `other` within the same `whole`."""
    found = []
    for part in whole.all():
        first, second = part.locator(one).first, part.locator(other).first
        if overlap(first.evaluate(INK), second.evaluate(INK)):
            found.append(first.inner_text())
    return found


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_heading_runs_into_what_marks_its_section(page, language, width):
    page.set_viewport_size({**PHONE, "width": width})
    page.goto(f"{language}/?kind=paper")
    sections = page.locator(".group.depth-0")
    expect(sections.locator("> .mark-many").first).to_be_visible()
    assert collisions("> h2", "> .mark-many summary", sections) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_back_is_a_word_on_one_line(page, language):
    page.set_viewport_size(PHONE)
    page.goto(language + SOME)
    page.locator(".card .tick").first.click()
    undo = page.locator(".toast button")
    expect(undo).to_be_visible()
    assert undo.bounding_box()["height"] < 40


def test_how_many_filters_apply_is_as_legible_as_the_button(page):
    page.set_viewport_size(PHONE)
    page.goto(SOME)
    tally, button = page.locator(".openers .tally").evaluate(TONES)
    assert tally == button


def test_buttons_under_the_recovery_codes_do_not_touch(browser, live_server, canon):
    with window_of(browser, live_server.url, furnish()["reader"], viewport=PHONE) as page:
        page.goto("/accounts/2fa/recovery-codes/")
        first, second = (one.bounding_box() for one in page.locator("main > .button").all())
    apart = max(
        second["x"] - first["x"] - first["width"], second["y"] - first["y"] - first["height"]
    )
    assert apart >= 8


def test_nothing_shows_between_the_search_and_the_filters_that_stay(page):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/?kind=paper")
    page.mouse.wheel(0, 2000)
    search, pills = page.locator(".search"), page.locator("#pills")
    page.wait_for_function("document.querySelector('.search').getBoundingClientRect().top === 0")
    end = search.bounding_box()["y"] + search.bounding_box()["height"]
    assert pills.bounding_box()["y"] <= end


@pytest.mark.parametrize("width", [1280, 1100])
def test_a_long_title_at_the_desk_runs_into_no_tool(page, context, live_server, width):
    sign_in_browser(context, live_server.url, make_curator())
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/admin/canon/item/{Item.objects.get(slug='bert').pk}/change/")
    title = page.locator("#content > h2").evaluate(INK)
    tools = page.locator(".object-tools a")
    assert tools.count() == 3
    assert not any(overlap(title, tool.evaluate(BOX)) for tool in tools.all())
