"""Every answer carries the headers that protect its reader, and no page needs an exception."""

import re

import pytest
from django.conf import settings
from django.test import Client

from canon.models import Item
from tests.addresses import addresses
from tests.pages import get, read
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

ANSWERS = [
    pytest.param("/?kind=video", {}, 200, id="page"),
    pytest.param("/zh-hans/items/bert/", {}, 200, id="page of an item"),
    pytest.param("/?q=model&kind=x", {"HX-Request": "true"}, 200, id="fragment"),
    pytest.param("/nowhere/", {}, 404, id="missing page"),
    pytest.param("/accounts/login/", {}, 200, id="sign-in"),
    pytest.param("/robots.txt", {}, 200, id="robots.txt"),
    pytest.param("/favicon.ico", {}, 302, id="redirect"),
]
SCRIPTS = sorted((settings.BASE_DIR / "static" / "canon").glob("*.js"))
MAKES_CODE = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|srcdoc|document\.write"
    r"|\beval\(|new Function|setTimeout\([\"'`]"
)
LISTS = [
    "/",
    "/zh-hans/",
    "/?q=model&kind=paper&year_min=2020&sort=title",
    "/zh-hans/?q=nosuchword&kind=video",
    "/?kind=x&year_min=abc&year_max=%00",
    "/?q=%22%20onclick%3Dalert(1)%20%22",
]


@pytest.fixture
def broken_client(monkeypatch):
    """A browser on a site whose canon page always fails."""

    def fail(*_arguments):
        raise RuntimeError

    monkeypatch.setattr("canon.views.catalogue.Catalogue", fail)
    return Client(raise_request_exception=False)


def policy(response):
    """Return the content security policy of an answer, by directive."""
    directives = response.headers["Content-Security-Policy"].split(";")
    words = [directive.split() for directive in directives if directive.strip()]
    assert len(words) == len({name for name, *_sources in words})
    return {name: sources for name, *sources in words}


def inline_code(page):
    """Return what in a page would need an exception from the policy: inline scripts and styles."""
    found = []
    for element in page.walk():
        data_block = element.get("type") == "application/ld+json"
        if element.tag == "style" or (
            element.tag == "script" and element.get("src") is None and not data_block
        ):
            found.append(element.tag)
        for name, value in element.attributes.items():
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on", "hx-vals")):
                found.append(name)
            if name in {"href", "src", "action"} and value.strip().lower().startswith("javascript"):
                found.append(value)
    return found


@pytest.mark.parametrize(("address", "headers", "status"), ANSWERS)
def test_the_content_security_policy_is_the_one_in_the_settings(client, address, headers, status):
    response = client.get(address, headers=headers)
    assert response.status_code == status
    assert policy(response) == {
        name: [str(source) for source in sources]
        for name, sources in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].items()
    }
    assert "Content-Security-Policy-Report-Only" not in response.headers


def test_the_policy_allows_only_our_own_files_and_no_inline_code(client):
    none, own = ["'none'"], ["'self'"]
    kinds = ("script", "style", "font", "connect", "manifest", "worker")
    assert policy(client.get("/items/bert/")) == {
        **{f"{kind}-src": own for kind in kinds},
        "img-src": [*own, "data:"],
        "default-src": none,
        "form-action": own,
        "base-uri": none,
        "frame-ancestors": none,
    }


@pytest.mark.parametrize(("address", "headers", "status"), ANSWERS)
def test_every_answer_is_protected(client, address, headers, status):
    response = client.get(address, headers=headers)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert (
        response.headers["Permissions-Policy"] == settings.PROTECTIVE_HEADERS["Permissions-Policy"]
    )


def refusal(status, broken_client):
    """Return an answer of this status, an error."""
    client = Client(enforce_csrf_checks=status == 403)
    if status == 400:
        return client.get("/", headers={"Host": "elsewhere.example"})
    if status == 500:
        return broken_client.get("/")
    if status == 429:
        for _attempt in range(20):
            client.post("/accounts/signup/", {"email": "no"})
    addresses = {403: "/theme/", 404: "/nowhere/", 405: "/", 429: "/accounts/signup/"}
    return client.post(addresses[status], {"email": "no"})


