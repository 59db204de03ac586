"""A note is saved as one types, in order; two tabs that disagree lose nothing."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from canon.models import Item, write_note
from tests.conftest import PATIENCE
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser

EDITOR = "/items/bert/note/"
SAVED = re.compile(r"^\s*Saved \d\d:\d\d\s*$")
PASSWORD = "an unlikely phrase"


@pytest.fixture
def reader(context, live_server):
    """A reader who is signed in, in the window of the test."""
    reader = make_reader(password=PASSWORD)
    sign_in_browser(context, live_server.url, reader)
    return reader


def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your note")


def status(page: Page) -> Locator:
    return page.locator("#note-status")


def save_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Save", exact=True)


def sign_in(page: Page, reader) -> None:
    """Fill in the page for signing in."""
    page.locator("input[name=login]").fill(reader.email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def type_and_wait(page: Page, text: str) -> None:
    """Type `text` at the end, and wait until the server has saved it."""
    field(page).press("Control+End")
    with page.expect_response(lambda answer: answer.url.endswith(EDITOR)):
        field(page).press_sequentially(text)
    expect(status(page)).to_have_text(SAVED)


def test_typing_saves_and_reload_shows_it(page, reader):
    page.goto(EDITOR)
    type_and_wait(page, "It reads **both ways**")
    expect(page.locator("#note-preview strong")).to_have_text("both ways")
    expect(page.locator("#note-counter")).to_contain_text("22 characters")
    expect(field(page)).to_be_focused()
    page.reload()
    expect(field(page)).to_have_value("It reads **both ways**")
    type_and_wait(page, ", at once")
    assert reader.notes.get().text == "It reads **both ways**, at once"


def test_saves_stay_in_order_however_slow_the_first_is(page, reader):
    held: list[Route] = []
    sent: list[str] = []
    page.goto(EDITOR)
    page.route(f"**{EDITOR}", lambda route: held.append(route), times=1)
    page.on("request", lambda request: sent.append(request.url) if EDITOR in request.url else None)
    with page.expect_request(f"**{EDITOR}"):
        field(page).press_sequentially("one")
    field(page).press_sequentially(" two")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#note-preview")).to_have_text("one two")
    assert len([url for url in sent if url.endswith(EDITOR)]) == 1
    held[0].continue_()
    expect(page.locator("#note-version")).to_have_value("2")
    expect(status(page)).to_have_text(SAVED)
    note = reader.notes.get()
    assert (note.text, note.version) == ("one two", 2)


@pytest.mark.parametrize("keys", ["Control+Enter", "Meta+Enter"])
def test_a_key_press_saves_at_once(page, reader, keys):
    page.goto(EDITOR)
    field(page).fill("now")
    page.keyboard.press(keys)
    expect(status(page)).to_have_text(SAVED)
    assert reader.notes.get().text == "now"


def test_the_button_saves_and_stays(page, reader):
    page.goto(EDITOR)
    field(page).fill("now")
    save_button(page).click()
    expect(status(page)).to_have_text(SAVED)
    expect(page).to_have_url(EDITOR)


def test_leaving_by_a_link_takes_the_last_words_along(page, reader):
    page.goto(EDITOR)
    field(page).fill("last words")
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url("/items/bert/#note")
    expect(page.locator("#note .rendered")).to_have_text("last words")


def test_closing_the_page_sends_the_last_words_off(page, reader):
    page.goto(EDITOR)
    field(page).fill("last words")
    page.goto("about:blank")
    for _visit in range(20):
        page.goto(EDITOR)
        if field(page).input_value():
            break
    expect(field(page)).to_have_value("last words")


def test_back_shows_what_is_saved(page, reader):
    page.goto(EDITOR)
    type_and_wait(page, "one")
    page.goto("/")
    page.go_back()
    expect(field(page)).to_have_value("one")
    type_and_wait(page, " two")
    assert reader.notes.get().text == "one two"


def disagree(page: Page) -> Page:
    """Open a second tab, let it save, then type something else in the first; return the second."""
    page.goto(EDITOR)
    other = page.context.new_page()
    other.goto(EDITOR)
    type_and_wait(other, "theirs")
    field(page).press_sequentially("mine")
    expect(status(page)).to_contain_text("Not saved: the note has been changed elsewhere.")
    return other


def test_two_tabs_that_disagree_show_both_texts(page, reader):
    disagree(page)
    expect(field(page)).to_have_value("mine")
    expect(page.get_by_role("textbox", name="The saved text")).to_have_value("theirs")
    field(page).press_sequentially(", still")
    with page.expect_response(lambda answer: answer.status == 409):
        page.keyboard.press("Control+Enter")
    assert reader.notes.get().text == "theirs"
    expect(field(page)).to_have_value("mine, still")


@pytest.mark.parametrize(
    ("button", "left"),
    [
        ("Keep mine", "mine"),
        ("Take the saved one", "theirs"),
        ("Join both", "mine\n\n---\n\ntheirs"),
    ],
)
def test_a_choice_ends_the_conflict(page, reader, button, left):
    disagree(page)
    page.get_by_role("button", name=button).click()
    expect(page.locator("#conflict-heading")).to_have_count(0)
    assert reader.notes.get().text == left
    page.goto(EDITOR)
    expect(field(page)).to_have_value(left)
    expect(page.locator(".notice")).to_have_count(0)


def test_a_site_out_of_reach_is_said_and_nothing_is_lost(page, reader):
    page.goto(EDITOR)
    page.route(f"**{EDITOR}*", lambda route: route.abort())
    field(page).press_sequentially("typed offline")
    expect(status(page)).to_contain_text("Not saved: the site cannot be reached.")
    page.unroute_all()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status(page)).to_have_text(SAVED)
    assert reader.notes.get().text == "typed offline"


def test_a_session_that_ends_while_typing_keeps_the_text_through_sign_in(page, context, reader):
    page.goto(EDITOR)
    context.clear_cookies(name="sessionid")
    field(page).press_sequentially("typed too late")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    sign_in(page, reader)
    expect(page).to_have_url(EDITOR)
    expect(field(page)).to_have_value("typed too late")
    expect(status(page)).to_contain_text("Not saved yet")
    save_button(page).click()
    expect(status(page)).to_have_text(SAVED)
    assert reader.notes.get().text == "typed too late"


def test_signing_in_anew_in_another_tab_stops_no_save(page, context, reader):
    page.goto(EDITOR)
    context.clear_cookies(name="csrftoken")
    context.new_page().goto(EDITOR)
    field(page).press_sequentially("still here")
    expect(status(page)).to_contain_text("Save once more")
    save_button(page).click()
    expect(status(page)).to_have_text(SAVED)
    assert reader.notes.get().text == "still here"


def test_my_notes_narrow_as_one_types(page, reader):
    for slug, text in (("bert", "attention"), ("gpt-3", "注意力机制")):
        write_note(reader, Item.objects.get(slug=slug), text, based_on=0)
    page.goto("/notes/")
    expect(page.locator(".noted")).to_have_count(2)
    page.get_by_role("searchbox").press_sequentially("注意力")
    expect(page.locator(".noted")).to_have_count(1)
    expect(page.locator("#note-gpt-3")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/notes/\?q="))


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("address", [EDITOR, "/notes/", "/items/bert/"])
def test_nothing_scrolls_sideways_on_a_phone(page, reader, address, width):
    text = "| a | b |\n|---|---|\n| " + "wide " * 40 + "|" + "x" * 80 + " |\n\n" + "y" * 200
    write_note(reader, Item.objects.get(slug="bert"), text, based_on=0)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture
def plain_page(browser, live_server, reader):
    """A page of a window without JavaScript, signed in."""
    window = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in_browser(window, live_server.url, reader)
    opened = window.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    window.close()


def test_without_scripts_a_note_is_written_previewed_and_saved(plain_page, reader):
    plain_page.goto("/items/bert/")
    plain_page.get_by_role("link", name="Write a note").click()
    field(plain_page).fill("**plain**")
    plain_page.get_by_role("button", name="Preview").click()
    expect(plain_page.locator("#note-preview strong")).to_have_text("plain")
    expect(field(plain_page)).to_have_value("**plain**")
    save_button(plain_page).click()
    expect(plain_page.locator("#note .rendered strong")).to_have_text("plain")
    assert reader.notes.get().text == "**plain**"


def test_without_scripts_a_conflict_shows_both_texts_and_can_be_joined(plain_page, reader):
    plain_page.goto(EDITOR)
    write_note(reader, Item.objects.get(slug="bert"), "theirs", based_on=0)
    field(plain_page).fill("mine")
    save_button(plain_page).click()
    expect(field(plain_page)).to_have_value("mine")
    expect(plain_page.get_by_role("textbox", name="The saved text")).to_have_value("theirs")
    plain_page.get_by_role("button", name="Join both").click()
    expect(field(plain_page)).to_have_value("mine\n\n---\n\ntheirs")


def test_without_scripts_a_session_that_ended_keeps_the_text_through_sign_in(plain_page, reader):
    plain_page.goto(EDITOR)
    plain_page.context.clear_cookies(name="sessionid")
    field(plain_page).fill("typed too late")
    save_button(plain_page).click()
    sign_in(plain_page, reader)
    expect(field(plain_page)).to_have_value("typed too late")
    expect(status(plain_page)).to_contain_text("Not saved yet")
