"""A note is its reader's own: nobody else sees, changes or finds it."""

import pytest

from canon.drafts import sign_reader
from canon.models import Item, write_note
from tests.pages import get
from tests.readers import make_reader
from tests.test_notes import EDITOR, HTMX, form_of, text_in

pytestmark = pytest.mark.django_db

SECRET = "nobody else reads this"


@pytest.fixture
def ada():
    """A reader with a note on BERT."""
    ada = make_reader("ada@example.org")
    write_note(ada, Item.objects.get(slug="bert"), SECRET, based_on=0)
    return ada


@pytest.fixture
def bob(client, ada):
    """Another reader, who is signed in."""
    bob = make_reader("bob@example.org")
    client.force_login(bob)
    return bob


@pytest.mark.parametrize(
    "address", ["/", "/items/bert/", EDITOR, "/notes/", "/notes/?q=nobody", "/zh-hans/notes/"]
)
def test_another_reader_never_sees_it(client, bob, address):
    assert SECRET not in client.get(address).content.decode()


def test_another_reader_has_an_editor_of_their_own(client, ada, bob):
    fields = form_of(get(client, EDITOR))
    assert (fields["text"], fields["version"]) == ("", "0")
    assert client.post(EDITOR, fields | {"text": "Bob’s"}).status_code == 302
    assert ada.notes.get().text == SECRET
    assert bob.notes.get().text == "Bob’s"


def test_a_version_guessed_right_changes_nobody_elses_note(client, ada, bob):
    answer = client.post(
        EDITOR, {"text": "mine now", "version": "1", "choice": "both", "seen": "1"}
    )
    assert SECRET not in answer.content.decode()
    assert ada.notes.get().text == SECRET
    assert not bob.notes.filter(text__contains="nobody").exists()


def test_a_retired_item_with_somebody_elses_note_is_not_found(client, bob):
    Item.objects.filter(slug="bert").update(state=Item.State.RETIRED)
    assert client.get(EDITOR).status_code == 404
    assert client.post(EDITOR, {"text": "a", "version": "0"}).status_code == 404
    assert client.post(EDITOR + "preview/", {"text": "a"}).status_code == 404


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_of_one_reader_saves_nothing_for_another(client, ada, bob, headers):
    fields = {"text": SECRET, "version": "0", "reader": sign_reader(ada)}
    assert client.post(EDITOR, fields, headers=headers).status_code == 403
    assert not bob.notes.exists()


@pytest.mark.parametrize("address", [EDITOR, "/notes/", "/zh-hans/notes/?q=a"])
def test_a_guest_is_sent_to_sign_in_and_back(client, ada, address):
    answer = client.get(address)
    assert answer.status_code == 302
    assert "/accounts/login/?next=" in answer["Location"]


@pytest.mark.parametrize("address", ["/items/bert/", "/", "/notes/"])
def test_pages_with_notes_are_not_kept_by_caches(client, ada, address):
    client.force_login(ada)
    answer = client.get(address)
    assert {"private", "no-cache"} <= set(answer["Cache-Control"].split(", "))
    assert "Cookie" in answer["Vary"]


def test_its_own_reader_sees_it(client, ada):
    client.force_login(ada)
    assert text_in(get(client, EDITOR)) == SECRET
    assert SECRET in get(client, "/items/bert/").one("section", id="note").text
