"""Whoever types by voice or has keys of their own turns the single keys off, reader and guest."""

import re

import pytest

from accounts.models import User
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

SWITCH = "/shortcuts/"


def state(client, path="/"):
    """Return what the page tells the script, and what the switch on it would do."""
    page = client.get(path).content.decode()
    (attribute,) = re.findall(r'<html[^>]* data-keys="(\w+)"', page)
    (offered,) = re.findall(r'name="shortcuts" value="(\w+)"', page)
    return attribute, offered


@pytest.mark.parametrize("path", ["/", "/zh-hans/", "/items/gpt-3/", "/map/", "/nowhere/"])
def test_keys_act_for_whoever_has_not_turned_them_off(client, path):
    assert state(client, path) == ("on", "off")


def test_a_guest_turns_them_off_and_on_and_comes_back_to_the_page(client):
    response = client.post(SWITCH, {"shortcuts": "off", "next": "/items/gpt-3/"})
    assert response.headers["Location"] == "/items/gpt-3/"
    assert state(client) == ("off", "on")
    client.post(SWITCH, {"shortcuts": "on"})
    assert state(client) == ("on", "off")


def test_a_guest_is_not_led_off_the_site(client):
    response = client.post(SWITCH, {"shortcuts": "off", "next": "https://example.com/"})
    assert response.headers["Location"] == "/"


def test_a_member_s_choice_goes_with_the_account_and_is_nobody_else_s(client, django_user_model):
    reader, other = make_reader(), make_reader("other@example.org")
    client.force_login(reader)
    client.post(SWITCH, {"shortcuts": "off"})
    client.logout()
    assert state(client) == ("on", "off")
    client.force_login(reader)
    assert state(client) == ("off", "on")
    client.force_login(other)
    assert state(client) == ("on", "off")
    assert list(django_user_model.objects.filter(shortcuts=False)) == [reader]


@pytest.mark.parametrize(("ticked", "expected"), [({}, False), ({"shortcuts": "on"}, True)])
def test_the_preferences_have_it_too(client, ticked, expected):
    reader = make_reader()
    client.force_login(reader)
    choices = {"language": "en", "time_zone": "UTC", "theme": "system"}
    assert client.post("/accounts/preferences/", {**choices, **ticked}).status_code == 302
    assert User.objects.get(pk=reader.pk).shortcuts is expected
    page = client.get("/accounts/preferences/").content.decode()
    assert bool(re.search(r'name="shortcuts"[^>]* checked', page)) is expected


@pytest.mark.parametrize("value", ["", "maybe", "ON"])
def test_nonsense_is_refused(client, value):
    assert client.post(SWITCH, {"shortcuts": value}).status_code == 400


def test_the_switch_takes_no_get(client):
    assert client.get(SWITCH).status_code == 405
