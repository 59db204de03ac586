"""What is kept of a reader is said, can be taken along field by field, and ends with its time.

That no table is forgotten, in the export or when an account goes, is in test_nothing_forgotten.py.
"""

import json
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from canon.exports import as_json
from canon.models import Item, Mark, Note, ReadingEvent, Status, Suggestion, write_note
from tests.addresses import addresses
from tests.pages import get, read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db
User = get_user_model()

# Where the export has what a field says; a field that is in none of these is missing.
BY_ANOTHER_NAME = {
    "Mark": {"item"},
    "Note": {"item"},
    "ReadingEvent": {"item"},
    "Suggestion": {"url"},
}
NOT_EXPORTED = {
    # The file holds it by the reader's own hand: whose it is, and what follows from the rest.
    "Mark": {"id", "user"},
    "Note": {"id", "user", "search_text", "excerpt"},
    "ReadingEvent": {"id", "user"},
    "Suggestion": {"id", "user", "address_key"},
    # How one signs in is shown in the account, and of no use in another one.
    "User": {
        *("id", "email", "password", "last_login", "date_joined", "is_active"),
        *("is_staff", "is_superuser", "news_seen_at"),
    },
}


@pytest.mark.parametrize("model", [Mark, Note, ReadingEvent, Suggestion, User])
def test_every_field_of_a_reader_s_is_in_the_export_or_said_why_not(model):
    reader = make_reader()
    item = Item.objects.first()
    item.mark(reader, Status.READ)
    write_note(reader, item, "Mine.", based_on=0)
    reader.suggestions.create(kind="item", url="https://example.org/essay", text="x")
    said = json.loads(as_json(reader))
    entry = next(iter(said["items"].values()))
    parts = {
        Mark: entry["mark"],
        Note: entry["note"],
        ReadingEvent: entry["events"][0],
        Suggestion: said["suggestions"][0],
        User: said["preferences"],
    }
    name = model.__name__
    fields = {field.name for field in model._meta.concrete_fields}
    known = set(parts[model]) | BY_ANOTHER_NAME.get(name, set()) | NOT_EXPORTED[name]
    assert fields <= known, fields - known
    assert NOT_EXPORTED[name] <= fields, NOT_EXPORTED[name] - fields


def loaded(page):
    """Return every address that a browser asks by itself when it shows a page."""
    for element in page.walk():
        rel = element.get("rel") or ""
        if element.tag == "a" or (element.tag == "link" and rel in ("canonical", "alternate")):
            continue
        for name in ("src", "srcset", "href", "data", "poster", "action", "hx-get", "hx-post"):
            if element.get(name):
                yield element[name]


@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_no_page_asks_another_site_for_anything(client, is_member):
    user = make_reader(is_staff=True, is_superuser=True, handle="ada", is_public=True)
    asked = 0
    for address in addresses(user):
        if is_member:
            client.force_login(user)
        response = client.get(address)
        if response.status_code != 200 or "text/html" not in response["Content-Type"]:
            continue
        if "/admin/" in address:  # Django's markup is not as strict as ours
            assert b'src="http' not in response.content
            continue
        for wanted in loaded(read(response.content.decode())):
            asked += 1
            assert wanted.startswith(("/", "?", "#", "data:")), f"{address}: {wanted}"
            assert not wanted.startswith("//"), f"{address}: {wanted}"
    assert asked > 50


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_every_page_leads_to_what_is_kept(client, prefix):
    footer = get(client, f"{prefix}/").one("footer")
    assert f"{prefix}/privacy/" in [link["href"] for link in footer.all("a")]
    assert "90" in get(client, f"{prefix}/privacy/").one("main").text


def test_a_member_finds_export_and_deletion_there(client):
    client.force_login(make_reader())
    links = [link["href"] for link in get(client, "/privacy/").one("main").all("a")]
    assert links == ["/reading/transfer/", "/accounts/delete/"]


def test_sessions_that_have_ended_are_forgotten_with_their_devices():
    make_reader("reader@example.org", "an unlikely phrase")
    ended, present = Client(), Client()
    for client in (ended, present):
        form = {"login": "reader@example.org", "password": "an unlikely phrase"}
        client.post("/accounts/login/", form)
    assert UserSession.objects.count() == 2
    key = ended.session.session_key
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(days=1))
    call_command("clearsessions")
    assert [row.session_key for row in UserSession.objects.all()] == [present.session.session_key]
    assert not Session.objects.filter(pk=key).exists()
