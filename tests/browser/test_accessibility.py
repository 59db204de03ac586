"""Axe finds no fault with any page, on large and small screens, in both languages and schemes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
EVERYTHING = {"resultTypes": ["violations"], "preload": False}
# Between the schemes only colours differ, and those of one card under a heading are those of all.
COLOURS = {**EVERYTHING, "runOnly": ["color-contrast"]}
ONE_CARD = {"exclude": [[".card ~ .card"]]}
SCHEMES = {"light": (None, EVERYTHING), "dark": (ONE_CARD, COLOURS)}


def faults(page: Page) -> dict[str, list[str]]:
    """Return where on the page axe finds something, by rule, screen and scheme."""
    found = {}
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)
        for scheme, (part, options) in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            for fault in Axe().run(page, part, options).response["violations"]:
                places = [str(node["target"]) for node in fault["nodes"]]
                found[f"{fault['id']} ({screen}, {scheme})"] = places
    return found


@pytest.fixture(params=["", "/zh-hans"], ids=["en", "zh-hans"])
def language(request) -> str:
    """The beginning of addresses in a language."""
    return request.param


def test_the_canon_is_accessible(page, language):
    assert page.goto(f"{language}/").status == 200
    assert faults(page) == {}


def test_a_filtered_list_with_an_open_pill_is_accessible(page, language):
    page.goto(f"{language}/?q=scaling&kind=paper")
    page.locator("#pill-kind summary").click()
    expect(page.locator("#panel-kind")).to_be_visible()
    assert faults(page) == {}


def test_an_item_and_a_missing_page_are_accessible(page, language):
    assert page.goto(f"{language}/items/palm/").status == 200
    assert faults(page) == {}
    assert page.goto(f"{language}/items/nowhere/").status == 404
    assert faults(page) == {}
