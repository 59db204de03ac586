"""Whoever tries too often has to wait, and all processes count together."""

import re

import pytest
import requests

from tests.readers import make_reader
from tests.test_serve import fresh, served  # noqa: F401

ADDRESS = "reader@example.org"
PASSWORD = "an unlikely phrase"
LOGIN = "/accounts/login/"
TOO_MANY = "Too many failed login attempts"


def sign_in(client, address=ADDRESS, password=PASSWORD, **extra):
    return client.post(LOGIN, {"login": address, "password": password}, **extra)


@pytest.mark.django_db
def test_after_five_wrong_passwords_even_the_right_one_has_to_wait(client):
    make_reader(ADDRESS, PASSWORD)
    for _attempt in range(5):
        assert TOO_MANY not in sign_in(client, password="a wrong one").content.decode()
    assert TOO_MANY in sign_in(client).content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_one_reader_s_wrong_passwords_do_not_shut_another_out(client):
    make_reader(ADDRESS, PASSWORD)
    for _attempt in range(6):
        sign_in(client, "somebody@example.org", "a wrong one")
    assert sign_in(client).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_too_many_sign_ups_from_one_place_are_answered_with_a_page_of_ours(client, prefix):
    for _attempt in range(20):
        assert client.post(prefix + "/accounts/signup/", {"email": "no"}).status_code == 200
    response = client.post(prefix + "/accounts/signup/", {"email": "no"})
    assert response.status_code == 429
    assert 'class="masthead"' in response.content.decode()


@pytest.mark.django_db
def test_a_made_up_proxy_does_not_help(client):
    for number in range(20):
        client.post(
            "/accounts/signup/", {"email": "no"}, headers={"X-Forwarded-For": f"1.1.1.{number}"}
        )
    response = client.post("/accounts/signup/", {}, headers={"X-Forwarded-For": "1.1.1.99"})
    assert response.status_code == 429


@pytest.mark.django_db
def test_behind_a_proxy_each_visitor_is_counted_alone(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for _attempt in range(20):
        client.post("/accounts/signup/", {}, headers={"X-Forwarded-For": "9.9.9.9, 1.1.1.1"})
    answers = {
        visitor: client.post(
            "/accounts/signup/", {}, headers={"X-Forwarded-For": f"9.9.9.9, {visitor}"}
        ).status_code
        for visitor in ("1.1.1.1", "1.1.1.2")
    }
    assert answers == {"1.1.1.1": 429, "1.1.1.2": 200}


def test_two_processes_count_together(fresh):  # noqa: F811
    said = [wrong_sign_in(fresh.port) for _attempt in range(6)]
    assert [TOO_MANY in page for page in said] == [False] * 5 + [True]


def wrong_sign_in(port):
    """Try to sign in with a connection of its own, which any process may take; return the page."""
    url = f"http://127.0.0.1:{port}{LOGIN}"
    form = requests.get(url, headers={"Connection": "close"}, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    data = {"csrfmiddlewaretoken": token, "login": "nobody@example.org", "password": "wrong"}
    headers = {"Connection": "close"}
    return requests.post(url, data, cookies=form.cookies, headers=headers, timeout=60).text
