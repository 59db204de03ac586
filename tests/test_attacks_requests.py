"""Requests that a page of ours would never make are refused, at every address of the site."""

import io
import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import validate_handle, validate_not_reserved
from canon.models import Item, Status
from canon.upload_limits import LARGEST_UPLOAD
from tests.addresses import addresses
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PASSWORD = "an unlikely phrase"
FIELDS = {"status": "read", "theme": "dark", "text": "x", "version": "0", "move": "up"}
FIELDS |= {"shortcuts": "off", "until": "2026-01-01T00:00:00+00:00", "items": "1"}
# What leads on to where the form wishes.
LEADS_ON = ["/theme/", "/shortcuts/", "/welcome/", "/marks/", "/items/bert/mark/", "/reading/news/"]
LEADS_ON += ["/items/bert/note/", "/reading/queue/bert/", "/undo/{step}/"]
# A visit may write its own session, and count attempts.
WRITES = re.compile(r"(INSERT|UPDATE|DELETE)\b(?!.*django_(session|cache)\b)", re.DOTALL)
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\t//evil.example/",
    "http:///evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "http://testserver@evil.example/",
    "/\r\nX-Evil: 1",
]


@pytest.fixture
def ada():
    """A superuser, who gets everywhere, with something at most addresses."""
    ada = make_reader(password=PASSWORD, is_staff=True, is_superuser=True, handle="ada")
    Item.objects.get(slug="bert").mark(ada, Status.QUEUED)
    ada.suggestions.create(kind="item", url="https://example.org/essay", text="x")
    return ada


def leads_elsewhere(response):
    """Tell whether an answer sends the browser to another site, or carries a header not ours."""
    places = [response.headers.get(name, "") for name in ("Location", "HX-Redirect", "HX-Location")]
    strange = [
        place
        for place in places
        if urlsplit(place.replace("\\", "/").strip()).netloc not in ("", "testserver")
        or urlsplit(place).scheme not in ("", "http", "https")
    ]
    return bool(strange) or "X-Evil" in response.headers


def test_no_address_with_a_next_leads_to_another_site(client, ada):
    for address in addresses(ada):
        client.force_login(ada)
        for response in (
            client.get(address, {"next": ELSEWHERE[1]}),
            client.post(address, {**FIELDS, "next": ELSEWHERE[1]}),
        ):
            assert response.status_code < 500
            assert not leads_elsewhere(response), address


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_spelling_of_another_site_is_gone_to(client, wanted):
    response = client.post("/theme/", {"theme": "dark", "next": wanted})
    assert response.status_code == 302
    assert not leads_elsewhere(response)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(client, ada, wanted):
    form = {"login": ada.email, "password": PASSWORD, "next": wanted}
    response = client.post(reverse("account_login"), form)
    assert response.status_code == 302
    assert not leads_elsewhere(response)


@pytest.mark.parametrize("wanted", ["/notes/", *ELSEWHERE[:3]])
@pytest.mark.parametrize("path", LEADS_ON)
def test_a_next_is_followed_on_this_site_and_nowhere_else(client, ada, path, wanted):
    client.force_login(ada)
    path = path.format(step=ada.reading_events.get().step)
    response = client.post(path, {**FIELDS, "next": wanted})
    assert response.status_code == 302
    assert not leads_elsewhere(response)
    assert response["Location"].startswith("/notes/") == (wanted == "/notes/")


def test_no_address_takes_a_post_without_the_token(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    for address in addresses(ada):
        for method in ("post", "put", "patch", "delete"):
            response = getattr(client, method)(address, FIELDS)
            assert response.status_code in (403, 405), f"{method} {address}"
    assert ada.suggestions.count() == 1


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/manage.py",
        "/static/",
        "/static/../manage.py",
        "/static/%2e%2e/.env",
    ],
)
def test_no_file_of_the_server_is_handed_out_and_no_folder_listed(client, path):
    assert client.get(path).status_code == 404


