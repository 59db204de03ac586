"""A visitor becomes a reader with an address, a password, and the code from a mail."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from tests.mail import code_in
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

User = get_user_model()
ADDRESS = "ada@example.org"
PASSWORD = "an unlikely phrase"
CONFIRM = "/accounts/confirm-email/"


def sign_up(client, prefix="", **fields):
    data = {"email": ADDRESS, "password1": PASSWORD, **fields}
    return client.post(f"{prefix}/accounts/signup/", data)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_the_code_from_the_mail_signs_in(client, mailoutbox, settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # without the quick one of tests
    assert sign_up(client).headers["Location"] == CONFIRM
    assert not is_signed_in(client)
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    response = client.post(CONFIRM, {"code": code_in(mail)})
    assert response.headers["Location"] == "/"
    assert is_signed_in(client)
    reader = User.objects.get(email=ADDRESS)
    assert reader.emailaddress_set.get().verified
    assert reader.password.startswith("argon2")


def test_the_address_is_kept_in_small_letters(client):
    sign_up(client, email="Ada@Example.ORG")
    assert User.objects.get().email == ADDRESS


def test_without_the_code_one_cannot_sign_in(client, mailoutbox):
    sign_up(client)
    client.post("/accounts/logout/")
    cache.clear()  # another code so soon would be refused
    response = client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert response.headers["Location"] == CONFIRM
    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_and_the_right_one_still_taken(client, mailoutbox):
    sign_up(client)
    response = client.post(CONFIRM, {"code": "AAAA-AAAA"})
    assert response.status_code == 200
    assert "Incorrect code." in response.content.decode()
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert is_signed_in(client)


def test_a_code_cannot_be_guessed_at_for_long(client, mailoutbox):
    sign_up(client)
    for _attempt in range(3):
        client.post(CONFIRM, {"code": "AAAA-AAAA"})
    client.post(CONFIRM, {"code": code_in(mailoutbox[0])})
    assert not is_signed_in(client)


def test_after_a_mistyped_address_one_cancels_and_signs_up_anew(client, mailoutbox):
    sign_up(client, email="adda@example.org")
    client.post("/accounts/logout/", {"next": "/accounts/signup/"})
    sign_up(client)
    client.post(CONFIRM, {"code": code_in(mailoutbox[-1])})
    assert is_signed_in(client)


def test_one_comes_back_to_the_page_one_left(client, mailoutbox):
    response = sign_up(client, next="/items/instructgpt/")
    response = client.post(response.headers["Location"], {"code": code_in(mailoutbox[0])})
    assert response.headers["Location"] == "/items/instructgpt/"


@pytest.mark.parametrize("password", ["short", "12345678901234", "password1234", ADDRESS, ""])
def test_a_weak_password_is_refused_and_the_address_kept(client, mailoutbox, password):
    response = sign_up(client, password1=password)
    assert response.status_code == 200
    assert f'value="{ADDRESS}"' in response.content.decode()
    assert not mailoutbox
    assert not User.objects.exists()


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_the_language_of_the_page_becomes_the_reader_s(client, prefix, language):
    assert sign_up(client, prefix).headers["Location"] == prefix + CONFIRM
    assert User.objects.get().language == language


def test_a_reader_who_is_signed_in_is_led_on(client):
    client.force_login(make_reader())
    assert client.get("/accounts/signup/").headers["Location"] == "/"
