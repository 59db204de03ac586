"""Where the system forces its own colours, a mark, a choice and where one is can still be told."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

FIRST = "software-2-0"


def tone(page: Page, target: str, name: str = "background-color", part: str | None = None) -> str:
    """Return a colour that an element, or a part of it such as `::after`, is drawn in."""
    read = "(element, [name, part]) => getComputedStyle(element, part).getPropertyValue(name)"
    return page.locator(target).first.evaluate(read, [name, part])


def test_what_colour_tells_is_told_by_the_colours_of_the_system(page):
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto("/?kind=article")
    canvas, text = tone(page, "body"), tone(page, "body", "color")
    page.keyboard.press("j")
    page.keyboard.press("x")
    toast = page.locator(".toast")
    expect(toast).to_be_visible()

    # The system lays its own ground under text: on any other it would be a black box.
    assert tone(page, ".toast") == canvas
    assert tone(page, ".toast p", "color") == text
    # What is chosen is filled, what is not is only framed.
    for chosen, other in (
        ("#pill-kind summary", "#pill-author summary"),
        (".themes [aria-pressed=true]", ".themes [aria-pressed=false]"),
        (f"#tick-{FIRST}", ".card [data-status=''] .tick"),
    ):
        assert tone(page, chosen) not in {canvas, tone(page, other)}
    assert tone(page, f"#tick-{FIRST}", "border-left-color", "::after") != tone(
        page, f"#tick-{FIRST}"
    )
    # The accent of the page one is on is a shadow elsewhere, and there are no shadows here.
    expect(page.locator(".places [aria-current]")).to_have_css("text-decoration-line", "underline")
    title = page.locator(f"#item-{FIRST} .title a")
    expect(title).to_be_focused()
    expect(title).to_have_css("outline-style", "solid")
