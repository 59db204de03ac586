"""The map draws what builds on what, in the colours of the reader, and says the same in words."""

import time
from itertools import pairwise

import pytest

from canon.labels import fit, name_of, rest_of, width
from canon.map import CanonMap
from canon.map_layout import COLUMN_ROOM, ROW, lay_out
from canon.map_tracks import Fan, arrange
from canon.models import Dependency, Item, Section
from canon.readers import Guest
from tests.pages import get
from tests.readers import make_reader
from tests.test_queries import count_queries

# What is drawn of the shipped canon may cross so often; a better order is always welcome.
MOST_CROSSINGS = 60


def nodes(page):
    """Return the links of the picture, by the slug of their item."""
    links = [link for link in page.one("svg", id="map").all("a") if link.get("data-item")]
    return {link["href"].rstrip("/").rsplit("/", 1)[-1]: link for link in links}


def edges(page):
    """Return the edges of the picture, each a base and an item, by slug."""
    slugs = {node["data-item"]: slug for slug, node in nodes(page).items()}
    drawn = [path["data-edge"].split() for path in page.all("path") if path.get("data-edge")]
    return sorted((slugs[base], slugs[item]) for base, item in drawn)


def published_edges():
    return sorted(Dependency.objects.values_list("builds_on__slug", "item__slug"))


def shipped_layout():
    """Return the layout of the shipped canon, computed anew."""
    lay_out.cache_clear()
    tops = {}
    for item in Item.objects.in_canon_order().select_related("section"):
        tops.setdefault(item.section.parent_id or item.section_id, []).append(item.pk)
    bands = tuple(map(tuple, tops.values()))
    return lay_out(bands, tuple(Dependency.objects.order_by("pk").values_list("item", "builds_on")))


# The page


@pytest.mark.django_db
def test_every_item_is_a_link_with_its_whole_title_in_canon_order(client):
    drawn = nodes(get(client, "/map/"))
    items = list(Item.objects.in_canon_order())
    assert list(drawn) == [item.slug for item in items]
    assert [node.one("title").text for node in drawn.values()] == [item.title for item in items]
    assert {node["href"] for node in drawn.values()} == {i.get_absolute_url() for i in items}


@pytest.mark.django_db
def test_every_dependency_is_drawn_once(client):
    assert edges(get(client, "/map/")) == published_edges()


@pytest.mark.django_db
def test_what_is_not_published_is_not_drawn_nor_are_its_edges(client):
    Item.objects.filter(slug="gpt-3").update(state=Item.State.RETIRED)
    page = get(client, "/map/")
    assert "gpt-3" not in nodes(page)
    assert edges(page) == [edge for edge in published_edges() if "gpt-3" not in edge]


@pytest.mark.django_db
def test_the_list_says_what_the_picture_shows(client):
    page = get(client, "/map/")
    listed = page.one("section", id="as-a-list")
    assert len(listed.all("li")) == 96
    said = []
    for entry in listed.all("li"):
        first, *bases = [link["href"].split("/")[2] for link in entry.all("a")]
        said += [(base, first) for base in bases]
    assert sorted(said) == published_edges()


@pytest.mark.django_db
@pytest.mark.parametrize("is_member", [True, False], ids=["member", "guest"])
def test_marks_show_in_picture_list_and_legend_and_only_to_their_reader(client, is_member):
    if is_member:
        client.force_login(make_reader())
    client.post("/items/gpt-3/mark/", {"status": "read"})
    client.post("/items/bert/mark/", {"status": "skipped"})
    page = get(client, "/map/")
    assert nodes(page)["gpt-3"].one("title").text.endswith("· Read")
    assert nodes(page)["gpt-3"].one("use")["href"] == "#at-read"
    assert nodes(page)["bert"].one("use")["href"] == "#at-skipped"
    counts = [entry.text for entry in page.one("ul", "legend").all("li")]
    assert counts == ["1 Read", "0 Reading", "0 Queued", "1 Skipped", "94 Unread"]
    assert [mark.text for mark in page.one("section", id="as-a-list").all("b")] == [
        "Skipped",
        "Read",
    ]
    client.logout()
    client.cookies.clear()
    assert nodes(get(client, "/map/"))["gpt-3"].one("use")["href"] == "#at-"


@pytest.mark.django_db
def test_the_lines_that_begin_at_something_read_are_open(client):
    client.post("/items/palm/mark/", {"status": "read"})
    page = get(client, "/map/")
    slugs = {node["data-item"]: slug for slug, node in nodes(page).items()}
    opened = {slugs[path["data-edge"].split()[1]] for path in page.all("path", "open")}
    assert opened == {"react", "med-palm"}


@pytest.mark.django_db
def test_the_chinese_map_keeps_titles_and_sets_glosses_beside_them(client):
    page = get(client, "/zh-hans/map/")
    node = nodes(page)["bert"]
    title, gloss = node.all("text")
    assert (title.text, title["lang"]) == ("BERT", "en")
    assert gloss.text.startswith("面向语言理解")
    assert "BERT: pre-training of deep" in node.one("title").text
    assert node["href"] == "/zh-hans/items/bert/"


@pytest.mark.django_db
def test_an_empty_canon_has_a_sentence_instead_of_a_map(client):
    Item.objects.update(state=Item.State.DRAFT)
    page = get(client, "/map/")
    assert "There is nothing on the map yet" in page.text
    assert not page.all("svg", id="map")


