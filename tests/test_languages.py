"""Every page stands in English and in Chinese, and one item is one item in both."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from canon.models import Item, Link, Section
from tests.pages import get, listed_under, shown

pytestmark = pytest.mark.django_db

PAGES = ["/", "/items/bert/"]


def change(slug, **fields):
    """Give a shipped item other words."""
    item = Item.objects.get(slug=slug)
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()


@pytest.fixture
def broken_client(monkeypatch):
    """A browser on a site whose canon page always fails."""

    def fail(*_arguments):
        raise RuntimeError("nobody is to read this sentence")

    monkeypatch.setattr("canon.views.catalogue.Catalogue", fail)
    return Client(raise_request_exception=False)


# What the Chinese pages say


def test_every_card_of_the_chinese_page_has_chinese_annotation_and_gloss(client):
    found = get(client, "/zh-hans/").all("article", "card")
    items = Item.objects.order_by("section__position", "position")
    assert len(found) == len(items) == 96
    for card, item in zip(found, items, strict=True):
        assert card.one("p", "annotation").text == item.annotation_zh_hans
        assert card.one("p", "gloss").text == item.gloss_zh_hans
        assert card.one(class_="title").text == item.title
        assert card.one(class_="title").one("a")["lang"] == item.language


def test_every_heading_of_the_chinese_page_is_chinese(client):
    page = get(client, "/zh-hans/")
    for section in Section.objects.all():
        assert page.one(id=section.slug).text == section.title_zh_hans
    introductions = [p.text for p in page.all("p", "introduction")]
    assert introductions == [section.introduction_zh_hans for section in Section.objects.all()]
    contents = page.one(id="contents").text
    assert all(section.title_zh_hans in contents for section in Section.objects.all())


def test_the_labels_of_the_chinese_page_are_chinese(client):
    page = get(client, "/zh-hans/?kind=paper&sort=year")
    pills = {pill["id"]: pill.one("summary").text for pill in page.all("details", "pill")}
    names = ["section", "kind", "author", "year", "difficulty", "effort", "status"]
    labels = ["章节", "类型 1", "作者", "年份", "难度", "时长", "我的状态"]
    assert [pills[f"pill-{name}"] for name in names] == labels
    orders = {option["value"]: option.text for option in page.one(id="sort").all("option")}
    labels = ["书单顺序", "从旧到新", "从新到旧", "标题"]
    assert [orders[name] for name in ("", "year", "-year", "title")] == labels
    assert page.one(id="kind-paper").parent.text.startswith("论文")
    assert page.one("a", "chip").text == "移除条件 类型：论文 ×"


def test_the_facts_of_a_chinese_card_are_chinese(client):
    card = get(client, "/zh-hans/?q=waluigi").one("article", "card")
    facts = [fact.text for fact in card.one("ul", "facts").all("li")]
    assert facts == ["Cleo Nardo", "2023", "文章", "一小时左右", "进阶"]


def test_the_chinese_page_of_an_item_is_chinese(client):
    item = Item.objects.get(slug="alphafold")
    page = get(client, "/zh-hans/items/alphafold/")
    assert page.one("html")["lang"] == "zh-hans"
    assert page.one("h1").text == item.title
    assert page.one("p", "gloss").text == item.gloss_zh_hans
    assert page.one("p", "annotation").text == item.annotation_zh_hans
    links = ["DeepMind 谈 AlphaFold 2", "AlphaFold 2 原理解读"]
    assert listed_under(page, "更多链接") == links
    assert page.one("nav", "trail").all("a")[0].text == "里程碑研究"


def test_the_chinese_page_of_an_item_leads_to_chinese_pages(client):
    page = get(client, "/zh-hans/items/bert/")
    outside = ("http", "#")
    own = [a for a in page.all("a") if not a["href"].startswith(outside) and not a.get("hreflang")]
    assert len(own) > 8
    assert all(link["href"].startswith("/zh-hans/") for link in own)


def test_english_pages_have_no_gloss_where_the_title_is_english(client):
    assert get(client, "/?section=landmarks").all("p", "gloss") == []
    assert get(client, "/items/bert/").all("p", "gloss") == []


def test_an_english_gloss_explains_a_chinese_title(client):
    change("bert", title="双向模型", gloss_en="A model of both directions", language="zh-hans")
    page = get(client, "/items/bert/")
    assert page.one("h1")["lang"] == "zh-hans"
    assert page.one("p", "gloss").text == "A model of both directions"


@pytest.mark.parametrize("path", ["/?kind=video", "/items/bert/"])
def test_the_page_tells_its_language(client, path):
    assert get(client, path).one("html")["lang"] == "en"
    assert get(client, f"/zh-hans{path}").one("html")["lang"] == "zh-hans"
    assert client.get(f"/zh-hans{path}").headers["Content-Language"] == "zh-hans"


def test_the_address_alone_tells_the_language(client):
    page = get(client, "/?kind=video", Accept_Language="zh-CN,zh;q=0.9")
    assert page.one("html")["lang"] == "en"
    page = get(client, "/zh-hans/?kind=video", Accept_Language="en")
    assert page.one("html")["lang"] == "zh-hans"


@pytest.mark.parametrize("query", ["kind=video", "q=扩散", "section=agents&sort=-year"])
def test_both_languages_show_the_same_items_for_the_same_filters(client, query):
    assert shown(client, query, "/zh-hans/") == shown(client, query) != []


def test_every_item_has_one_page_in_each_language(client):
    for slug in shown(client, "kind=paper&difficulty=introductory"):
        item = Item.objects.get(slug=slug)
        english = get(client, f"/items/{slug}/")
        chinese = get(client, f"/zh-hans/items/{slug}/")
        assert english.one("h1").text == chinese.one("h1").text == item.title
        assert english.one("a", "button")["href"] == chinese.one("a", "button")["href"] == item.url


# A missing translation


@pytest.mark.parametrize("address", ["/zh-hans/items/bert/", "/zh-hans/?q=devlin"])
@pytest.mark.parametrize("missing", ["", None])
def test_a_missing_chinese_annotation_falls_back_to_english_and_says_so(client, address, missing):
    item = Item.objects.get(slug="bert")
    Item.objects.filter(slug="bert").update(annotation_zh_hans=missing or "")
    annotation = get(client, address).one("p", "annotation")
    assert annotation.one(lang="en").text == item.annotation_en
    assert annotation.one(class_="fallback").text == "（暂无译文，显示英文）"


def test_a_translated_annotation_says_nothing_of_the_kind(client):
    for address in ("/zh-hans/items/bert/", "/items/bert/"):
        annotation = get(client, address).one("p", "annotation")
        assert annotation.all(lang="en") == []
        assert annotation.all(class_="fallback") == []


def test_an_annotation_missing_in_both_languages_is_left_out(client):
    change("bert", annotation_en="", annotation_zh_hans="")
    assert get(client, "/zh-hans/items/bert/").all("p", "annotation") == []


def test_a_missing_chinese_heading_falls_back_to_english(client):
    Section.objects.filter(slug="agents").update(title_zh_hans="")
    assert get(client, "/zh-hans/?section=agents").one(id="agents").text == "Agents"


def test_a_missing_chinese_introduction_falls_back_to_english_and_says_so(client):
    Section.objects.filter(slug="agents").update(introduction_zh_hans="")
    introduction = get(client, "/zh-hans/?section=agents").all("p", "introduction")[-1]
    english = Section.objects.get(slug="agents").introduction_en
    assert english in introduction.text
    assert [part.text for part in introduction.all(lang="en")] == [english]


def test_a_missing_chinese_link_title_falls_back_to_english(client):
    Link.objects.filter(item__slug="predictive-learning").update(title_zh_hans="")
    links = get(client, "/zh-hans/?q=NIPS").one(id="item-predictive-learning").all("a", "further")
    assert [link.text for link in links] == ["19:20, the cake analogy"]


# From one language to the other


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/items/bert/",
        "/?kind=paper&kind=video&q=%E6%89%A9%E6%95%A3&sort=-year",
        "/?" + urlencode({"q": "a&b=c <\"'>"}),
    ],
)
def test_the_switch_keeps_the_page_and_its_filters(client, address):
    to_chinese = get(client, address).one("nav", "languages").one("a")
    assert (to_chinese.text, to_chinese["lang"]) == ("中文", "zh-hans")
    assert to_chinese["href"] == f"/zh-hans{address}"
    to_english = get(client, to_chinese["href"]).one("nav", "languages").one("a")
    assert (to_english.text, to_english["lang"]) == ("English", "en")
    assert to_english["href"] == address


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize("query", ["", "?q=waluigi&kind=article"])
def test_search_engines_find_the_page_in_each_language(client, path, prefix, query):
    page = get(client, f"{prefix}{path}{query}")
    alternates = [link for link in page.all("link", rel="alternate") if link.get("hreflang")]
    assert {link["hreflang"]: link["href"] for link in alternates} == {
        "en": f"http://testserver{path}",
        "zh-hans": f"http://testserver/zh-hans{path}",
        "x-default": f"http://testserver{path}",
    }
    assert page.one("link", rel="canonical")["href"] == f"http://testserver{prefix}{path}"


# Pages that are not there, and pages that fail


@pytest.mark.parametrize("path", ["/nowhere/", "/items/nowhere/"])
@pytest.mark.parametrize(
    ("prefix", "language", "title", "back"),
    [
        ("", "en", "Not on the shelf", "To the canon"),
        ("/zh-hans", "zh-hans", "书架上没有这一页", "回到书单"),
    ],
)
def test_a_missing_page_says_so_and_leads_back(client, path, prefix, language, title, back):
    page = get(client, f"{prefix}{path}", status=404)
    assert page.one("html")["lang"] == language
    assert page.one("h1").text == title
    button = page.one("a", "button")
    assert (button.text, button["href"]) == (back, f"{prefix}/")
    assert page.one("meta", name="robots")["content"] == "noindex"
    assert page.all("link", rel="canonical") == []


@pytest.mark.parametrize("path", ["/nowhere/", "/items/nowhere/"])
def test_the_switch_on_a_missing_page_leads_to_the_other_language(client, path):
    switch = get(client, path, status=404).one("nav", "languages").one("a")
    assert switch["href"].startswith("/zh-hans/")
    switch = get(client, f"/zh-hans{path}", status=404).one("nav", "languages").one("a")
    assert not switch["href"].startswith("/zh-hans/")


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [("/", "en", "Something broke"), ("/zh-hans/", "zh-hans", "出了点问题")],
)
def test_a_page_that_fails_says_so_and_no_more(broken_client, path, language, title):
    page = get(broken_client, path, status=500)
    assert page.one("html")["lang"] == language
    assert page.one("h1").text == title
    assert "nobody is to read" not in page.text


@pytest.mark.parametrize("path", ["/", "/zh-hans/"])
def test_a_page_that_fails_leads_back_in_its_own_language(broken_client, path):
    links = get(broken_client, path, status=500).all("a")
    assert path in [link["href"] for link in links]
