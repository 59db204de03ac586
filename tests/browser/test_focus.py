"""After a part of the page is drawn anew, the focus is where one expects it, and is told why."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from canon.models import Item, Status, change_marks, write_note
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser

FIRST, SECOND = "software-2-0", "state-of-gpt"
KEPT = "data-was-there"


@pytest.fixture
def reader(context, live_server):
    """A reader who is signed in, with two items under way and a note."""
    member = make_reader()
    items = [Item.objects.get(slug=slug) for slug in (FIRST, SECOND)]
    change_marks(member, items, Status.READING)
    write_note(member, items[0], "The first text.", based_on=0)
    sign_in_browser(context, live_server.url, member)
    return member


def press_on(target: Locator, *keys: str) -> None:
    """Come to `target` and press keys, each on what has the focus by then."""
    target.focus()
    for key in keys:
        target.page.keyboard.press(key)


def opened(page: Page, address: str) -> Page:
    """Open a page and mark its live regions: one that is drawn anew says nothing.

    What keeps the focus comes when a hand stirs, as it has when somebody has come to a button.
    """
    page.goto(address)
    page.evaluate("import(document.querySelector('script[data-keys]').dataset.keys)")
    page.evaluate(
        "name => document.querySelectorAll('[role=status]').forEach(r => r.setAttribute(name, ''))",
        KEPT,
    )
    return page


def expect_said(region: Locator, text: str | re.Pattern[str]) -> None:
    expect(region).to_contain_text(text)
    expect(region).to_have_role("status")
    expect(region).to_have_attribute(KEPT, "")


def test_marking_and_taking_it_back(page):
    opened(page, "/")
    tick, toast = page.locator(f"#tick-{FIRST}"), page.locator("#toast")
    press_on(tick, "Enter")
    expect_said(toast, "is marked as read")
    expect(tick).to_be_focused()
    press_on(toast.get_by_role("button", name="Undo"), "Enter")
    expect_said(toast, "Taken back.")
    expect(tick).to_be_focused()


def test_the_menu_of_statuses_gives_the_focus_back(page):
    opened(page, "/")
    more, menu = page.locator(f"#item-{FIRST} .more"), page.locator("#menu")
    press_on(more, "Enter")
    expect(menu.get_by_role("button", name="Put in my queue")).to_be_focused()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    press_on(more, "Enter", "Enter")
    expect_said(page.locator("#toast"), "in your queue")
    expect(more).to_be_focused()


def test_marking_many_ends_on_what_opened_the_menu(page):
    opened(page, "/?q=scaling")
    summary = page.locator(".standing .drop summary")
    press_on(summary, "Enter", "Tab", "Enter")
    expect_said(page.locator("#toast"), re.compile(r"\d+ items"))
    expect(summary).to_be_focused()
    press_on(summary, "Enter", "Tab", "Escape")
    expect(summary).to_be_focused()


def test_filtering_stays_in_the_pill_and_a_chip_leads_to_the_next(page):
    opened(page, "/?q=scaling")
    said = page.locator("#said")
    press_on(page.locator("#pill-kind summary"), "Enter", "Tab", "Space")
    expect(page).to_have_url(re.compile("kind="))
    expect(page.locator("#panel-kind input").first).to_be_focused()
    expect_said(said, page.locator("#count").inner_text())

    press_on(page.locator(".chip").first, "Enter")
    expect(page.locator(".chip")).to_have_count(1)
    expect(page.locator(".chip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".chip")).to_have_count(0)
    expect_said(said, "96 items")
    expect(page.locator("#count")).to_be_focused()


def test_the_welcome_goes_and_leaves_the_focus_on_the_page(page):
    opened(page, "/")
    press_on(page.get_by_role("button", name="Got it"), "Enter")
    expect(page.locator(".welcome")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_what_escape_closes_gives_the_focus_back(page, reader):
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, "/")
    for opener, part in (
        (page.locator(".avatar"), page.locator("#account")),
        (page.get_by_role("button", name="Contents"), page.locator("#contents")),
        (page.get_by_role("button", name="Filters"), page.locator("#pills")),
        (page.get_by_role("button", name="Keyboard"), page.locator("#keys")),
    ):
        press_on(opener, "Enter")
        expect(part).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(part).to_be_hidden()
        expect(opener).to_be_focused()


def test_an_entry_that_leaves_a_list_hands_the_focus_to_the_next(page, reader):
    opened(page, "/reading/")
    under_way = page.get_by_role("region", name="Under way")
    press_on(under_way.locator(f"#tick-{FIRST}"), "Enter")
    expect_said(page.locator("#toast"), "is marked as read")
    expect(under_way.locator(".entry")).to_have_count(1)
    expect(page.locator(".entry :focus")).to_have_count(1)


def test_a_note_is_saved_and_emptied_under_the_hands(page, reader):
    opened(page, f"/items/{FIRST}/note/")
    field, status = page.get_by_role("textbox", name="Your note"), page.locator("#note-status")
    for text in ("Another text.", ""):
        field.fill(text)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#note-counter")).to_contain_text(f"{len(text)} character")
        expect_said(status, re.compile(r"Saved \d\d:\d\d"))
        expect(field).to_be_focused()
    assert not reader.notes.written().exists()


def test_a_note_that_was_changed_elsewhere_is_announced_where_one_types(page, reader):
    opened(page, f"/items/{FIRST}/note/")
    item = Item.objects.get(slug=FIRST)
    write_note(reader, item, "Elsewhere.", based_on=reader.notes.get(item=item).version)
    field = page.get_by_role("textbox", name="Your note")
    field.fill("Here.")
    expect_said(page.locator("#note-status"), "Not saved: the note has been changed elsewhere.")
    expect(field).to_be_focused()


def test_notes_found_as_one_types_are_counted_aloud(page, reader):
    opened(page, "/notes/")
    press_on(page.get_by_role("searchbox"), *"nowhere")
    expect_said(page.locator("#said"), "0 of 1 shown")
    expect(page.get_by_role("searchbox")).to_be_focused()
