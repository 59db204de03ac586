"""Nonsense in the address is named, in the page's language, and the rest is applied anyway."""

import re
from urllib.parse import unquote, urlencode

import pytest

from canon.models import Item
from tests.pages import get, shown

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
# What cannot be used, and what the field is called in English and in Chinese.
USELESS = [
    pytest.param("kind=nonsense", "Kind", "类型", id="unknown kind"),
    pytest.param("kind=PAPER", "Kind", "类型", id="kind in capitals"),
    pytest.param("section=nonsense", "Section", "章节", id="unknown section"),
    pytest.param("author=nobody", "Author", "作者", id="unknown author"),
    pytest.param("difficulty=nonsense", "Level", "难度", id="unknown difficulty"),
    pytest.param("effort=nonsense", "Time", "时长", id="unknown effort"),
    pytest.param("language=tlh", "Language", "语言", id="unknown language"),
    pytest.param("sort=nonsense", "Sort", "排序", id="unknown order"),
    pytest.param("year_min=abc", "From", "起始年份", id="year of letters"),
    pytest.param("year_max=2020.5", "To", "截止年份", id="year and a half"),
    pytest.param("year_min=0", "From", "起始年份", id="year zero"),
    pytest.param("year_max=-2020", "To", "截止年份", id="year before Christ"),
    pytest.param("year_min=99999999999999999999", "From", "起始年份", id="year beyond 64 bits"),
    pytest.param(f"year_max={'9' * 5000}", "To", "截止年份", id="year of 5000 digits"),
    pytest.param("year_min=1e400", "From", "起始年份", id="year beyond floats"),
    pytest.param("year_min=NaN", "From", "起始年份", id="year not a number"),
    pytest.param("year_min=2022&year_max=2018", "To", "截止年份", id="years backwards"),
    pytest.param("q=a%00b", "Text", "文字", id="NUL in text"),
    pytest.param("kind=%00", "Kind", "类型", id="NUL in kind"),
    pytest.param("section=%00", "Section", "章节", id="NUL in section"),
    pytest.param("author=openai%00", "Author", "作者", id="NUL in author"),
    pytest.param("year_min=2020%00", "From", "起始年份", id="NUL in year"),
    pytest.param("sort=year%00", "Sort", "排序", id="NUL in order"),
    pytest.param(f"q={LONG}", "Text", "文字", id="long text"),
    pytest.param(f"kind={LONG}", "Kind", "类型", id="long kind"),
    pytest.param(f"author={LONG}", "Author", "作者", id="long author"),
    pytest.param(f"year_min={LONG}", "From", "起始年份", id="long year"),
    pytest.param(f"sort={LONG}", "Sort", "排序", id="long order"),
    pytest.param("kind=%ff%fe", "Kind", "类型", id="kind not in UTF-8"),
    pytest.param("section=%ed%a0%80", "Section", "章节", id="section of half a surrogate"),
    pytest.param("year_max=%c3%28", "To", "截止年份", id="year not in UTF-8"),
]
# What may look odd but is no mistake.
HARMLESS = [
    "",
    "&&&",
    "=",
    "=x",
    "q",
    "q=",
    "q=%20%20",
    "q=%cc%81",
    "q=&year_min=&year_max=&sort=",
    "section=&kind=&author=&difficulty=&language=",
    "utm_source=x&fbclid=y",
    "kind[]=paper&Q=x",
    "page=2",
    "csrfmiddlewaretoken=x",
    "%00=%00",
    "%ff=%ff",
    "__proto__=x&class=y&id=-1",
]
# What a filter for advanced items by MIT or DeepMind leaves of the shipped canon.
ADVANCED = ["chinchilla", "rl-from-human-preferences", "retro", "alphacode", "alphafold"]


def complaints(page):
    """Return the lines of the notice on a page."""
    return [line.text for notice in page.all(role="alert") for line in notice.all("li")]


@pytest.mark.parametrize(("query", "english", "chinese"), USELESS)
def test_the_field_is_named_and_the_rest_applied(client, query, english, chinese):
    address = f"/?{query}&difficulty=advanced&author=mit&author=deepmind"
    page = get(client, address, HX_Request="true")
    (line,) = complaints(page)
    assert line.startswith(f"{english}: ")
    assert len(line) > len(f"{english}: ")
    assert [card["id"].removeprefix("item-") for card in page.all("article", "card")] == ADVANCED


@pytest.mark.parametrize(("query", "english", "chinese"), USELESS)
def test_the_message_is_in_chinese_on_a_chinese_page(client, query, english, chinese):
    page = get(client, f"/zh-hans/?author=mit&{query}", HX_Request="true")
    (line,) = complaints(page)
    assert line.startswith(f"{chinese}：")
    typed = unquote(query.partition("=")[2], errors="replace")
    rest = line.removeprefix(f"{chinese}：").replace(typed, "")
    assert not re.search("[A-Za-z]{2}", rest)
    assert re.search("[\u4e00-\u9fff]", rest)


