"""One address has two renderings: the whole page, or the part that htmx swaps into it."""

import pytest

from tests.pages import cards, get, shown

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
WHOLE = [
    pytest.param({}, id="plain"),
    pytest.param({**HTMX, "HX-Boosted": "true"}, id="boosted"),
    pytest.param({**HTMX, "HX-History-Restore-Request": "true"}, id="history restore"),
    pytest.param({"HX-History-Restore-Request": "true"}, id="history restore by hand"),
]
ADDRESSES = ["/?kind=video", "/zh-hans/?kind=video&sort=year"]


def is_whole(html):
    return html.lstrip().startswith("<!doctype html>") and html.rstrip().endswith("</html>")


@pytest.mark.parametrize("address", ADDRESSES)
def test_htmx_gets_only_the_results(client, address):
    html = client.get(address, headers=HTMX).content.decode()
    for part_of_the_page in ("<html", "<head", "<body", "<main", "<h1", 'id="results"', 'id="q"'):
        assert part_of_the_page not in html
    assert len(cards(html)) == 5


@pytest.mark.parametrize("headers", WHOLE)
@pytest.mark.parametrize("address", ADDRESSES)
def test_everybody_else_gets_the_whole_page(client, address, headers):
    html = client.get(address, headers=headers).content.decode()
    assert is_whole(html)
    assert len(cards(html)) == 5


@pytest.mark.parametrize("address", [*ADDRESSES, "/?q=nosuchword", "/?kind=x&author=mit"])
def test_the_fragment_is_what_the_whole_page_holds_in_its_place(client, address):
    fragment = get(client, address, HX_Request="true")
    assert get(client, address).one(id="results").text == fragment.text != ""


@pytest.mark.parametrize("headers", [{}, HTMX, {**HTMX, "HX-Boosted": "true"}])
@pytest.mark.parametrize("address", ADDRESSES)
def test_caches_are_told_to_keep_the_two_renderings_apart(client, address, headers):
    vary = client.get(address, headers=headers).headers["Vary"]
    assert {"HX-Request", "HX-History-Restore-Request"} <= set(vary.split(", "))


@pytest.mark.parametrize(
    ("address", "tidy"),
    [
        ("/", "/"),
        ("/?q=&year_min=&year_max=&sort=", "/"),
        ("/?q=model&year_min=&year_max=&sort=&kind=paper", "/?q=model&kind=paper"),
        ("/?kind=paper&kind=video&sort=-year", "/?kind=paper&kind=video&sort=-year"),
        ("/?q=%20two%20%20words%20", "/?q=two++words"),
        ("/?year_min=abc&kind=x&kind=video&utm_source=y", "/?kind=video"),
        ("/zh-hans/?q=%E6%89%A9%E6%95%A3&sort=", "/zh-hans/?q=%E6%89%A9%E6%95%A3"),
        ("/zh-hans/?q=", "/zh-hans/"),
        ("/?q=a%26b%3D%22%3Cc", "/?q=a%26b%3D%22%3Cc"),
        ("/?q=a%0D%0ASet-Cookie:x", "/?q=a%0D%0ASet-Cookie%3Ax"),
    ],
)
def test_the_address_bar_gets_the_tidy_address(client, address, tidy):
    assert client.get(address, headers=HTMX).headers["HX-Push-Url"] == tidy


def test_the_pushed_address_opened_cold_shows_the_same(client):
    typed = "/?q=model&kind=paper&kind=article&author=openai&year_min=2018&sort=-year&effort=hour"
    fragment = client.get(typed, headers=HTMX)
    cold = client.get(fragment.headers["HX-Push-Url"])
    assert is_whole(cold.content.decode())
    assert cards(cold.content.decode()) == cards(fragment.content.decode()) != []


@pytest.mark.parametrize("headers", WHOLE)
def test_a_whole_page_leaves_the_address_bar_alone(client, headers):
    assert "HX-Push-Url" not in client.get("/?kind=video", headers=headers).headers


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/", "/zh-hans/", "/items/bert/", "/robots.txt", "/favicon.ico"])
def test_pages_are_only_read(client, path, method, headers):
    assert getattr(client, method)(path, headers=headers).status_code == 405


def test_a_page_may_be_asked_for_its_head(client):
    response = client.head("/?kind=video")
    assert response.status_code == 200
    assert response.content == b""


def test_without_htmx_the_form_leads_to_the_same_list(client):
    form = get(client, "/").one("form", id="filters")
    assert form["method"] == "get"
    assert form.all("button", type="submit")
    state = {"q": "model", "kind": ["paper"], "year_min": "", "year_max": "2020", "sort": ""}
    html = client.get(form["action"], state).content.decode()
    assert cards(html) == shown(client, {"q": "model", "kind": "paper", "year_max": 2020}) != []


def test_every_field_of_the_bar_belongs_to_the_form(client):
    page = get(client, "/?kind=video")
    names = {"section", "kind", "author", "difficulty", "effort", "status"}
    fields = [field for name in names for field in page.all("input", name=name)]
    fields += [page.one("select", name=name) for name in ("year_min", "year_max", "sort")]
    assert {field["name"] for field in fields} == {*names, "year_min", "year_max", "sort"}
    assert {field.get("form") for field in fields} == {"filters"}