def test_nothing_that_was_sent_is_echoed(client, ada):
    for address in addresses(ada):
        client.force_login(ada)
        response = client.trace(address, headers={"X-Sent": "what-was-sent"})
        body = b"".join(response) if response.streaming else response.content
        assert b"what-was-sent" not in body, address


def written(queries):
    """Return the statements that wrote something, but for what was taken back."""
    found, savepoints = [], []
    for sql in (query["sql"] for query in queries):
        if sql.startswith("SAVEPOINT"):
            savepoints.append(len(found))
        elif sql.startswith("ROLLBACK TO"):
            del found[savepoints[-1] :]
        elif sql.startswith("RELEASE"):
            savepoints.pop()
        elif WRITES.match(sql):
            found.append(sql)
    return found


def test_no_address_changes_anything_by_a_get(client, ada):
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    keys = {"pk": ada.usersession_set.get().pk, "step": ada.reading_events.get().step}

    for address in addresses(ada, **keys):
        for headers in ({}, {"HX-Request": "true"}):
            with CaptureQueriesContext(connection) as queries:
                client.get(address, FIELDS, headers=headers)
            assert written(queries) == [], address
    assert client.get(reverse("preferences")).status_code == 200


def test_signing_in_makes_a_new_session(client, ada):
    client.post("/marks/", {"items": "bert", "status": "read"})
    client.post("/items/bert/mark/", {"status": "read"})
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post(reverse("account_login"), {"login": ada.email, "password": PASSWORD})
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before
    stale = Client()
    stale.cookies[settings.SESSION_COOKIE_NAME] = before
    assert "_auth_user_id" not in stale.session


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: {"text": "x" * 3_000_000}, id="a field of three megabytes"),
        pytest.param(lambda: {f"f{n}": "x" for n in range(1001)}, id="a thousand and one fields"),
        pytest.param(lambda: {f"f{n}": io.BytesIO(b"x") for n in range(101)}, id="many files"),
        pytest.param(lambda: {"file": io.BytesIO(bytes(LARGEST_UPLOAD))}, id="an enormous file"),
    ],
)
@pytest.mark.parametrize("address", ["/accounts/login/", "/reading/import/"])
def test_a_body_that_is_too_large_is_refused_in_words(client, ada, address, make):
    client.force_login(ada)
    response = client.post(address, make())
    assert response.status_code == 400
    assert "too large" in response.content.decode()


# Letters that look like others, that turn the direction, or that are not seen at all.
@pytest.mark.parametrize(
    "handle",
    [
        *("\u0430da", "ad\u0430", "\uff41da", "ada\u200b", "\u202eada", "ada\u00ad", "a\u0301da"),
        *("ada\n", "ADA", "-ada", "ada-", "a da", "a/da", "a.da", "@ada", "ad\u0131n", "ada\0"),
        "\u212arypton",
    ],
)
def test_no_handle_passes_for_another(client, ada, handle):
    with pytest.raises(ValidationError):
        validate_handle(handle)
    client.force_login(ada)
    form = {"language": "en", "theme": "system", "time_zone": "UTC"}
    client.post("/accounts/preferences/", {**form, "handle": handle})
    ada.refresh_from_db()
    validate_handle(ada.handle)  # the form may have made small plain letters of it
    client.post("/accounts/preferences/", {**form, "handle": "ada-2"})
    ada.refresh_from_db()
    assert ada.handle == "ada-2"


@pytest.mark.parametrize("handle", ["admin", "curators", "privacy", "official", "support"])
def test_no_handle_passes_for_the_site(handle):
    with pytest.raises(ValidationError):
        validate_not_reserved(handle)


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\x.csv", "/etc/x.csv", "x\r\nA: b"]
)
def test_the_name_of_an_upload_leads_nowhere(client, ada, name, settings):
    client.force_login(ada)
    file = SimpleUploadedFile("x.csv", b"slug,year\nbert,1999\n")
    file._name = name
    page = client.post("/admin/canon/item/import/", {"file": file}, follow=True)
    assert page.status_code in (200, 422)
    assert [path.name for path in settings.DATA_DIR.rglob("*") if "sqlite" not in path.name] == []
    assert "X-Evil" not in page.headers