@pytest.mark.parametrize("query", HARMLESS)
def test_what_is_empty_or_unknown_is_ignored_without_a_word(client, query):
    page = get(client, f"/?effort=weeks&{query}", HX_Request="true")
    assert len(page.all("article", "card")) == Item.objects.filter(effort="weeks").count() > 0
    assert complaints(page) == []


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("kind=video", "kind=nonsense"),
        ("section=agents", "section=nonsense"),
        ("author=mit", "author=nobody"),
        ("effort=weeks", "effort=%00"),
    ],
)
def test_a_known_choice_beside_an_unknown_one_is_kept(client, known, unknown):
    alone = shown(client, known)
    assert 0 < len(alone) < 96
    assert shown(client, f"{known}&{unknown}") == alone
    assert shown(client, f"{unknown}&{known}") == alone


def test_a_good_year_beside_a_bad_one_is_kept(client):
    assert shown(client, "year_min=abc&year_max=2016") == shown(client, "year_max=2016")
    assert shown(client, "year_min=2023&year_max=abc") == shown(client, "year_min=2023")


def test_years_that_run_backwards_are_both_named(client):
    (line,) = complaints(get(client, "/?author=mit&year_min=2022&year_max=2018"))
    assert "2022" in line
    assert "2018" in line


def test_every_field_that_is_wrong_gets_its_line(client):
    wrong = (
        "section=x&kind=x&author=x&difficulty=x&effort=x&language=x&sort=x&year_min=x&year_max=x"
    )
    assert len(complaints(get(client, f"/?{wrong}&q={'x' * 201}"))) == 10


@pytest.mark.parametrize("path", ["/", "/zh-hans/"])
def test_a_fragment_complains_too(client, path):
    assert len(complaints(get(client, f"{path}?author=mit&kind=x", HX_Request="true"))) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "model",
        "  model  ",
        LONG,
        "扩散 “模型”",
        "\"><script>alert('q')</script>",
        "</title><b>&amp; %41 + #",
        "' onfocus='alert(1)",
        "\ufffd",
    ],
)
def test_what_was_typed_is_still_in_the_search_field(client, typed):
    page = get(client, f"/?{urlencode({'q': typed, 'author': 'mit'})}")
    assert page.one("input", id="q")["value"] == typed


def test_what_was_encoded_twice_is_decoded_once(client):
    field = get(client, "/?q=%253Cb%253E").one("input", id="q")
    assert field["value"] == "%3Cb%3E"


def test_bytes_that_are_not_text_stay_in_the_search_field_as_signs_of_doubt(client):
    page = get(client, "/?q=%ff%fe&author=mit")
    assert page.one("input", id="q")["value"] == "\ufffd\ufffd"
    assert page.all("article", "card") == []


@pytest.mark.parametrize("name", ["q", "kind", "section", "author", "year_min", "sort", "unknown"])
def test_what_was_typed_is_never_markup(client, name):
    attack = "\"'><script>alert(1)</script><b onclick=alert(1)>"
    response = client.get("/", {"author": "mit", name: ["mit", attack]})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content
    assert b"<b onclick" not in response.content


def test_a_repeated_choice_counts_once(client):
    twice = get(client, "/?kind=video&kind=video")
    assert [card["id"].removeprefix("item-") for card in twice.all("article", "card")] == shown(
        client, "kind=video"
    )
    assert len(twice.all("a", "chip")) == 1


def test_the_last_of_a_repeated_single_value_counts(client):
    assert shown(client, "q=nosuchword&q=waluigi") == ["waluigi-effect"]
    assert shown(client, "year_max=abc&year_max=2015") == shown(client, "year_max=2015")
    assert shown(client, "kind=video&sort=x&sort=-year") == shown(client, "kind=video&sort=-year")


def test_a_text_of_very_many_words_is_searched(client):
    words = " ".join("abcdefghijklmnopqrstuvwxyz" * 4)[:199]
    assert get(client, f"/?{urlencode({'q': words})}").one(id="count")
    assert complaints(get(client, f"/?{urlencode({'q': words})}")) == []


def test_hundreds_of_values_in_one_field_are_understood(client):
    assert shown(client, "&".join(["kind=video"] + ["kind=x"] * 900)) == shown(client, "kind=video")


def test_thousands_of_parameters_are_no_fault_of_ours(client):
    assert client.get("/?" + "kind=video&" * 5000).status_code < 500


@pytest.mark.parametrize("slug", ["%00", "%ff", "x" * 5000, "..%2f..%2fetc", "a%20b", "扩散"])
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_nonsense_for_an_item_is_not_found(client, prefix, slug):
    assert client.get(f"{prefix}/items/{slug}/").status_code == 404
