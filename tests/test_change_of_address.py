"""A reader changes their address: after proving who they are, and that the new one is theirs."""

import pytest

from tests.mail import code_in
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"
EMAIL = "/accounts/email/"


@pytest.fixture
def reader(client):
    reader = make_reader("old@example.org", PASSWORD)
    client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    return reader


def ask_for(client, address):
    """Ask for a new address, and prove who one is; return the answer."""
    client.post(EMAIL, {"email": address, "action_add": ""})
    again = f"/accounts/reauthenticate/?next={EMAIL}"
    return client.post(again, {"password": PASSWORD})


def test_it_is_changed_once_the_code_has_come_back(client, reader, mailoutbox):
    response = ask_for(client, "new@example.org")
    reader.refresh_from_db()
    assert reader.email == "old@example.org"
    assert mailoutbox[-1].to == ["new@example.org"]
    client.post(response.headers["Location"], {"code": code_in(mailoutbox[-1])})
    reader.refresh_from_db()
    assert reader.email == "new@example.org"
    assert [address.email for address in reader.emailaddress_set.all()] == ["new@example.org"]


def test_the_former_address_is_told(client, reader, mailoutbox):
    response = ask_for(client, "new@example.org")
    client.post(response.headers["Location"], {"code": code_in(mailoutbox[-1])})
    assert any(
        mail.to == ["old@example.org"] and "new@example.org" in mail.body for mail in mailoutbox
    )


def test_without_a_password_nothing_is_sent(client, reader, mailoutbox):
    response = client.post(EMAIL, {"email": "new@example.org", "action_add": ""})
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not mailoutbox


def test_somebody_else_s_address_cannot_be_taken(client, reader, mailoutbox):
    make_reader("other@example.org")
    ask_for(client, "other@example.org")
    reader.refresh_from_db()
    assert reader.email == "old@example.org"
    assert all("new" not in mail.subject for mail in mailoutbox)
