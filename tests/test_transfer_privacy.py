"""A reader takes along, and changes by an import, only what is their own."""

import io
import zipfile

import pytest
from django.test import Client

from canon.exports import as_csv, as_json, as_notebook
from canon.models import Item, write_note
from tests.readers import make_reader
from tests.transfers import IMPORT, bring_in, confirm, fill, items, preview, upload

pytestmark = pytest.mark.django_db

EXPORTS = ["/reading/canon.json", "/reading/canon.csv", "/reading/notebook.zip"]
SECRET = "nobody else reads this"


def unpacked(data):
    """Return what a file says, be it in a zip."""
    if not data.startswith(b"PK"):
        return data.decode()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


@pytest.fixture
def owner():
    owner = make_reader("owner@example.org")
    fill(owner)
    return owner


@pytest.fixture
def other(client):
    other = make_reader("other@example.org")
    client.force_login(other)
    return other


@pytest.mark.parametrize("path", ["/reading/transfer/", IMPORT, *EXPORTS])
def test_a_visitor_is_sent_to_sign_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


def test_a_visitor_cannot_import(client, owner):
    assert upload(client, as_json(owner))["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("path", "export"), list(zip(EXPORTS, [as_json, as_csv, as_notebook], strict=True))
)
def test_an_export_holds_nothing_of_another_reader(client, owner, other, path, export):
    write_note(owner, items(20)[-1], SECRET, based_on=0)
    assert SECRET in unpacked(export(owner))
    assert SECRET not in unpacked(client.get(path).content)
    nobody = make_reader("nobody@example.org")
    assert client.get(path).content == export(nobody)
    assert client.get(path).content != export(owner)


def test_an_export_names_no_address_of_the_account(owner):
    assert b"owner@example.org" not in as_json(owner) + as_csv(owner)


def test_importing_anothers_file_leaves_the_other_alone(client, owner, other):
    before = as_json(owner)
    bring_in(client, before)
    assert as_json(owner) == before
    assert other.marks.count() == owner.marks.count()
    other.refresh_from_db()
    assert other.handle is None  # the owner has it


def test_an_upload_is_seen_and_confirmed_only_in_its_own_session(client, owner, other):
    plan = preview(client, as_json(owner))
    elsewhere = Client()
    elsewhere.force_login(owner)
    assert elsewhere.get(IMPORT)["Location"] == "/reading/transfer/"
    before = as_json(owner)
    assert confirm(elsewhere, plan).status_code == 302
    assert as_json(owner) == before
    assert not other.marks.exists()


def test_an_upload_is_gone_when_somebody_else_signs_in(client, owner, other):
    preview(client, as_json(owner))
    client.force_login(owner)
    assert client.get(IMPORT)["Location"] == "/reading/transfer/"


def test_a_forged_form_is_refused(owner):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert upload(strict, as_json(owner)).status_code == 403


def test_the_title_of_a_draft_is_not_given_away(client, other):
    draft = Item.objects.get(slug="gpt-3")
    draft.state = Item.State.DRAFT
    draft.title = "A secret title"
    draft.save()
    preview(client, "slug,status\ngpt-3,read\n")
    page = client.get(IMPORT).content.decode()
    assert "gpt-3" in page
    assert "A secret title" not in page


@pytest.mark.parametrize("path", ["/reading/transfer/", *EXPORTS])
def test_no_cache_but_the_browsers_own_may_keep_it(client, other, path):
    assert {"private", "no-cache"} <= set(client.get(path)["Cache-Control"].split(", "))


def test_the_preview_is_private_too(client, owner, other):
    upload(client, as_json(owner))
    assert "private" in client.get(IMPORT)["Cache-Control"]
