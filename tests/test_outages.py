"""A database that is full, read-only or out of date: readers are told, and nothing is lost."""

import datetime

import pytest
from allauth.usersessions.models import UserSession
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from canon.drafts import sign_reader
from canon.models import Item
from canon.outages import Outage, outage_behind
from tests import outages
from tests.addresses import addresses
from tests.pages import read
from tests.readers import make_reader

LONG = "第一段 — first & <last>.\n\n" + "So it goes on. " * 1000
EDITOR = "/items/bert/note/"
# What asks for a new session, or saves to show what it would look like, cannot do without writing.
NEED_WRITING = ("/accounts/github/", "/accounts/google/", "/accounts/oidc/", "/preview/")
SITUATIONS = [
    pytest.param(outages.read_only, "The database of this site takes no changes.", id="read-only"),
    pytest.param(outages.full, "The disk of this site is full.", id="full"),
]


@pytest.fixture
def client():
    """A browser that sees pages of trouble, not exceptions."""
    return Client(raise_request_exception=False)


@pytest.fixture
def reader(canon, client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def told(response, *, language="en"):
    """Return the page that says what is out of order."""
    assert (response.status_code, response["Retry-After"]) == (503, "300")
    assert "no-store" in response["Cache-Control"]
    page = read(response.content.decode())
    assert page.one("html")["lang"] == language
    with translation.override(language):
        assert page.one("h1").text == gettext("Nothing can be saved at the moment")
    return page


def fields_of(page):
    """Return what the form on a page would send."""
    form = page.one("form", method="post")
    typed = {field["name"]: field["value"] for field in form.all("input")}
    return form["action"], typed | {
        field["name"]: field.source[1:] for field in form.all("textarea")
    }


@pytest.mark.parametrize(("situation", "reason"), SITUATIONS)
def test_a_note_that_cannot_be_saved_is_kept_on_the_page_and_sent_from_there(
    client, reader, situation, reason
):
    client.post(EDITOR, {"text": "Before.", "version": "0"})
    with situation():
        page = told(client.post(EDITOR, {"text": LONG, "version": "1"}))
    assert reader.notes.get().text == "Before."
    assert page.one("p", "lede").text.startswith(reason)
    address, typed = fields_of(page)
    assert typed == {"text": LONG, "version": "1"}
    assert client.post(address, typed).status_code == 302
    assert reader.notes.get().text == LONG


@pytest.mark.parametrize(("situation", "reason"), SITUATIONS)
def test_what_changes_many_rows_changes_all_or_none(client, reader, situation, reason):
    items = ",".join(str(pk) for pk in Item.objects.published().values_list("pk", flat=True))
    with situation():
        path = "/zh-hans/marks/"
        page = told(client.post(path, {"status": "read", "items": items}), language="zh-hans")
    assert not reader.marks.exists()
    assert not reader.reading_events.exists()
    address, typed = fields_of(page)
    assert address == path
    client.post(address, typed)
    assert reader.marks.count() == reader.reading_events.count() == 96


def test_htmx_is_answered_with_the_sentence_alone(client, reader):
    with outages.read_only():
        marked = {"status": "read"}
        response = client.post("/items/bert/mark/", marked, headers={"HX-Request": "true"})
    assert response.status_code == 503
    (toast,) = read(response.content.decode()).children[1::2]
    assert toast["class"] == "toast trouble"
    assert toast.text.startswith("The database of this site takes no changes.")
    assert toast.text.endswith("What you have just sent was not saved.")


@pytest.mark.parametrize("who", ["guest", "reader"])
def test_every_page_can_be_read_while_nothing_can_be_written(client, canon, who):
    reader = make_reader(is_staff=True, is_superuser=True)
    if who == "reader":
        client.post("/accounts/login/", {"login": reader.email, "password": "an unlikely phrase"})
        client.post(EDITOR, {"text": "Mine.", "version": "0"})
        yesterday = timezone.now() - datetime.timedelta(days=1)
        assert UserSession.objects.update(last_seen_at=yesterday)  # it is time to note it again
    with outages.read_only():
        found = [path for path in addresses(reader) if not any(x in path for x in NEED_WRITING)]
        answers = {path: client.get(path).status_code for path in found}
    assert {path for path, status in answers.items() if status >= 500} == set()
    assert list(answers.values()).count(200) >= 15
    with outages.read_only():
        refused = client.post("/items/gpt-3/mark/", {"status": "read"})
    told(refused)


def test_a_session_that_cannot_be_saved_is_no_mistake_of_the_reader_s(client, reader):
    with outages.read_only():  # the text is too long, and would be kept in the session
        form = {"text": "x" * 30_000, "version": "0", "reader": sign_reader(reader)}
        page = told(client.post(EDITOR, form))
    assert "x" * 30_000 in page.source


def test_secrets_are_not_repeated_and_no_form_is_made_honest(canon):
    browser = Client(raise_request_exception=False, enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    login = {"login": "reader@example.org", "password": "an unlikely phrase"}
    make_reader()
    with outages.read_only():
        page = told(browser.post("/accounts/login/", login | token))
    assert "unlikely" not in page.source
    assert page.all("form") == page.all("input") == []
    # What came without a token is sent again without one.
    assert browser.post("/items/bert/mark/", {"status": "read"}).status_code == 403


def test_tables_of_another_version_are_said_to_be_brought_up_to_date(client, reader):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE canon_note RENAME TO elsewhere")
        try:
            response = client.get("/notes/")
        finally:
            cursor.execute("ALTER TABLE elsewhere RENAME TO canon_note")
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    page = read(response.content.decode())
    assert page.one("p", "lede").text.startswith("This site is being brought up to date")
    assert client.get("/notes/").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "outage"),
    [
        ("SELECT * FROM nowhere", Outage.UPGRADING),
        ("SELECT nowhere FROM canon_item", Outage.UPGRADING),
        ("SELEC 1", None),
        ("INSERT INTO canon_editionstamp (id, stamp) VALUES (NULL, NULL)", None),
    ],
)
def test_a_mistake_in_the_code_is_not_taken_for_an_outage(statement, outage):
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as caught:
        cursor.execute(statement)
    assert outage_behind(caught.value) == outage


@pytest.mark.django_db
def test_any_other_failure_is_still_said_to_be_ours(client, monkeypatch):
    monkeypatch.setattr("canon.views.catalogue.Catalogue", None)
    response = client.get("/")
    assert response.status_code == 500
    assert read(response.content.decode()).one("h1").text == "Something broke"
    toast = read(client.get("/", headers={"HX-Request": "true"}).content.decode())
    assert toast.one("div", "toast").text.startswith("The fault is ours")
