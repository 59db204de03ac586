"""The canon page shows every item under its heading; an item's own page shows its place."""

import pytest

from canon.models import Author, Authorship, Item, Link, Section
from tests.pages import get, listed_under, shown

pytestmark = pytest.mark.django_db

UNSEEN = [Item.State.DRAFT, Item.State.RETIRED]


def in_order():
    """Return all items in canon order."""
    return list(Item.objects.order_by("section__position", "position"))


def change(slug, **fields):
    """Give a shipped item other facts."""
    Item.objects.filter(slug=slug).update(**fields)


def facts_of(item):
    """Return what the line of facts must say of an item."""
    authors = [authorship.author for authorship in item.authorships.order_by("position")]
    people = ", ".join(author.name for author in authors if author.kind == "person")
    organisations = ", ".join(author.name for author in authors if author.kind != "person")
    if people and item.has_more_authors:
        people += " and others"
    facts = [people, organisations, str(item.year or ""), item.get_kind_display()]
    facts += [item.get_effort_display(), item.get_difficulty_display()]
    return [fact for fact in facts if fact]


def totals(page):
    """Return the numbers of items in the contents, with or without how many are read before it."""
    tallies = page.one(id="contents").all(class_="tally")
    return [int(tally.text.split("/")[-1]) for tally in tallies]


# The canon page


def test_a_card_shows_title_facts_and_annotation(client):
    found = get(client, "/").all("article", "card")
    assert [card["id"].removeprefix("item-") for card in found] == [
        item.slug for item in in_order()
    ]
    for card, item in zip(found, in_order(), strict=True):
        title = card.one(class_="title").one("a")
        assert (title.text, title["href"]) == (item.title, f"/items/{item.slug}/")
        assert [fact.text for fact in card.one("ul", "facts").all("li")] == facts_of(item)
        assert card.one("p", "annotation").text == item.annotation_en


def test_a_card_links_to_the_resource_and_its_further_addresses(client):
    for card in get(client, "/").all("article", "card"):
        item = Item.objects.get(slug=card["id"].removeprefix("item-"))
        addresses = [item.url, *(link.url for link in item.links.order_by("position"))]
        assert [link["href"] for link in card.one("ul", "links").all("a")] == addresses


def test_a_further_link_is_called_by_its_title_or_its_kind(client):
    card = get(client, "/?q=nips").one(id="item-predictive-learning")
    assert card.one("a", "further").text == "19:20, the cake analogy"
    card = get(client, "/?q=vaswani").one(id="item-attention-is-all-you-need")
    assert card.one("a", "further").text == "Blog post"


def test_an_author_on_a_card_leads_to_all_works_of_the_author(client):
    card = get(client, "/?q=state+of+gpt&kind=video").one(id="item-state-of-gpt")
    (karpathy, _openai) = card.one("ul", "facts").all("a")
    expected = set(
        Item.objects.filter(authors__slug="andrej-karpathy").values_list("slug", flat=True)
    )
    assert set(shown(client, path=karpathy["href"])) == expected


def test_items_stand_under_their_headings_in_canon_order(client):
    found = {}
    for group in get(client, "/").all("section", "group"):
        heading = group.children[1]
        assert heading.tag in {"h2", "h3", "h4"}
        found[heading["id"], heading.text] = [
            c["id"].removeprefix("item-") for c in group.all("article", "card")
        ]
    sections = Section.objects.order_by("position")
    assert found == {
        (section.slug, section.title_en): list(
            section.items.order_by("position").values_list("slug", flat=True)
        )
        for section in sections
    }
    assert [slug for slug, _title in found] == [section.slug for section in sections]


def test_a_heading_is_as_deep_as_its_section(client):
    page = get(client, "/?section=landmarks")
    assert page.one(id="landmarks").tag == "h2"
    assert page.one(id="llm").tag == "h3"
    assert page.one(id="llm-new-models").tag == "h4"
    assert page.one(id="item-bert").one(class_="title").tag == "h5"
    assert page.one(id="item-react").one(class_="title").tag == "h4"


def test_a_heading_has_its_introduction(client):
    introductions = [p.text for p in get(client, "/?section=agents").all("p", "introduction")]
    assert Section.objects.get(slug="agents").introduction_en in introductions


def test_the_contents_lead_to_every_heading(client):
    page = get(client, "/")
    links = page.one(id="contents").one("nav").all("a")
    sections = Section.objects.order_by("position")
    assert [link["href"] for link in links] == [f"/#{section.slug}" for section in sections]
    assert all(page.one(id=link["href"].removeprefix("/#")).text in link.text for link in links)


