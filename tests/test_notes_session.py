"""A session that ends while a note is being written takes no text with it."""

import pytest
from django.core.signing import Signer
from django.test import Client

from canon.models import Item, write_note
from tests.pages import get, read
from tests.readers import make_reader
from tests.test_notes import EDITOR, HTMX, form_of, text_in

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"


@pytest.fixture
def ada():
    return make_reader("ada@example.org", PASSWORD)


@pytest.fixture
def form(client, ada):
    """The fields of Ada's editor, opened before her session ended."""
    client.force_login(ada)
    fields = form_of(get(client, EDITOR)) | {"text": "typed too late"}
    client.logout()
    return fields


def sign_in(client, reader, then):
    """Sign in as a person does; return where that leads."""
    answer = client.post(
        f"/accounts/login/?next={then}", {"login": reader.email, "password": PASSWORD, "next": then}
    )
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


@pytest.mark.parametrize("address", [EDITOR, EDITOR + "preview/"])
def test_the_text_waits_in_the_editor_after_sign_in(client, ada, form, address):
    answer = client.post(address, form)
    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={EDITOR}"
    assert not ada.notes.exists()
    assert sign_in(client, ada, EDITOR) == EDITOR
    page = get(client, EDITOR)
    assert text_in(page) == "typed too late"
    assert "Not saved yet: this text was kept for you." in page.one(id="note-status").text
    assert not ada.notes.exists()


def test_htmx_is_led_to_sign_in_and_the_text_kept(client, ada, form):
    headers = HTMX | {"HX-Current-URL": f"http://testserver{EDITOR}"}
    answer = client.post(EDITOR, form, headers=headers)
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")
    sign_in(client, ada, EDITOR)
    assert text_in(get(client, EDITOR)) == "typed too late"


def test_the_kept_text_is_forgotten_once_saved(client, ada, form):
    client.post(EDITOR, form)
    sign_in(client, ada, EDITOR)
    client.post(EDITOR, form_of(get(client, EDITOR)) | {"text": "typed too late, and more"})
    page = get(client, EDITOR)
    assert text_in(page) == "typed too late, and more"
    assert "Not saved" not in page.text
    assert "typed too late" not in str(client.session.get("drafts"))


def test_the_kept_text_can_be_discarded(client, ada, form):
    client.post(EDITOR, form)
    sign_in(client, ada, EDITOR)
    page = get(client, EDITOR)
    assert page.one("button", name="choice", value="saved").text == "Discard it"
    client.post(EDITOR, form_of(page) | {"choice": "saved"})
    assert text_in(get(client, EDITOR)) == ""
    assert not ada.notes.exists()


def test_a_note_changed_meanwhile_stands_beside_the_kept_text(client, ada, form):
    client.post(EDITOR, form)
    write_note(ada, Item.objects.get(slug="bert"), "saved elsewhere", based_on=0)
    sign_in(client, ada, EDITOR)
    page = get(client, EDITOR)
    assert (text_in(page), text_in(page, "note-saved")) == ("typed too late", "saved elsewhere")


def test_another_reader_at_the_same_browser_never_sees_the_kept_text(client, ada, form):
    client.post(EDITOR, form)
    sign_in(client, make_reader("bob@example.org", PASSWORD), EDITOR)
    assert "typed too late" not in client.get(EDITOR).content.decode()


def test_the_kept_text_stays_in_its_browser(client, ada, form):
    client.post(EDITOR, form)
    elsewhere = Client()
    sign_in(elsewhere, ada, EDITOR)
    assert text_in(get(elsewhere, EDITOR)) == ""


@pytest.mark.parametrize("reader", ["", "1", "1:forged", "nonsense:x:y"])
def test_nobody_can_plant_a_text(client, form, reader):
    client.post(EDITOR, form | {"reader": reader})
    assert "drafts" not in client.session


@pytest.mark.parametrize(
    ("by", "taken"), [({}, True), ({"key": "another" * 9}, False), ({"salt": "another"}, False)]
)
def test_only_our_own_key_signs_and_only_for_its_purpose(client, ada, form, by, taken):
    signer = Signer(**{"salt": "canon.drafts"} | by)
    client.post(EDITOR, form | {"reader": signer.sign(str(ada.pk))})
    assert ("drafts" in client.session) == taken


def test_only_the_newest_five_texts_are_kept(client, form):
    slugs = list(Item.objects.values_list("slug", flat=True)[:7])
    for slug in slugs:
        client.post(f"/items/{slug}/note/", form)
    assert list(client.session["drafts"]) == slugs[2:]


def strict_client():
    """Return a browser that is asked for the token against forged forms."""
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize(("headers", "status"), [({}, 403), (HTMX, 422)])
def test_a_form_outlived_by_its_token_keeps_the_text(ada, headers, status):
    browser = strict_client()
    browser.force_login(ada)
    fields = form_of(get(browser, EDITOR)) | {"text": "typed on", "csrfmiddlewaretoken": "x" * 64}
    answer = browser.post(EDITOR, fields, headers=headers)
    assert answer.status_code == status
    page = read(answer.content.decode())
    assert "Save once more" in page.text
    token = page.one("span", id="note-token").one("input")["value"]
    again = browser.post(EDITOR, fields | {"csrfmiddlewaretoken": token}, headers=headers)
    assert again.status_code == (200 if headers else 302)
    assert ada.notes.get().text == "typed on"


def test_a_guest_whose_cookies_are_gone_keeps_the_text(ada, form):
    browser = strict_client()
    answer = browser.post(EDITOR, form)
    assert answer["Location"] == f"/accounts/login/?next={EDITOR}"
    assert browser.session["drafts"]["bert"]["text"] == "typed too late"


def test_a_forged_form_is_refused_and_shows_nothing(ada):
    browser = strict_client()
    browser.force_login(ada)
    answer = browser.post(EDITOR, {"text": "planted", "version": "0"})
    assert answer.status_code == 403
    assert "planted" not in answer.content.decode()
    assert not ada.notes.exists()
