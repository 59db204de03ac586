"""A reader deletes their account: asked twice, proven, told by mail.

That nothing of it is left, and all of others, is in test_nothing_forgotten.py.
"""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import User
from canon.models import Item, Status, write_note
from tests.pages import get
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

ADDRESS = "reader@example.org"
PASSWORD = "an unlikely phrase"
DELETE, CONFIRM = "/accounts/delete/", "/accounts/delete/confirm/"
EXPORT = "/reading/transfer/"
AGAIN = "/accounts/reauthenticate/?next=%2Faccounts%2Fdelete%2Fconfirm%2F"


def sign_in(address=ADDRESS):
    client = Client()
    client.post("/accounts/login/", {"login": address, "password": PASSWORD})
    return client


def prove(client):
    return client.post(AGAIN, {"password": PASSWORD})


@pytest.fixture
def reader(db):
    reader = make_reader(ADDRESS, PASSWORD)
    item = Item.objects.first()
    item.mark(reader, Status.READ)
    write_note(reader, item, "Mine alone.", based_on=0)
    return reader


def test_the_export_is_offered_first(reader):
    # Within the page itself: the menu of the account leads there from everywhere.
    links = [link["href"] for link in get(sign_in(), DELETE).one("main").all("a")]
    assert [link for link in links if link in (EXPORT, CONFIRM)] == [EXPORT, CONFIRM]


def test_neither_page_deletes_anything_when_it_is_looked_at(reader):
    client = sign_in()
    client.get(DELETE)
    prove(client)
    assert client.get(CONFIRM).status_code == 200
    assert User.objects.filter(pk=reader.pk).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_takes_a_proof_of_who_one_is(reader, method):
    response = getattr(sign_in(), method)(CONFIRM)
    assert response.headers["Location"] == AGAIN
    assert User.objects.filter(pk=reader.pk).exists()


def test_a_wrong_password_proves_nothing(reader):
    client = sign_in()
    client.post(AGAIN, {"password": "a wrong phrase"})
    assert client.post(CONFIRM).headers["Location"] == AGAIN
    assert User.objects.filter(pk=reader.pk).exists()


def test_it_is_gone_and_a_mail_says_so(reader, mailoutbox):
    client = sign_in()
    prove(client)
    response = client.post(CONFIRM, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "are deleted" in response.content.decode()
    assert not User.objects.filter(pk=reader.pk).exists()
    assert [mail.to for mail in mailoutbox] == [[ADDRESS]]
    assert "is deleted" in mailoutbox[0].subject


def test_every_device_is_signed_out(reader):
    laptop, phone = sign_in(), sign_in()
    keys = [laptop.session.session_key, phone.session.session_key]
    prove(laptop)
    laptop.post(CONFIRM)
    assert not Session.objects.filter(session_key__in=keys).exists()
    assert phone.get(DELETE).headers["Location"].startswith("/accounts/login/")


def test_nobody_else_is_signed_out(reader):
    make_reader("other@example.org", PASSWORD)
    stranger = sign_in("other@example.org")
    client = sign_in()
    prove(client)
    client.post(CONFIRM)
    assert stranger.get(DELETE).status_code == 200


def test_the_address_can_sign_up_anew(reader, mailoutbox):
    client = sign_in()
    prove(client)
    client.post(CONFIRM)
    client.post("/accounts/signup/", {"email": ADDRESS, "password1": PASSWORD})
    assert mailoutbox[-1].to == [ADDRESS]
    assert User.objects.get().pk != reader.pk


def test_a_mail_server_out_of_order_does_not_keep_the_account(reader, settings, caplog):
    client = sign_in()
    prove(client)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert client.post(CONFIRM).headers["Location"] == "/"
    assert not User.objects.exists()
    assert "could not be sent" in caplog.text
