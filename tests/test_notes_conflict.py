"""A text is never saved over one that its writer did not know: both are shown, none is lost."""

import pytest

from canon.models import Item, NoteConflictError, write_note
from tests.pages import get, read
from tests.readers import make_reader
from tests.test_notes import EDITOR, HTMX, form_of, save, text_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    """A reader who is signed in."""
    reader = make_reader()
    client.force_login(reader)
    return reader


@pytest.fixture
def bert():
    return Item.objects.get(slug="bert")


@pytest.fixture
def tabs(client, reader):
    """The fields of the editor in two tabs, of which the other has saved “theirs” since."""
    save(client, "first")
    mine, theirs = form_of(get(client, EDITOR)), form_of(get(client, EDITOR))
    client.post(EDITOR, theirs | {"text": "theirs"})
    return mine | {"text": "mine"}


def conflict(client, fields):
    """Send a save that must be refused; return the page it answers with."""
    answer = client.post(EDITOR, fields)
    assert answer.status_code == 409
    return read(answer.content.decode())


def choose(client, page, choice):
    """Press one of the buttons beside the saved text."""
    assert page.one("button", name="choice", value=choice)["form"] == "note-form"
    return client.post(EDITOR, form_of(page) | {"choice": choice})


def test_both_texts_are_shown_and_the_saved_one_stands(client, reader, tabs):
    page = conflict(client, tabs)
    assert text_in(page) == "mine"
    assert text_in(page, "note-saved") == "theirs"
    assert "readonly" in page.one("textarea", id="note-saved").attributes
    assert reader.notes.get().text == "theirs"


def test_an_autosave_is_told_with_both_texts_in_reach(client, reader, tabs):
    answer = client.post(EDITOR, tabs, headers=HTMX)
    assert answer.status_code == 409
    part = read(answer.content.decode())
    assert "Not saved: the note has been changed elsewhere." in part.text
    assert text_in(part, "note-saved") == "theirs"
    assert not part.all("textarea", id="note-text"), "what is being typed must not be swapped"
    assert not part.all("input", id="note-version"), "the next autosave would overwrite"
    assert reader.notes.get().text == "theirs"


def test_going_on_typing_is_refused_until_a_choice_is_made(client, reader, tabs):
    for text in ("mine", "mine, longer", "mine, longer still"):
        assert client.post(EDITOR, tabs | {"text": text}, headers=HTMX).status_code == 409
    assert reader.notes.get().text == "theirs"


def test_mine_can_be_kept(client, reader, tabs):
    assert choose(client, conflict(client, tabs), "mine").status_code == 302
    assert reader.notes.get().text == "mine"
    assert text_in(get(client, EDITOR)) == "mine"


def test_the_saved_one_can_be_taken(client, reader, tabs):
    answer = choose(client, conflict(client, tabs), "saved")
    assert (answer.status_code, answer["Location"]) == (302, EDITOR)
    assert text_in(get(client, EDITOR)) == "theirs"
    assert reader.notes.get().text == "theirs"


def test_both_can_be_joined(client, reader, tabs):
    answer = choose(client, conflict(client, tabs), "both")
    assert answer["Location"] == EDITOR
    assert text_in(get(client, EDITOR)) == "mine\n\n---\n\ntheirs"


def test_joining_a_text_with_one_that_holds_it_doubles_nothing(client, reader, tabs):
    page = conflict(client, tabs | {"text": "theirs, and more"})
    choose(client, page, "both")
    assert reader.notes.get().text == "theirs, and more"


def test_a_joined_text_that_is_too_long_loses_neither(client, reader, tabs):
    mine = "m" * 19_999
    page = conflict(client, tabs | {"text": mine})
    answer = choose(client, page, "both")
    again = read(answer.content.decode())
    assert answer.status_code == 422
    assert text_in(again) == mine
    assert text_in(again, "note-saved") == "theirs"


def test_a_third_save_while_the_reader_chooses_is_a_conflict_again(client, reader, bert, tabs):
    page = conflict(client, tabs)
    write_note(reader, bert, "third", based_on=2)
    answer = choose(client, page, "mine")
    again = read(answer.content.decode())
    assert answer.status_code == 409
    assert (text_in(again), text_in(again, "note-saved")) == ("mine", "third")


def test_a_refused_text_is_found_in_the_editor_again(client, reader, tabs):
    client.post(EDITOR, tabs, headers=HTMX)
    page = get(client, EDITOR)
    assert (text_in(page), text_in(page, "note-saved")) == ("mine", "theirs")
    assert "Not saved yet" in page.text


def test_a_save_in_the_other_tab_does_not_drop_the_refused_text(client, reader, tabs):
    client.post(EDITOR, tabs, headers=HTMX)
    newer = {"text": "theirs, later", "version": "2", "reader": tabs["reader"]}
    assert client.post(EDITOR, newer, headers=HTMX).status_code == 200
    assert text_in(get(client, EDITOR)) == "mine"


def test_the_same_text_in_two_tabs_is_no_conflict(client, reader, tabs):
    assert client.post(EDITOR, tabs | {"text": "theirs"}).status_code == 302
    assert reader.notes.get().version == 2


def test_two_first_notes_conflict_too(client, reader):
    blank = form_of(get(client, EDITOR))
    client.post(EDITOR, blank | {"text": "theirs"})
    page = conflict(client, blank | {"text": "mine"})
    assert text_in(page, "note-saved") == "theirs"


def test_a_note_emptied_elsewhere_is_not_brought_back_unasked(client, reader, bert, tabs):
    write_note(reader, bert, "", based_on=2)
    page = conflict(client, tabs)
    assert text_in(page, "note-saved") == ""


def test_an_autosave_that_arrives_late_never_overwrites(reader, bert):
    write_note(reader, bert, "Hello, world", based_on=0)
    with pytest.raises(NoteConflictError) as late:
        write_note(reader, bert, "Hello", based_on=0)
    assert late.value.current.text == "Hello, world"
    assert reader.notes.get().text == "Hello, world"


def test_a_version_from_the_future_is_refused(reader, bert):
    write_note(reader, bert, "one", based_on=0)
    with pytest.raises(NoteConflictError):
        write_note(reader, bert, "two", based_on=7)