def test_the_contents_tell_how_many_items_a_section_has_in_all(client):
    assert totals(get(client, "/")) == [5, 6, 16, 11, 13, 45]


def test_a_section_without_items_is_hidden(client):
    Section.objects.create(slug="bare", position=900, title_en="Bare shelf", title_zh_hans="空架")
    assert "Bare shelf" not in client.get("/").content.decode()


def test_a_section_with_only_a_draft_is_hidden(client):
    section = Section.objects.create(slug="bare", position=900, title_en="Bare shelf")
    change("bert", section=section, position=1, state=Item.State.DRAFT)
    assert "Bare shelf" not in client.get("/").content.decode()


def test_a_filtered_list_has_only_the_headings_of_what_it_shows(client):
    groups = get(client, "/?author=uriel-singer").all("section", "group")
    headings = ["landmarks", "other-modalities", "video-generation"]
    assert [group.children[1]["id"] for group in groups] == headings


def test_every_item_is_a_spine_on_the_shelf(client):
    spines = get(client, "/").one("svg", "shelf").all("a")
    assert [(spine["href"], spine.one("title").text) for spine in spines] == [
        (f"/items/{item.slug}/", item.title) for item in in_order()
    ]


def test_the_shelf_stands_in_canon_order_whatever_the_list(client):
    spines = get(client, "/?sort=title&kind=video").one("svg", "shelf").all("a")
    assert [spine["href"].split("/")[-2] for spine in spines] == [item.slug for item in in_order()]


# The page of an item


def test_an_item_page_shows_what_its_card_shows(client):
    item = Item.objects.get(slug="med-palm")
    page = get(client, "/items/med-palm/")
    assert page.one("h1").text == item.title
    assert [fact.text for fact in page.one("ul", "facts").all("li")] == facts_of(item)
    assert page.one("p", "annotation").text == item.annotation_en
    assert page.one("a", "button")["href"] == item.url
    assert listed_under(page, "Further links") == [
        "ChatGPT on the US medical licensing exam",
        "GPT-4 on medical challenge problems",
        "Video",
    ]


def test_an_item_page_tells_what_it_builds_on_in_canon_order(client):
    assert listed_under(get(client, "/items/instructgpt/"), "Builds on") == [
        Item.objects.get(slug=slug).title for slug in ("gpt-3", "rl-from-human-preferences")
    ]


def test_an_item_page_tells_what_builds_on_it_in_canon_order(client):
    assert listed_under(get(client, "/items/instructgpt/"), "What builds on it") == [
        Item.objects.get(slug=slug).title
        for slug in ("rlhf-schulman", "gpt-4", "alpaca", "constitutional-ai")
    ]


def test_an_item_apart_from_all_others_has_neither_list(client):
    headings = {heading.text for heading in get(client, "/items/waluigi-effect/").all("h2")}
    assert not headings & {"Builds on", "What builds on it", "Further links"}


def test_the_neighbours_are_those_of_the_canon_across_sections_and_at_its_ends(client):
    items = in_order()
    around = zip([None, *items], items, [*items[1:], None], strict=False)
    at_an_edge = [
        (before, item, after)
        for before, item, after in around
        if not (before and after) or before.section_id != after.section_id
    ]
    assert len(at_an_edge) > 30
    for before, item, after in at_an_edge:
        page = get(client, f"/items/{item.slug}/")
        previous = [link["href"] for link in page.all("a", rel="prev")]
        following = [link["href"] for link in page.all("a", rel="next")]
        assert previous == ([f"/items/{before.slug}/"] if before else [])
        assert following == ([f"/items/{after.slug}/"] if after else [])


def test_the_neighbours_are_called_by_their_titles(client):
    page = get(client, "/items/deep-learning-in-a-nutshell/")
    assert page.one("a", rel="prev").text == "Previous How Stable Diffusion works"
    assert page.one("a", rel="next").text == "Next Practical deep learning for coders"


def test_the_trail_leads_from_the_outermost_section_to_the_innermost(client):
    links = get(client, "/items/bert/").one("nav", "trail").all("a")
    assert [(link.text, link["href"]) for link in links] == [
        ("Landmark research", "/#landmarks"),
        ("Large language models", "/#llm"),
        ("New models", "/#llm-new-models"),
    ]


# What readers may not see


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_a_draft_has_no_page(client, prefix):
    assert client.get(f"{prefix}/items/gpt-3/").status_code == 200
    change("gpt-3", state=Item.State.DRAFT)
    assert client.get(f"{prefix}/items/gpt-3/").status_code == 404


