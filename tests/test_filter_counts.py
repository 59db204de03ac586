"""Every number beside a choice, a chip or a way to loosen is the number of cards behind it."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from canon.models import Item
from tests.pages import cards, get, shown

pytestmark = pytest.mark.django_db

TOTAL = 32

STATES = [
    "",
    "kind=paper&effort=hour&author=openai&author=google&year_min=2017",
    "q=model&section=landmarks&difficulty=intermediate&year_max=2021&sort=title",
    "section=llm&section=agents&effort=hour&effort=day&year_min=2020&year_max=2022",
]
LISTS = ("section", "kind", "author", "difficulty", "effort", "language")
YEARS = ("year_min", "year_max")
EMPTY = [
    "q=nosuchword",
    "kind=report&effort=weeks",
    "author=karan-singhal&year_max=2021&sort=title",
    "section=agents&kind=paper&kind=repository&difficulty=advanced&author=google",
]


@pytest.fixture(autouse=True)
def a_third_of_the_canon(db):
    """Leave every third item published: no number may count drafts, and fewer take less time."""
    kept = [item.pk for item in Item.objects.order_by("section__position", "position")[::3]]
    Item.objects.exclude(pk__in=kept).update(state=Item.State.DRAFT)
    # In a canon of one language there would be no languages to choose from.
    Item.objects.filter(pk__in=kept[::5]).update(language=Item.Language.CHINESE)


def number_in(text):
    """Return the number that stands in a text."""
    return int("".join(char for char in text if char.isdigit()))


def choices(page, name):
    """Return the values that the filter `name` offers, each with the number beside it."""
    if name in YEARS:
        options = page.one("select", name=name).all("option")
        return {o["value"]: number_in(o.text.split("(")[1]) for o in options if o["value"]}
    boxes = page.all("input", type="checkbox", name=name)
    return {box["value"]: number_in(box.parent.one(class_="tally").text) for box in boxes}


def with_only(state, name, value):
    """Return the address of `state` with the one choice `value` in the filter `name`."""
    others = [pair for pair in parse_qsl(state) if pair[0] != name]
    return "?" + urlencode([*others, (name, value)])


def check_choices(client, state, names):
    """Follow every choice of some filters beside the others of `state`, and count the cards."""
    page = get(client, f"/?{state}", HX_Request="true")
    promised = {(name, value): n for name in names for value, n in choices(page, name).items()}
    assert {name for name, _value in promised} == set(names)
    found = {choice: len(shown(client, with_only(state, *choice))) for choice in promised}
    assert found == promised


@pytest.mark.parametrize("state", STATES)
def test_every_choice_leaves_as_many_items_as_it_says(client, state):
    check_choices(client, state, LISTS)


@pytest.mark.parametrize("state", STATES)
def test_every_year_leaves_as_many_items_as_it_says(client, state):
    check_choices(client, state, YEARS)


def test_a_choice_that_would_leave_nothing_is_not_offered(client):
    page = get(client, f"/?{STATES[2]}", HX_Request="true")
    for name in LISTS:
        chosen = dict(parse_qsl(STATES[2])).get(name)
        assert all(count or value == chosen for value, count in choices(page, name).items())


def test_a_choice_in_force_is_offered_even_if_it_leaves_nothing(client):
    page = get(client, "/?kind=podcast&author=openai", HX_Request="true")
    assert choices(page, "kind")["podcast"] == 0


def test_the_number_of_filters_in_force_stands_on_their_pill(client):
    page = get(client, f"/?{STATES[1]}", HX_Request="true")
    assert page.one(id="pill-author").one("summary").text == "Author 2"
    assert page.one(id="pill-difficulty").one("summary").text == "Level"


@pytest.mark.parametrize("state", STATES[1:])
def test_a_chip_removes_its_filter_and_no_other(client, state):
    page = get(client, f"/?{state}", HX_Request="true")
    in_force = parse_qsl(state)
    removed = []
    for chip in page.all("a", "chip"):
        left = parse_qsl(urlsplit(chip["href"]).query)
        gone = [pair for pair in in_force if pair not in left]
        assert len(gone) == 1
        assert sorted([*left, *gone]) == sorted(in_force)
        removed += gone
    assert sorted(removed) == sorted(pair for pair in in_force if pair[0] != "sort")


def test_the_page_behind_a_chip_has_all_the_other_chips(client):
    state = f"/?{STATES[1]}"
    chips = get(client, state, HX_Request="true").all("a", "chip")
    for chip in chips:
        others = [other.text for other in chips if other is not chip]
        page = get(client, chip["href"], HX_Request="true")
        assert [other.text for other in page.all("a", "chip")] == others


def test_a_chip_names_its_filter_and_its_choice(client):
    page = get(client, "/?kind=video&author=andrej-karpathy&year_min=2020&q=tesla")
    texts = [chip.text for chip in page.all("a", "chip")]
    assert [text.removeprefix("Remove the filter ").removesuffix(" ×") for text in texts] == [
        "Text: tesla",
        "Kind: Video",
        "Author: Andrej Karpathy",
        "From: 2020",
    ]


def test_clearing_all_leads_to_the_whole_canon(client):
    chips = get(client, f"/?{STATES[1]}").one(class_="chips")
    (clear,) = [link for link in chips.all("a") if link.text == "Clear all"]
    assert len(shown(client, path=clear["href"])) == TOTAL


@pytest.mark.parametrize("state", EMPTY)
def test_a_way_to_loosen_an_empty_list_leaves_as_many_items_as_it_says(client, state):
    page = get(client, f"/?{state}", HX_Request="true")
    assert page.all("article") == []
    *ways, whole_canon = page.one("div", "empty").one("ul").all("a")
    assert ways
    for way in ways:
        assert len(shown(client, path=way["href"])) == number_in(way.text.split("”")[1]) > 0
    assert whole_canon["href"] == "/"


def test_the_way_that_leaves_most_comes_first(client):
    ways = get(client, f"/?{EMPTY[1]}").one("div", "empty").one("ul").all("a")[:-1]
    counts = [number_in(way.text.split("”")[1]) for way in ways]
    assert counts == [3, 2]


def test_where_no_single_filter_is_to_blame_the_whole_canon_is_offered(client):
    page = get(client, "/?q=nosuchword&kind=podcast&author=mit")
    (way,) = page.one("div", "empty").one("ul").all("a")
    assert way["href"] == "/"


def test_the_same_numbers_stand_on_the_chinese_page(client):
    english = get(client, f"/?{STATES[1]}", HX_Request="true")
    chinese = get(client, f"/zh-hans/?{STATES[1]}", HX_Request="true")
    for name in (*LISTS, *YEARS):
        assert choices(chinese, name).keys() == choices(english, name).keys()


def test_a_fragment_and_a_page_show_the_same_cards(client):
    whole = client.get(f"/?{STATES[3]}").content.decode()
    assert cards(whole) == shown(client, STATES[3]) != []
