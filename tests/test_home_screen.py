"""The site can stand on a home screen: its manifest, its icons, its service worker."""

import json
import re
import struct
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.contrib.staticfiles import finders
from django.urls import resolve, reverse
from django.utils import translation

from canon.models import Item
from tests.pages import get
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

LANGUAGES = ["en", "zh-hans"]
WORKER = Path(finders.find("canon/worker.js"))
READER = "Canon-Reader"


def manifest(client, home):
    """Return the manifest that the page at `home` names."""
    response = client.get(get(client, home).one("link", rel="manifest")["href"])
    assert response.headers["Content-Type"] == "application/manifest+json"
    return json.loads(response.content)


def size_of(png):
    """Return width and height of a PNG file."""
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


def patterns():
    """Return the regular expressions that the worker knows addresses by, by name."""
    found = re.findall(r"^const ([A-Z]+) = /(.+)/;$", WORKER.read_text(), re.MULTILINE)
    return {name: re.compile(expression.replace(r"\/", "/")) for name, expression in found}


@pytest.mark.parametrize(("language", "home"), [("en", "/"), ("zh-hans", "/zh-hans/")])
def test_each_language_is_an_app_of_its_own(client, language, home):
    app = manifest(client, home)
    assert app["lang"] == language
    assert app["id"] == app["start_url"] == app["scope"] == home
    assert app["display"] == "standalone"
    with translation.override(language):
        assert app["name"] == translation.gettext("The AI Canon")
    assert app["background_color"] == app["theme_color"] == "#fbf9f4"


def test_the_names_are_in_the_language_of_the_app(client):
    english, chinese = manifest(client, "/"), manifest(client, "/zh-hans/")
    assert all(english[key] != chinese[key] for key in ("name", "short_name", "description"))


def test_every_icon_is_there_in_the_size_it_claims(client):
    icons = manifest(client, "/")["icons"]
    drawn = {"192x192 any", "512x512 any", "512x512 maskable"}
    drawing, *pictures = icons
    assert unquote(drawing["src"]).startswith("data:image/svg+xml,<svg")
    assert drawn == {f"{icon['sizes']} {icon['purpose']}" for icon in pictures}
    for icon in pictures:
        file = Path(finders.find(icon["src"].removeprefix("/static/")))
        assert file.stat().st_size < 8 * 1024
        assert icon["sizes"] == "{}x{}".format(*size_of(file))
    touch = get(client, "/").one("link", rel="apple-touch-icon")["href"]
    assert size_of(Path(finders.find(touch.removeprefix("/static/")))) == (180, 180)


def test_the_worker_covers_the_site_and_is_asked_for_anew(client):
    response = client.get("/service-worker.js")
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
    tag = {"If-None-Match": response.headers["ETag"]}
    assert client.get("/service-worker.js", headers=tag).status_code == 304


def test_a_new_version_of_any_file_is_a_new_worker(client, monkeypatch):
    before = client.get("/service-worker.js").content
    storage = "canon.views.home_screen.staticfiles_storage"
    monkeypatch.setattr(f"{storage}.manifest_hash", "0123456789ab", raising=False)
    assert client.get("/service-worker.js").content != before


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worker_knows_the_addresses_it_acts_on(language):
    known = patterns()
    with translation.override(language):
        assert known["MARK"].search(reverse("mark_item", args=["bert"]))[1] == "bert"
        held = known["MARK"].sub("marks/held/", reverse("mark_item", args=["bert"]))
        assert held == reverse("held_mark")
        for name in ("account_logout", "confirm_deletion", "admin:logout"):
            assert known["LEAVING"].search(reverse(name))
        assert not known["LEAVING"].search(reverse("account_login"))
        assert resolve(reverse("item_list") + "offline/").url_name == "offline"


def test_pages_to_keep_name_their_reader_and_say_nothing_of_them(client):
    assert client.get("/").headers[READER] == "guest"
    keys = set()
    for email in ("ada@example.org", "bob@example.org"):
        reader = make_reader(email)
        client.force_login(reader)
        pages = ["/", "/zh-hans/items/bert/", "/reading/", "/notes/", "/map/"]
        [key] = {client.get(page).headers[READER] for page in pages}
        assert get(client, "/").one("form", id="marks").one("input", name="reader")["value"] == key
        client.logout()
        client.force_login(reader)
        assert client.get("/").headers[READER] == key
        keys.add(key)
    assert len(keys) == 2
    assert all(re.fullmatch("[0-9a-f]{20}", key) for key in keys)


def test_no_other_page_may_be_kept(client):
    client.force_login(make_curator(handle="curator", is_public=True))
    item = Item.objects.get(slug="bert")
    others = [
        "/accounts/preferences/",
        "/accounts/password/change/",
        "/admin/",
        f"/admin/canon/item/{item.pk}/change/",
        f"/admin/canon/item/{item.pk}/preview/",
        "/items/bert/note/",
        "/items/bert/report/",
        "/reading/transfer/",
        "/reading/canon.json",
        "/suggest/",
        "/@curator/",
        "/offline/",
    ]
    for address in others:
        response = client.get(address)
        assert response.status_code in {200, 302}, address
        assert READER not in response.headers, address
    client.logout()
    assert READER not in client.get("/reading/").headers


@pytest.mark.parametrize("home", ["/", "/zh-hans/"])
def test_the_offline_page_is_the_same_for_everybody(client, home):
    page = client.get(f"{home}offline/")
    client.force_login(make_reader())
    assert client.get(f"{home}offline/").content == page.content
    assert not page.cookies
    assert "Cookie" not in page.headers["Vary"]


def test_the_offline_page_has_a_word_for_every_status(client):
    words = get(client, "/offline/").one("template", id="words")
    named = {word["data-word"] for word in words.all() if word.get("data-word")}
    statuses = {f"mark-{status}" for status in ("", "queued", "reading", "read", "skipped")}
    assert named == statuses | {"kept", "held", "refused", "failed"}