@pytest.mark.parametrize("state", UNSEEN)
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/?q=few-shot&sort=title",
        "/zh-hans/?section=llm",
        "/sitemap.xml",
        "/items/gpt/",
        "/items/instructgpt/",
        "/zh-hans/items/instructgpt/",
    ],
)
def test_an_unpublished_item_is_nowhere_listed(client, address, state):
    change("gpt-3", state=state)
    html = client.get(address).content.decode()
    assert "/items/gpt-3/" not in html
    assert "few-shot learners" not in html


@pytest.mark.parametrize("state", UNSEEN)
def test_the_neighbours_of_an_unpublished_item_close_ranks(client, state):
    change("gpt-3", state=state)
    assert get(client, "/items/gpt/").one("a", rel="next")["href"] == "/items/instructgpt/"
    assert get(client, "/items/instructgpt/").one("a", rel="prev")["href"] == "/items/gpt/"


@pytest.mark.parametrize("state", UNSEEN)
def test_an_unpublished_item_is_not_counted(client, state):
    change("gpt-3", state=state)
    page = get(client, "/")
    assert page.one(id="count").text == "95 items"
    assert page.one(id="author-openai").parent.one(class_="tally").text == "12"
    assert totals(page)[-1] == 44


@pytest.mark.parametrize("state", UNSEEN)
def test_an_author_of_unpublished_items_only_is_not_offered(client, state):
    change("gpt-3", state=state)
    assert get(client, "/").all(id="author-tom-b-brown") == []


# Odd items


def test_an_item_with_more_authors_than_named_says_so(client):
    page = get(client, "/items/attention-is-all-you-need/")
    assert page.one("ul", "facts").all("li")[0].text == "Ashish Vaswani and others"


def test_an_item_with_all_authors_named_does_not(client):
    assert "and others" not in get(client, "/items/controlnet/").one("ul", "facts").text


def test_an_item_by_organisations_with_more_authors_says_so(client):
    change("gpt-4", has_more_authors=True)
    assert "OpenAI and others" in get(client, "/items/gpt-4/").one("ul", "facts").text


def test_an_item_of_which_little_is_known_renders(client):
    change("gpt-4", year=None, annotation_en="", annotation_zh_hans="", gloss_zh_hans="")
    Authorship.objects.filter(item__slug="gpt-4").delete()
    Link.objects.filter(item__slug="gpt-4").delete()
    facts = ["Report", "A day", "Intermediate"]
    page = get(client, "/items/gpt-4/")
    assert [fact.text for fact in page.one("ul", "facts").all("li")] == facts
    card = get(client, "/?kind=report").one(id="item-gpt-4")
    assert [fact.text for fact in card.one("ul", "facts").all("li")] == facts
    assert card.all("p", "annotation") == []
    assert "None" not in page.text + card.text


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Donaudampfschifffahrt" * 14, id="one long word"),
        pytest.param("很长的标题" * 60, id="long Chinese"),
        pytest.param('A <b>bold</b> & "quoted" title\'s </title> <!--', id="markup"),
    ],
)
def test_an_odd_title_is_shown_as_it_is(client, title):
    change("bert", title=title)
    page = get(client, "/items/bert/")
    assert page.one("h1").text == title
    assert page.one("head").one("title").text == f"{title} · AI Canon"
    assert get(client, "/?q=devlin").one(id="item-bert").one(class_="title").text == title
    assert get(client, "/items/gpt/").one("a", rel="prev").text == f"Previous {title}"


def test_an_annotation_is_text_and_not_markup(client):
    change("bert", annotation_en="<i>a</i> & <script>b</script>")
    for address in ("/items/bert/", "/?q=devlin"):
        assert get(client, address).one("p", "annotation").text == "<i>a</i> & <script>b</script>"


@pytest.mark.parametrize("path", ["/", "/zh-hans/"])
@pytest.mark.parametrize("query", ["", "?q=model&kind=paper&year_min=2020&sort=title"])
def test_an_empty_canon_renders(client, path, query):
    Item.objects.all().delete()
    Author.objects.all().delete()
    Section.objects.filter(parent__parent__isnull=False).delete()
    Section.objects.filter(parent__isnull=False).delete()
    Section.objects.all().delete()
    page = get(client, f"{path}{query}")
    assert page.all("article") == []
    assert page.one(class_="empty").text


def test_an_empty_canon_says_what_to_do(client):
    Item.objects.all().delete()
    assert "still empty" in get(client, "/").one("p", "empty").text