@pytest.mark.parametrize("status", [400, 403, 404, 405, 429, 500])
def test_every_refusal_is_protected_and_a_page_of_ours(broken_client, status):
    response = refusal(status, broken_client)
    assert response.status_code == status
    assert policy(response)["default-src"] == policy(response)["frame-ancestors"] == ["'none'"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for name, value in settings.PROTECTIVE_HEADERS.items():
        assert response.headers[name] == value
    if status != 405:  # which no link or form of ours leads to
        page = read(response.content.decode())
        assert page.all("header", "masthead")
        assert inline_code(page) == []


def test_the_desk_is_protected(client):
    client.force_login(make_curator())
    response = client.get("/admin/canon/item/")
    assert response.status_code == 200
    assert policy(response)["script-src"] == ["'self'"]
    assert response.headers["Permissions-Policy"]


@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_no_address_of_the_site_makes_an_exception(client, is_member):
    user = make_reader(is_staff=True, is_superuser=True, handle="ada", is_public=True)
    whole = policy(client.get("/"))
    for address in addresses(user):
        if is_member:
            client.force_login(user)  # one of the addresses signs out
        response = client.get(address)
        assert policy(response) == whole, address
        assert response.headers["X-Content-Type-Options"] == "nosniff", address
        assert response.headers["X-Frame-Options"] == "DENY", address
        kind = response.headers.get("Content-Type", "")
        if kind.startswith("text/") or "xml" in kind:
            assert kind.replace('"', "").endswith("; charset=utf-8"), address
        assert not [name for name in response.headers if name.startswith("Access-Control-")]


def test_only_the_badge_may_be_shown_on_other_sites(client):
    make_reader(handle="ada", is_public=True)
    response = client.get("/@ada/badge.svg")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_no_cookie_can_be_read_by_scripts_or_comes_along_from_other_sites(client):
    reader = make_reader(password="an unlikely phrase")
    client.get("/accounts/login/")
    client.post("/theme/", {"theme": "dark"})
    client.post("/shortcuts/", {"shortcuts": "off"})
    client.post("/welcome/")
    client.post("/accounts/login/", {"login": reader.email, "password": "an unlikely phrase"})
    cookies = {name: cookie for name, cookie in client.cookies.items() if cookie.value}
    assert {"sessionid", "csrftoken", "theme", "shortcuts", "welcomed"} <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] == "Lax", name


def test_only_what_a_page_of_ours_uses_is_lent_by_the_browser():
    words = settings.PROTECTIVE_HEADERS["Permissions-Policy"].split(", ")
    lent = {word.partition("=")[0] for word in words if not word.endswith("=()")}
    assert lent == {
        "publickey-credentials-create",
        "publickey-credentials-get",
        "clipboard-write",
    }
    denied = {word.partition("=")[0] for word in words} - lent
    assert denied >= {"camera", "display-capture", "geolocation", "microphone", "payment", "usb"}


def test_a_page_that_fails_is_protected_too(broken_client):
    response = broken_client.get("/")
    assert response.status_code == 500
    assert policy(response)["script-src"] == ["'self'"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("address", LISTS)
def test_no_list_has_inline_scripts_or_styles(client, address):
    assert inline_code(get(client, address)) == []


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_no_item_page_has_inline_scripts_or_styles(client, prefix):
    for item in Item.objects.order_by("section__position", "position")[::8]:
        assert inline_code(get(client, f"{prefix}/items/{item.slug}/")) == []


def test_pages_that_are_missing_or_fail_have_no_inline_scripts_or_styles(client, broken_client):
    assert inline_code(get(client, "/nowhere/", status=404)) == []
    assert inline_code(get(broken_client, "/zh-hans/", status=500)) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_no_script_of_ours_makes_markup_or_code_of_text(script):
    found = MAKES_CODE.findall(script.read_text())
    assert found == []


def test_scripts_and_styles_come_from_this_site(client):
    page = get(client, "/?kind=video")
    sources = [script["src"] for script in page.all("script") if script.get("src")]
    sources += [link["href"] for link in page.all("link", rel="stylesheet")]
    assert len(sources) >= 3
    assert all(source.startswith("/static/") for source in sources)


def test_links_to_other_sites_cannot_reach_back(client):
    for link in get(client, "/items/med-palm/").all("a"):
        if link["href"].startswith("http"):
            assert link["rel"] == "noopener"