@pytest.mark.django_db
def test_a_canon_without_edges_is_drawn_all_the_same(client):
    Dependency.objects.all().delete()
    page = get(client, "/map/")
    assert len(nodes(page)) == 96
    assert edges(page) == []


@pytest.mark.django_db
def test_the_site_leads_to_the_map(client):
    nav = get(client, "/").one("nav", aria_label="Site")
    assert "/map/" in [link["href"] for link in nav.all("a")]
    assert "/map/" in client.get("/sitemap.xml").content.decode()


@pytest.mark.django_db
def test_the_map_is_the_readers_own_and_not_kept_by_others(client):
    assert client.get("/map/").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.django_db
def test_the_map_takes_one_query_however_many_the_items(client):
    assert count_queries(client, "/map/") == 1
    section = Section.objects.get(slug="agents")
    before = Item.objects.get(slug="react")
    for number in range(60):
        item = Item.objects.create(
            slug=f"item-{number}",
            section=section,
            position=1000 + number,
            state=Item.State.PUBLISHED,
            title=f"Item {number}",
            url=f"https://example.org/{number}",
            kind=before.kind,
            effort=before.effort,
            difficulty=before.difficulty,
        )
        Dependency.objects.bulk_create([Dependency(item=item, builds_on=before)])
        before = item
    assert count_queries(client, "/map/") == 1


# The layout


@pytest.mark.django_db
def test_the_same_canon_gives_the_same_picture_whoever_reads(client):
    first = [path["d"] for path in get(client, "/map/").all("path") if path.get("data-edge")]
    lay_out.cache_clear()
    second = [path["d"] for path in get(client, "/map/").all("path") if path.get("data-edge")]
    assert first == second
    places = {slug: node["transform"] for slug, node in nodes(get(client, "/map/")).items()}
    client.post("/items/gpt-3/mark/", {"status": "read"})
    assert places == {s: n["transform"] for s, n in nodes(get(client, "/map/")).items()}


@pytest.mark.django_db
def test_whatever_an_item_builds_on_stands_to_its_left():
    layout = shipped_layout()
    for item, base in Dependency.objects.values_list("item", "builds_on"):
        assert layout.spots[base].x < layout.spots[item].x


@pytest.mark.django_db
def test_no_two_items_touch_and_each_stands_in_its_band():
    layout = shipped_layout()
    by_column = {}
    for spot in layout.spots.values():
        by_column.setdefault(spot.x, []).append(spot.y)
    for column in by_column.values():
        assert all(below - above >= ROW - 1 for above, below in pairwise(sorted(column)))
    assert sum(band.height for band in layout.bands) == pytest.approx(layout.height, abs=5)
    assert all(
        any(band.y < spot.y < band.y + band.height for band in layout.bands)
        for spot in layout.spots.values()
    )
    xs = sorted(by_column)
    assert all(right - left >= COLUMN_ROOM for left, right in pairwise(xs))


@pytest.mark.django_db
def test_few_lines_of_the_shipped_canon_cross(client):
    assert CanonMap(Guest(client.session)).layout.crossings <= MOST_CROSSINGS


@pytest.mark.django_db
def test_the_layout_is_quick():
    started = time.process_time()
    shipped_layout()
    assert time.process_time() - started < 0.15


def test_a_thousand_items_are_laid_out_within_seconds():
    bands = tuple(tuple(range(band * 100, band * 100 + 100)) for band in range(10))
    many = tuple((n, n - 1 - (n * 7919) % 90) for n in range(100, 1000))
    started = time.process_time()
    layout = lay_out.__wrapped__(bands, many)
    assert time.process_time() - started < 5
    assert len(layout.spots) == 1000
    assert len(layout.strands) == 900


def test_an_unbroken_row_has_no_crossings_and_a_crossed_pair_is_counted():
    assert lay_out(((1, 2, 3),), ((2, 1), (3, 2))).crossings == 0
    assert arrange([Fan(0, (40,)), Fan(40, (0,))])[1] == 1


def test_an_order_without_crossings_is_found_where_there_is_one():
    # As the canon has it 1 → 4 and 2 → 3 cross; the column may be turned round.
    assert lay_out(((1, 2, 3, 4),), ((4, 1), (3, 2))).crossings == 0


def test_a_circle_and_an_edge_that_leads_away_do_no_harm():
    layout = lay_out(((1, 2, 3),), ((1, 2), (2, 1), (3, 99)))
    assert set(layout.spots) == {1, 2, 3}
    assert all(strand.item in {1, 2} for strand in layout.strands)


# The labels


def test_a_label_is_the_name_of_the_work_without_what_follows_a_colon():
    assert name_of("BERT: pre-training of deep transformers") == "BERT"
    assert name_of("Software 2.0") == "Software 2.0"
    assert rest_of("BERT：面向语言理解", "BERT") == "面向语言理解"
    assert rest_of("BERT", "BERT") == ""


@pytest.mark.parametrize(
    "title",
    [
        "Navigating the high cost of AI compute",
        "Incomprehensibilities",
        "论基础模型的机遇与风险，以及更多的内容和更长的标题",
        "",
    ],
)
def test_a_label_fits_into_its_lines_and_ends_in_an_ellipsis_if_cut(title):
    lines = fit(title, lines=2)
    assert len(lines) <= 2
    assert all(width(line) <= 11.7 for line in lines)
    spelled = "".join(lines).replace(" ", "")
    assert spelled == title.replace(" ", "") or spelled.endswith("…")
