"""Nobody learns from the site whether an address has an account: the answers are alike."""

import re

import pytest
from django.core.cache import cache

from tests.readers import make_reader

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "known@example.org", "other@example.org"
PASSWORD = "an unlikely phrase"


@pytest.fixture(autouse=True)
def known(db):
    return make_reader(KNOWN)


def telling(response, address):
    """Return what can be seen of an answer, but for the address itself and the CSRF token."""
    text = response.content.decode().replace(address, "ADDRESS")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)
    return response.status_code, response.headers.get("Location"), text


def ask(client, path, address, **fields):
    """Send a form, follow it to its end, and return what can be seen on the way."""
    client.cookies.clear()
    response = client.post(path, fields)
    seen = [telling(response, address)]
    while response.status_code == 302:
        response = client.get(response.headers["Location"])
        seen.append(telling(response, address))
    cookies = {(name, bool(morsel.value)) for name, morsel in client.cookies.items()}
    cache.clear()
    return seen, cookies


@pytest.mark.parametrize(
    ("path", "field", "others"),
    [
        ("/accounts/signup/", "email", {"password1": PASSWORD}),
        ("/accounts/signup/passkey/", "email", {}),
        ("/accounts/login/", "login", {"password": "a wrong phrase"}),
        ("/accounts/login/code/", "email", {}),
        ("/accounts/password/reset/", "email", {}),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_answer_is_the_same_whether_there_is_an_account_or_not(
    client, prefix, path, field, others
):
    known = ask(client, prefix + path, KNOWN, **{field: KNOWN}, **others)
    unknown = ask(client, prefix + path, UNKNOWN, **{field: UNKNOWN}, **others)
    assert known == unknown


@pytest.mark.parametrize(
    ("path", "others"),
    [
        ("/accounts/signup/", {"password1": PASSWORD}),
        ("/accounts/signup/passkey/", {}),
        ("/accounts/login/code/", {}),
        ("/accounts/password/reset/", {}),
    ],
)
def test_both_get_a_mail(client, mailoutbox, path, others):
    for address in (KNOWN, UNKNOWN):
        ask(client, path, address, email=address, **others)
    assert [mail.to for mail in mailoutbox] == [[KNOWN], [UNKNOWN]]


def test_whoever_signs_up_twice_is_told_by_mail_only(client, mailoutbox):
    ask(client, "/accounts/signup/", KNOWN, email=KNOWN, password1=PASSWORD)
    assert "an account with it already" in mailoutbox[0].body
    assert "/accounts/password/reset/" in mailoutbox[0].body


def test_a_code_of_an_unknown_address_is_never_right(client):
    client.post("/accounts/login/code/", {"email": UNKNOWN})
    response = client.post("/accounts/login/code/confirm/", {"code": ""})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
