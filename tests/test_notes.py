"""A reader writes one note on an item, and finds it on the item's page and in the editor."""

import pytest

from canon.models import Item
from tests.pages import get, read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

EDITOR = "/items/bert/note/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def reader(client):
    """A reader who is signed in."""
    reader = make_reader()
    client.force_login(reader)
    return reader


def form_of(page):
    """Return the fields of the editor as a browser would send them."""
    fields = {
        field["name"]: field.get("value") or ""
        for field in page.one("div", "editor").all("input", type="hidden")
        if field.get("name") and field.get("name") != "csrfmiddlewaretoken"
    }
    return fields | {"text": text_in(page)}


def text_in(page, element="note-text"):
    """Return what a browser shows in a field for text: it drops one line end at the beginning."""
    return page.one("textarea", id=element).source.removeprefix("\n")


def save(client, text, editor=EDITOR, **headers):
    """Open the editor, type `text`, and save."""
    fields = form_of(get(client, editor))
    return client.post(editor, fields | {"text": text}, headers=headers)


def test_a_note_is_saved_and_shown_on_the_page_of_its_item(client, reader):
    answer = save(client, "It reads **both ways**.")
    assert (answer.status_code, answer["Location"]) == (302, "/items/bert/#note")
    note = get(client, "/items/bert/").one("section", id="note")
    assert note.one("strong").text == "both ways"
    assert note.one("a", class_="button")["href"] == EDITOR
    assert reader.notes.get().item.slug == "bert"


def test_the_editor_shows_what_is_saved_to_the_character(client, reader):
    text = "\n\n  <b>&amp;</b> “curly” 中文\n\n    code\n\n"
    save(client, text)
    assert text_in(get(client, EDITOR)) == text


def test_a_note_written_on_one_side_shows_on_the_other(client, reader):
    save(client, "深度学习", editor="/zh-hans" + EDITOR)
    assert text_in(get(client, EDITOR)) == "深度学习"


def test_saving_again_changes_the_one_note(client, reader):
    save(client, "first")
    save(client, "second")
    assert [(note.text, note.version) for note in reader.notes.all()] == [("second", 2)]


def test_saving_the_same_text_again_changes_nothing(client, reader):
    save(client, "one\ntwo")
    before = reader.notes.get()
    save(client, "one\r\ntwo")
    after = reader.notes.get()
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


def test_an_emptied_note_is_gone_from_the_page_but_can_be_written_anew(client, reader):
    save(client, "something")
    save(client, "")
    note = get(client, "/items/bert/").one("section", id="note")
    assert note.one("a", class_="button").text == "Write a note"
    save(client, "something else")
    assert reader.notes.get().text == "something else"


def test_htmx_gets_the_time_of_saving_and_the_new_version(client, reader):
    reader.time_zone = "Asia/Shanghai"
    reader.save()
    answer = save(client, "typed", **HTMX)
    assert answer.status_code == 200
    part = read(answer.content.decode())
    local = reader.notes.get().updated_at.astimezone(reader.zone)
    assert f"Saved {local:%H:%M}" in part.text
    assert part.one("input", id="note-version")["value"] == "1"
    assert not part.all("html")
    assert not part.all("textarea")


def test_a_save_goes_back_to_where_it_came_from_on_this_site_only(client, reader):
    there = {"text": "a", "version": "0", "next": "/notes/?q=a"}
    assert client.post(EDITOR, there)["Location"] == "/notes/?q=a"
    away = {"text": "b", "version": "1", "next": "https://evil.example/"}
    assert client.post(EDITOR, away)["Location"] == "/items/bert/#note"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_note_too_long_is_refused_and_what_was_typed_kept(client, reader, headers):
    save(client, "short")
    text = "长" * 20_003
    answer = save(client, text, **headers)
    page = read(answer.content.decode())
    assert answer.status_code == 422
    assert "3 characters too long" in page.text
    assert "over" in page.one(id="note-counter")["class"]
    assert reader.notes.get().text == "short"
    assert text_in(get(client, EDITOR)) == text
    if not headers:
        assert text_in(page) == text


def test_a_note_of_exactly_twenty_thousand_characters_is_saved(client, reader):
    text = "a\r\n" * 10_000
    assert save(client, text).status_code == 302
    assert len(reader.notes.get().text) == 20_000


def test_a_text_no_longer_too_long_leaves_no_draft_behind(client, reader):
    save(client, "a" * 20_001)
    save(client, "a")
    page = get(client, EDITOR)
    assert text_in(page) == "a"
    assert "Not saved" not in page.text


@pytest.mark.parametrize(
    ("field", "value"), [("text", "a\x00b"), ("version", "x"), ("choice", "nonsense")]
)
def test_nonsense_is_refused_and_saves_nothing(client, reader, field, value):
    fields = {"text": "a", "version": "0", field: value}
    assert client.post(EDITOR, fields).status_code == 422
    assert not reader.notes.exists()


def test_a_preview_shows_the_text_and_saves_nothing(client, reader):
    fields = form_of(get(client, EDITOR)) | {"text": "**so**"}
    page = read(client.post(EDITOR + "preview/", fields).content.decode())
    assert page.one(id="note-preview").one("strong").text == "so"
    assert text_in(page) == "**so**"
    part = client.post(EDITOR + "preview/", fields, headers=HTMX).content.decode()
    assert part.strip() == "<p><strong>so</strong></p>"
    assert not reader.notes.exists()


def test_back_shows_what_is_saved(client, reader):
    page = client.get(EDITOR)
    assert {"private", "no-store"} <= set(page["Cache-Control"].split(", "))
    assert get(client, EDITOR).one("form", id="note-form")["autocomplete"] == "off"


def test_the_note_on_a_retired_item_can_still_be_read_and_changed(client, reader):
    save(client, "kept")
    Item.objects.filter(slug="bert").update(state=Item.State.RETIRED)
    assert text_in(get(client, EDITOR)) == "kept"
    answer = save(client, "changed")
    assert answer["Location"] == "/notes/"
    assert reader.notes.get().text == "changed"


@pytest.mark.parametrize("state", [Item.State.DRAFT, Item.State.RETIRED])
def test_there_is_no_new_note_on_what_is_not_published(client, reader, state):
    Item.objects.filter(slug="bert").update(state=state)
    assert client.get(EDITOR).status_code == 404
    assert client.post(EDITOR, {"text": "a", "version": "0"}).status_code == 404
    assert not reader.notes.exists()


def test_a_guest_is_invited_to_sign_in(client):
    link = get(client, "/items/bert/").one("section", id="note").one("a")
    assert link["href"] == f"/accounts/login/?next={EDITOR}"
