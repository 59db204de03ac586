"""What crawlers, feed readers and sites that quote a page find in it."""

import json
import re
from functools import partial
from urllib.parse import unquote
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders

from canon.models import Item
from tests.pages import get

pytestmark = pytest.mark.django_db

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def change(slug, **fields):
    """Give a shipped item other words."""
    Item.objects.filter(slug=slug).update(**fields)


def linked_data(page):
    """Return the data block of a page, understood."""
    return json.loads(page.one("script", type="application/ld+json").source)


def social(page):
    """Return the Open Graph properties of a page."""
    return {
        meta["property"]: meta["content"]
        for meta in page.all("meta")
        if (meta.get("property") or "").startswith("og:")
    }


# robots.txt


@pytest.fixture
def robots(client):
    response = client.get("/robots.txt")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    return response.content.decode()


@pytest.mark.parametrize("path", ["/", "/zh-hans/", "/items/bert/", "/sitemap.xml"])
def test_crawlers_are_welcome_to_the_pages(robots, path):
    parser = RobotFileParser()
    parser.parse(robots.splitlines())
    assert parser.can_fetch("AnyBot", path)


@pytest.mark.parametrize("path", ["/admin/", "/zh-hans/admin/"])
def test_crawlers_are_asked_to_leave_the_admin_alone(robots, path):
    parser = RobotFileParser()
    parser.parse(robots.splitlines())
    assert not parser.can_fetch("AnyBot", path)


def test_crawlers_are_asked_to_leave_filtered_lists_alone(client, robots):
    assert "Disallow: /*?" in robots.splitlines()
    assert get(client, "/?kind=video").one("meta", name="robots")["content"] == "noindex, follow"
    assert get(client, "/").all("meta", name="robots") == []


def test_crawlers_are_told_where_the_map_is(client, robots):
    (address,) = re.findall("(?m)^Sitemap: (.+)$", robots)
    assert address == "http://testserver/sitemap.xml"
    assert client.get(address).status_code == 200


# sitemap.xml


@pytest.fixture
def entries(client):
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(response.content).findall(f"{SITEMAP}url")


def test_the_site_map_lists_both_pages_of_every_item_and_of_the_canon(entries):
    items = [f"/items/{slug}/" for slug in Item.objects.values_list("slug", flat=True)]
    paths = ["/", "/map/", "/changes/", *items]
    expected = [f"http://testserver{prefix}{p}" for p in paths for prefix in ("", "/zh-hans")]
    assert len(expected) == 198
    assert sorted(entry.findtext(f"{SITEMAP}loc") for entry in entries) == sorted(expected)


def test_each_entry_names_the_page_in_each_language(entries):
    for entry in entries:
        address = entry.findtext(f"{SITEMAP}loc")
        path = address.removeprefix("http://testserver").removeprefix("/zh-hans")
        alternates = {link.get("hreflang"): link.get("href") for link in entry.iter(f"{XHTML}link")}
        assert alternates == {
            "en": f"http://testserver{path}",
            "zh-hans": f"http://testserver/zh-hans{path}",
            "x-default": f"http://testserver{path}",
        }


# JSON-LD


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_the_whole_list_is_linked_data_in_canon_order(client, prefix):
    data = linked_data(get(client, f"{prefix}/"))
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "ItemList"
    items = Item.objects.order_by("section__position", "position")
    assert data["itemListElement"] == [
        {
            "@type": "ListItem",
            "position": position,
            "url": f"http://testserver{prefix}/items/{item.slug}/",
        }
        for position, item in enumerate(items, start=1)
    ]
    assert len(items) == 96


def test_a_filtered_list_has_no_linked_data(client):
    assert get(client, "/?kind=video").all("script", type="application/ld+json") == []


# What is shown where a page is quoted


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_quoted_item_shows_its_title_and_annotation(client, prefix):
    item = Item.objects.get(slug="bert")
    page = get(client, f"{prefix}/items/bert/")
    properties = social(page)
    annotation = item.annotation_zh_hans if prefix else item.annotation_en
    assert properties["og:title"] == item.title
    assert properties["og:description"] == annotation
    assert properties["og:url"] == f"http://testserver{prefix}/items/bert/"
    assert properties["og:type"] == "article"
    assert page.one("meta", name="description")["content"] == annotation
    assert page.one("head").one("title").text.startswith(item.title)


@pytest.mark.parametrize(
    ("path", "title", "locale"),
    [("/", "The AI Canon", "en_US"), ("/zh-hans/", "AI 经典书单", "zh_CN")],
)
def test_the_quoted_canon_shows_its_name(client, path, title, locale):
    page = get(client, path)
    properties = social(page)
    assert properties["og:title"] == page.one("head").one("title").text == title
    assert properties["og:locale"] == locale
    assert properties["og:description"] == page.one("meta", name="description")["content"] != ""


def test_no_word_can_break_out_of_the_quotation(client):
    words = "\"><script>alert(1)</script> & '"
    change("bert", title=words, annotation_en=words)
    page = get(client, "/items/bert/")
    properties = social(page)
    assert properties["og:title"] == properties["og:description"] == words
    assert page.one("meta", name="description")["content"] == words


def test_an_item_without_annotation_is_described_all_the_same(client):
    change("bert", annotation_en="", annotation_zh_hans="")
    page = get(client, "/items/bert/")
    assert page.one("meta", name="description")["content"] != ""
    assert social(page)["og:description"] != ""


# The icon


def test_those_who_guess_the_address_of_the_icon_are_sent_to_it(client):
    response = client.get("/favicon.ico")
    assert response.status_code in {301, 302}
    assert response.headers["Location"] == "/static/canon/icon.svg"


@pytest.mark.parametrize("path", ["/", "/items/bert/", "/zh-hans/nowhere/"])
def test_every_page_brings_its_icon_along(client, path):
    status = 404 if "nowhere" in path else 200
    icon = get(client, path, status=status).one("link", rel="icon")
    same = partial(ElementTree.canonicalize, strip_text=True)
    drawing = unquote(icon["href"].removeprefix("data:image/svg+xml,"))
    file = finders.find("canon/icon.svg")
    assert same(drawing) == same(from_file=file)
