"""Axe finds no fault with any page, on large and small screens, in both languages and schemes."""

from __future__ import annotations

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from tests.browser.tour import SOME, furnish, tour, window_of

pytestmark = pytest.mark.browser

SCREENS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
# The first two go everywhere, the others where a phone has another page than a desktop: so both
# languages and both schemes meet both screens, and have nothing to do with one another.
FOLDING = {"/", SOME, "/items/palm/", "/items/bert/note/", "/reading/", "/accounts/preferences/"}
LOOKS = [
    ("", "light", "desktop", None),
    ("/zh-hans", "dark", "phone", None),
    ("", "light", "phone", FOLDING),
    ("/zh-hans", "dark", "desktop", FOLDING),
]
# A desktop at 200 % is as narrow as this, a small phone, or a desktop at 400 %, as that.
NARROW = {"desktop": 640, "phone": 320}

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What Django's own templates of the desk do beyond the guidelines is Django's.
RULES = {"desk": WCAG, "site": [*WCAG, "best-practice"]}
# The cards under a heading are built alike; the first stop looks at all of them.
ALIKE = [[".card ~ .card"]]

AXE = """async ([part, alike, tags]) => {
    // What is out of sight has a guessed height, over which axe would find its content hanging.
    for (const card of document.querySelectorAll(".card")) card.style.contentVisibility = "visible";
    const where = part ? { include: [part] } : { exclude: alike };
    const results = await axe.run(where, {
        resultTypes: ["violations"], preload: false, runOnly: tags,
        // Off by default. It takes what lies under an open menu for something that hides it.
        rules: { "target-size": { enabled: !part } },
    });
    const places = ({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`);
    return results.violations.flatMap(places);
}"""
TARGETS = "a, button, summary, label, select"
SMALL_TARGETS = """([part, targets]) => [...document.querySelector(part).querySelectorAll(targets)]
    .filter(target => target.checkVisibility())
    .filter(target => Math.min(target.offsetWidth, target.offsetHeight) < 24)
    .map(target => `target-size: ${target.outerHTML.slice(0, 80)}`)"""
WIDTH = "document.documentElement.scrollWidth"


def examine(page: Page, part: str | None = None, *, whole: bool = False) -> list[str]:
    """Return what axe finds on a page, or in the part of it that lies open over the rest."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    tags = RULES["desk" if "/admin/" in page.url else "site"]
    found = page.evaluate(AXE, [part, [] if whole else ALIKE, tags])
    return found + (page.evaluate(SMALL_TARGETS, [part, TARGETS]) if part else [])


def faults(page: Page) -> dict[str, list[str]]:
    """Return what axe finds on the page as it is, by screen and scheme."""
    found = {}
    for screen, size in SCREENS.items():
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found[f"{screen}, {scheme}"] = examine(page)
    return {where: what for where, what in found.items() if what}


def is_too_wide(page: Page, width: int) -> bool:
    """Tell whether a page scrolls to the side in a window of this width."""
    size = page.viewport_size
    page.set_viewport_size({**size, "width": width})
    found = page.evaluate(WIDTH) > width
    page.set_viewport_size(size)
    return found


@pytest.mark.parametrize(("language", "scheme", "screen", "paths"), LOOKS)
def test_every_page_is_accessible(browser, live_server, canon, language, scheme, screen, paths):
    found = {}
    look = {"color_scheme": scheme, "reduced_motion": "reduce", "viewport": SCREENS[screen]}
    for visitor, user in furnish().items():
        with window_of(browser, live_server.url, user, **look) as page:
            for number, (stop, part) in enumerate(tour(page, visitor, language, paths)):
                found[stop] = examine(page, part, whole=number == 0)
                if part is None and is_too_wide(page, NARROW[screen]):
                    found[stop].append(f"scrolls sideways at {NARROW[screen]} px")
    assert len(found) > (10 if paths else 50)
    assert {stop: what for stop, what in found.items() if what} == {}
