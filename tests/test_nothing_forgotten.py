"""Whatever table knows of a reader: its rows are in the export, and go with the account.

Tables are found, not named: a new one fails here until it is said how it is filled
(`tests/reader_rows.py`), and what becomes of it.
"""

import json

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.test import Client
from reversion.models import Revision

from accounts.models import User
from canon.exports import as_csv, as_json
from tests.reader_rows import FILL, NOT_IN_THE_EXPORT, PASSWORD, all_rows, fill, mentions
from tests.readers import make_reader
from tests.test_reader_keys import owned_models

pytestmark = pytest.mark.django_db

ONE, OTHER = ("wallaby", 700_000_001), ("quokka", 800_000_002)


@pytest.fixture
def curator(db):
    return make_reader("curator@example.org", PASSWORD, is_staff=True, is_superuser=True)


@pytest.fixture
def readers(curator):
    fill(*OTHER)
    return fill(*ONE)


def leave(reader, curator):
    """Delete the account as its reader does."""
    client = Client()
    client.post("/accounts/login/", {"login": reader.email, "password": PASSWORD})
    again = "/accounts/reauthenticate/?next=%2Faccounts%2Fdelete%2Fconfirm%2F"
    client.post(again, {"password": PASSWORD})
    client.post("/accounts/delete/confirm/")


def be_deleted(reader, curator):
    """Delete the account at the desk, on its page."""
    client = Client()
    client.force_login(curator)
    client.post(f"/admin/accounts/user/{reader.pk}/delete/", {"post": "yes"})


def be_deleted_with_others(reader, curator):
    """Delete the account at the desk, from the list."""
    client = Client()
    client.force_login(curator)
    form = {"action": "delete_selected", "_selected_action": [reader.pk], "post": "yes"}
    client.post("/admin/accounts/user/", form)


def known_models():
    """Return the models whose rows name a reader, or a row that goes with one."""
    owned = {User, *owned_models()}
    return {
        model
        for model in apps.get_models(include_auto_created=True)
        if model in owned
        or any(field.related_model in owned for field in model._meta.concrete_fields)
    }


def test_it_is_known_how_every_table_is_filled():
    assert known_models() | {Session} == set(FILL)


@pytest.mark.parametrize("end", [leave, be_deleted, be_deleted_with_others])
def test_nothing_of_a_reader_is_left_and_everything_of_another_is(readers, curator, end):
    reader, _said = readers
    before = all_rows()
    named = {table for table, text in before if mentions((table, text), *ONE)}
    assert {model._meta.db_table for model in FILL} <= named
    end(reader, curator)
    assert not User.objects.filter(pk=reader.pk).exists()
    after = all_rows()
    assert [row for row in after if mentions(row, *ONE)] == []
    kept = [row for row in before if mentions(row, *OTHER)]
    assert kept
    assert [row for row in kept if row not in after] == []
    assert Revision.objects.count() == 2


def test_every_table_is_in_the_export_or_said_why_not(readers):
    reader, said = readers
    document = as_json(reader).decode()
    assert json.loads(document)
    assert set(NOT_IN_THE_EXPORT) < set(FILL)
    for model in set(FILL) - set(NOT_IN_THE_EXPORT):
        assert said[model] in document, model


def test_the_export_holds_nothing_of_another(readers):
    reader, _said = readers
    assert OTHER[0] not in (as_json(reader) + as_csv(reader)).decode()
