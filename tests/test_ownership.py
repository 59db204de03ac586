"""No address of the site shows or changes what belongs to another reader.

The addresses come from the URL configuration: a new view is covered without being named here, and
one with a new kind of parameter fails until it is said below what of Ada's it could stand for.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import URLPattern, get_resolver, reverse

from canon.models import Item, Status, write_note
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

SECRET = "Ada keeps this to herself."
PASSWORD = "an unlikely phrase"
# Parameters that stand for something of one reader's, and those that stand for what all share.
OWNED, SHARED = {"step", "pk", "handle", "suggestion"}, {"slug", "provider_id", "item_id"}


def walk(patterns, parameters=frozenset()):
    """Yield the name of each address and its parameters, those of its prefixes among them."""
    for pattern in patterns:
        own = parameters | set(pattern.pattern.converters)
        if isinstance(pattern, URLPattern):
            yield pattern.name, own
        elif pattern.namespace != "admin":
            yield from walk(pattern.url_patterns, own)


PATTERNS = dict(walk(get_resolver().url_patterns))
OF_ONE_READER = [name for name, parameters in PATTERNS.items() if parameters & OWNED]


@pytest.fixture
def ada(client):
    ada = make_reader("ada@example.org", PASSWORD, handle="ada")
    item = Item.objects.get(slug="gpt-3")
    item.mark(ada, Status.QUEUED)
    write_note(ada, item, SECRET, based_on=0)
    ada.suggestions.create(kind="item", url="https://example.org/essay", text=SECRET)
    sign_in(client, "ada@example.org")
    Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={"name": SECRET})
    client.cookies.clear()
    return ada


@pytest.fixture
def bob(client, ada):
    bob = make_reader("bob@example.org", PASSWORD)
    sign_in(client, "bob@example.org")
    return bob


def sign_in(client, email):
    """Sign in through the form, so that no page asks for the password once more."""
    answer = client.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    assert answer.status_code == 302


def address(name, ada):
    """Return the address of the view `name` for what of Ada's it could stand for."""
    keys = ada.authenticator_set if "webauthn" in name else ada.usersession_set
    stands_for = {
        "step": ada.reading_events.get().step,
        "pk": keys.get().pk,
        "handle": ada.handle,
        "suggestion": ada.suggestions.get().pk,
        "slug": "gpt-3",
        "provider_id": "company",
        "item_id": Item.objects.get(slug="gpt-3").pk,
    }
    return reverse(name, kwargs={parameter: stands_for[parameter] for parameter in PATTERNS[name]})


def belongings(ada):
    """Return all that Ada has, to be compared."""
    ada.refresh_from_db()
    return [
        vars(ada) | {"_state": None},
        *(list(rows.values()) for rows in (ada.marks, ada.notes, ada.reading_events)),
        list(ada.suggestions.values()),
        *(list(rows.values()) for rows in (ada.usersession_set, ada.authenticator_set)),
    ]


def test_every_parameter_is_accounted_for():
    assert set().union(*PATTERNS.values()) <= OWNED | SHARED


@pytest.mark.parametrize("name", OF_ONE_READER)
def test_an_address_of_mine_is_not_found_by_another_reader(client, ada, bob, name):
    # Changing a second factor asks for the password once more, whoever asks.
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answers = {
        client.get(address(name, ada)).status_code,
        client.post(address(name, ada)).status_code,
    }
    assert 404 in answers
    assert answers <= {404, 405}


@pytest.mark.parametrize("name", ["move_queued", "edit_dates", "carry_mark"])
def test_a_mark_of_mine_is_not_found_by_another_reader(client, ada, bob, name):
    assert client.post(address(name, ada), {"move": "up", "started_on": ""}).status_code == 404


@pytest.mark.parametrize("name", PATTERNS)
def test_another_reader_sees_and_changes_nothing_of_mine(client, ada, bob, name):
    before = belongings(ada)
    fields = {
        "status": "read",
        "text": "Bob was here.",
        "version": "1",
        "move": "up",
        "started_on": "2024-01-01",
        "url": "https://example.org/essay",
    }
    where = address(name, ada)
    for answer in (client.get(where), client.post(where, fields)):
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert SECRET.encode() not in content
        assert b"ada@example.org" not in content
    assert belongings(ada) == before
