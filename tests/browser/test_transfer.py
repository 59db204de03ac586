"""In a browser a reader saves their data, and brings it back after seeing what would change."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from canon.exports import as_json
from canon.models import Item, Status, change_marks, write_note
from tests.readers import make_reader, sign_in_browser
from tests.transfers import wipe

pytestmark = pytest.mark.browser

NO_SCRIPTS = {"java_script_enabled": False}


@pytest.fixture
def reader(context, live_server):
    """A reader with a mark and a note, signed in."""
    reader = make_reader()
    sign_in_browser(context, live_server.url, reader)
    bert = Item.objects.get(slug="bert")
    change_marks(reader, [bert], Status.READ)
    write_note(reader, bert, "Both **ways**", based_on=0)
    return reader


def save(page: Page, link: str, folder: Path) -> Path:
    """Press a link of the page “Your data”, and return the file that the browser saves."""
    page.goto("/reading/transfer/")
    with page.expect_download() as download:
        page.get_by_role("link", name=link).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def send(page: Page, file: Path) -> None:
    page.goto("/reading/transfer/")
    page.get_by_label("File, at most 5 MB").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ("Everything (JSON)", "canon.json"),
        ("Table (CSV)", "canon.csv"),
        ("Notebook (Markdown)", "canon-notebook.zip"),
    ],
)
def test_every_export_is_saved_as_a_file(page, reader, tmp_path, link, name):
    file = save(page, link, tmp_path)
    assert file.name == name
    assert file.stat().st_size > 100


@pytest.mark.parametrize("link", ["Everything (JSON)", "Table (CSV)"])
def test_what_was_saved_is_brought_back(page, reader, tmp_path, link):
    before = as_json(reader)
    file = save(page, link, tmp_path)
    wipe(reader)
    send(page, file)
    expect(page.get_by_role("heading", level=1)).to_have_text("What the import would change")
    expect(page.locator("#change-bert")).to_contain_text("Unread → Read")
    page.locator("#change-bert summary").click()
    expect(page.locator("#change-bert pre")).to_have_text("Both **ways**")
    assert not reader.marks.exists()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator("#toast")).to_contain_text("Imported. Marks changed: 1; notes changed: 1.")
    expect(page.locator("main")).to_contain_text("You have marked 1 item.")
    assert reader.notes.get().text == "Both **ways**"
    if link == "Everything (JSON)":
        assert as_json(reader) == before


def test_discarding_leaves_everything_as_it_was(page, reader, tmp_path):
    file = save(page, "Everything (JSON)", tmp_path)
    wipe(reader)
    send(page, file)
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    assert not reader.marks.exists()


def test_a_broken_file_is_refused_in_words(page, reader, tmp_path):
    file = tmp_path / "canon.json"
    file.write_text("{")
    send(page, file)
    expect(page.get_by_role("alert")).to_contain_text("broken JSON at line 1")
    expect(page.get_by_label("File, at most 5 MB")).to_be_visible()


def test_it_works_without_scripts_on_a_small_phone(browser, live_server, canon, tmp_path):
    reader = make_reader()
    document = {
        "format": "canon-reading",
        "version": 1,
        "preferences": {"theme": "dark"},
        "items": {
            "bert": {"mark": {"status": "read"}, "note": {"text": "long" * 100}},
            "no-such-item-with-a-very-long-name-indeed": {"mark": {"status": "read"}},
        },
    }
    file = tmp_path / "canon.json"
    file.write_text(json.dumps(document))
    window = browser.new_context(
        base_url=live_server.url, viewport={"width": 320, "height": 640}, **NO_SCRIPTS
    )
    sign_in_browser(window, live_server.url, reader)
    page = window.new_page()
    send(page, file)
    expect(page.get_by_role("heading", name="What cannot be used")).to_be_visible()
    assert page.locator("html").evaluate("page => page.scrollWidth") <= 320
    page.get_by_label("Take the preferences over, too").uncheck()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your data")
    window.close()
    reader.refresh_from_db()
    assert reader.theme == "system"
    assert reader.marks.get().status == Status.READ
