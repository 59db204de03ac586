"""A reader signs in with a password or a mailed code, stays signed in if wished, and leaves."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.urls import reverse

from tests.mail import code_in
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"
PASSWORD = "an unlikely phrase"
LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def reader(db):
    return make_reader(ADDRESS, PASSWORD)


def sign_in(client, **fields):
    return client.post(LOGIN, {"login": ADDRESS, "password": PASSWORD, **fields})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_address_and_password_sign_in(client):
    assert sign_in(client).headers["Location"] == "/"
    assert is_signed_in(client)


def test_one_comes_back_to_the_page_one_left(client):
    response = sign_in(client, next="/zh-hans/items/instructgpt/?q=a")
    assert response.headers["Location"] == "/zh-hans/items/instructgpt/?q=a"


@pytest.mark.parametrize("address", ["https://example.com/", "//example.com/", "javascript:0"])
def test_a_sign_in_never_leads_elsewhere(client, address):
    assert sign_in(client, next=address).headers["Location"] == "/"


def test_without_a_page_to_come_back_to_one_is_led_home_in_one_s_own_language(client, reader):
    reader.language = "zh-hans"
    reader.save()
    assert sign_in(client).headers["Location"] == "/zh-hans/"


def test_a_wrong_password_is_refused_and_the_address_kept(client):
    response = sign_in(client, password="another phrase")
    assert response.status_code == 200
    assert f'value="{ADDRESS}"' in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reauthenticate"])
def test_a_password_is_masked_and_known_to_password_managers(client, reader, name):
    if name == "account_reauthenticate":
        client.force_login(reader)
    fields = get(client, reverse(name)).all("input", type="password")
    assert [field["autocomplete"] for field in fields] == [
        "new-password" if name == "account_signup" else "current-password"
    ]
    assert all(field.get("maxlength") is None for field in fields)


@pytest.mark.parametrize("phrase", ["  Blanks at both ends  ", "长" * 64, "x1" * 100])
def test_a_password_is_compared_as_it_was_typed(client, reader, phrase):
    reader.set_password(phrase)
    reader.save()
    for another in {phrase.strip(), phrase.lower(), phrase[:64], phrase[:-1]} - {phrase}:
        sign_in(client, password=another)
        assert not is_signed_in(client)
        cache.clear()  # five wrong ones would have to wait
    sign_in(client, password=phrase)
    assert is_signed_in(client)


def test_whoever_asks_is_remembered(client):
    sign_in(client, remember="on")
    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_whoever_does_not_ask_is_forgotten_when_the_browser_closes(client):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()


def test_a_mailed_code_signs_in(client, mailoutbox):
    response = client.post("/accounts/login/code/", {"email": ADDRESS})
    confirm = response.headers["Location"]
    client.post(confirm, {"code": code_in(mailoutbox[0])})
    assert is_signed_in(client)


@pytest.mark.parametrize(("seconds", "works"), [(590, True), (610, False)])
def test_a_mailed_code_ends_after_ten_minutes(client, mailoutbox, seconds, works):
    response = client.post("/accounts/login/code/", {"email": ADDRESS})
    session = client.session
    session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= seconds
    session.save()
    client.post(response.headers["Location"], {"code": code_in(mailoutbox[0])})
    assert is_signed_in(client) == works


def test_a_mailed_code_sets_a_new_password(client, mailoutbox):
    response = client.post("/accounts/password/reset/", {"email": ADDRESS})
    response = client.post(response.headers["Location"], {"code": code_in(mailoutbox[0])})
    phrases = {"password1": "another unlikely one", "password2": "another unlikely one"}
    client.post(response.headers["Location"], phrases)
    assert not is_signed_in(client)
    sign_in(client)
    assert not is_signed_in(client)
    sign_in(client, password="another unlikely one")
    assert is_signed_in(client)


def test_signing_out_takes_a_post(client, reader):
    client.force_login(reader)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_signed_in(client)
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert not is_signed_in(client)


def test_the_admin_is_entered_through_the_same_door(client):
    response = client.get("/admin/", follow=True)
    assert response.request["PATH_INFO"] == LOGIN
    assert response.request["QUERY_STRING"].startswith("next=%2Fadmin%2F")


def test_the_admin_stays_closed_to_a_reader(client, reader):
    client.force_login(reader)
    assert client.get("/admin/", follow=True).status_code == 403
