"""In the browser: while nothing can be saved the page says so, and keeps what is typed."""

import pytest
from playwright.sync_api import expect

from tests import outages
from tests.readers import make_reader, sign_in_browser

pytestmark = pytest.mark.browser
SAYS_WHY = "The database of this site takes no changes."


@pytest.fixture
def reader(canon, context, live_server):
    reader = make_reader()
    sign_in_browser(context, live_server.url, reader)
    return reader


def test_a_note_stays_in_its_editor_until_it_can_be_saved(page, reader):
    page.goto("/items/bert/note/")
    field, status = page.get_by_label("Your note"), page.locator("#note-status")
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type) or dialog.dismiss())
    with outages.read_only():
        field.press_sequentially("Typed in vain.")
        expect(status).to_have_text(
            "Not saved. Your text stays here, and is sent again with the next change."
        )
        expect(page.locator("#toast")).to_contain_text(SAYS_WHY)
        page.evaluate("location.assign('/map/')")  # as the browser's own buttons do: it asks first
        page.wait_for_function("true")
        expect(field).to_have_value("Typed in vain.")
    field.press_sequentially(" No more.")
    expect(status).to_contain_text("Saved")
    expect(page.locator("#toast")).to_be_empty()
    assert asked == ["beforeunload"]
    assert reader.notes.get().text == "Typed in vain. No more."


def test_a_mark_that_cannot_be_saved_is_not_shown_as_made(page, reader):
    page.goto("/")
    mark = page.locator("#mark-bert")
    with outages.read_only():
        mark.locator(".tick").click()
        expect(page.locator("#toast")).to_contain_text(SAYS_WHY)
        expect(page.locator("#toast")).to_contain_text("What you have just sent was not saved.")
    expect(mark).to_have_attribute("data-status", "")
    mark.locator(".tick").click()
    expect(mark).to_have_attribute("data-status", "read")
    expect(page.locator("#toast")).not_to_contain_text(SAYS_WHY)
