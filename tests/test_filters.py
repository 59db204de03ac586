"""The filter bar keeps the items that match every filter in force, in the order asked for."""

import pytest

from canon.models import Item, Section
from tests.pages import get, shown

pytestmark = pytest.mark.django_db


def change(slug, **fields):
    """Give a shipped item other words."""
    item = Item.objects.get(slug=slug)
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()


def in_order(items=None):
    """Return the slugs of items, all by default, in canon order."""
    return [item.slug for item in (items or Item.objects).order_by("section__position", "position")]


def holding(*words):
    """Return the slugs of the items with every word, found here without the application."""

    def words_of(item):
        texts = [item.title, item.gloss_en, item.gloss_zh_hans]
        texts += [item.annotation_en, item.annotation_zh_hans]
        texts += [author.name for author in item.authors.all()]
        return "\n".join(text or "" for text in texts).lower()

    items = Item.objects.prefetch_related("authors").order_by("section__position", "position")
    return [item.slug for item in items if all(word in words_of(item) for word in words)]


def below(slug):
    """Return the slugs of a section and of every section below it."""
    children = Section.objects.filter(parent__slug=slug)
    return [slug, *(deeper for child in children for deeper in below(child.slug))]


# Text


@pytest.mark.parametrize("path", ["/", "/zh-hans/"])
@pytest.mark.parametrize(
    "text", ["scaling", "language models", "扩散", "karpathy", "注意力 google"]
)
def test_a_text_is_found_in_titles_authors_and_annotations_of_both_languages(client, path, text):
    expected = holding(*text.split())
    assert 0 < len(expected) < 96
    assert shown(client, {"q": text}, path) == expected


def test_every_word_must_match(client):
    assert shown(client, {"q": "nerf dreamfusion"}) == ["dreamfusion"]
    assert shown(client, {"q": "dreamfusion nosuchword"}) == []


def test_words_may_match_in_different_places(client):
    change("bert", annotation_en="A quibblewort.", annotation_zh_hans="一种冷僻词。")
    assert shown(client, {"q": "冷僻词 quibblewort devlin BERT"}) == ["bert"]


def test_words_may_stand_in_any_order(client):
    assert shown(client, {"q": "need all is attention you vaswani"}) == [
        "attention-is-all-you-need"
    ]


def test_an_english_title_is_found(client):
    assert shown(client, {"q": "waluigi"}) == ["waluigi-effect"]


def test_a_chinese_title_is_found(client):
    assert shown(client, {"q": "饥饿的河马"}) == ["hungry-hungry-hippos"]


def test_chinese_is_found_in_the_middle_of_a_sentence(client):
    change("bert", annotation_zh_hans="它先读完整个句子，再猜被遮住的词。")
    assert shown(client, {"q": "被遮住"}) == ["bert"]


@pytest.mark.parametrize(
    "name", ["Christopher Re", "Christopher Ré", "CHRISTOPHER RÉ", "christopher re\u0301"]
)
def test_an_author_with_an_accent_is_found_however_typed(client, name):
    assert "stanford-cs324" in shown(client, {"q": name})
    assert "stanford-cs229" not in shown(client, {"q": name})


@pytest.mark.parametrize("name", ["zalan borsos", "Zalán Borsos", "BORSOS ZALAN"])
def test_an_author_is_found_by_name(client, name):
    assert shown(client, {"q": name}) == ["audiolm"]


def test_accents_typed_where_the_text_has_none_do_no_harm(client):
    assert shown(client, {"q": "Wälüigi"}) == ["waluigi-effect"]


def test_case_does_not_matter_beyond_ascii(client):
    change("bert", title="Über ÉTUDES")
    assert shown(client, {"q": "über études"}) == ["bert"]


@pytest.mark.parametrize("text", ["let's build", "let’s build", "LET‘S BUILD"])
def test_quotes_may_be_straight_or_curly(client, text):
    assert shown(client, {"q": text}) == ["lets-build-gpt"]


def test_a_curly_quote_finds_a_straight_one(client):
    change("bert", title='The model\'s "quibblewort"')
    assert shown(client, {"q": "model’s “quibblewort”"}) == ["bert"]


def test_full_width_letters_find_plain_ones(client):
    assert shown(client, {"q": "ＷＡＬＵＩＧＩ"}) == ["waluigi-effect"]


def test_a_full_width_space_parts_words(client):
    assert shown(client, {"q": "nerf\u3000dreamfusion"}) == ["dreamfusion"]


def test_scripts_written_without_a_space_find_those_with_one(client):
    change("bert", annotation_zh_hans="与 quibblewort 模型相比")
    assert shown(client, {"q": "quibblewort模型"}) == ["bert"]


def test_scripts_written_without_a_space_find_those_without_one(client):
    change("bert", annotation_zh_hans="与quibblewort模型相比")
    assert shown(client, {"q": "quibblewort模型"}) == ["bert"]
    assert shown(client, {"q": "quibblewort 模型"}) == ["bert"]


def test_mixed_script_finds_shipped_items(client):
    assert shown(client, {"q": "GPT模型"}) == holding("gpt", "模型")


@pytest.mark.parametrize("sign", ["%", "_", "\\"])
def test_signs_that_mean_something_to_a_database_stand_for_themselves(client, sign):
    change("bert", title=f"quibble{sign}wort")
    change("gpt", title="quibbleXwort")
    assert shown(client, {"q": f"quibble{sign}wort"}) == ["bert"]


def test_a_text_of_spaces_keeps_everything(client):
    assert shown(client, {"q": "  \u3000 "}) == in_order()


# The other fields


@pytest.mark.parametrize("slug", ["landmarks", "llm", "other-modalities", "agents", "market"])
def test_a_section_keeps_all_that_stands_below_it(client, slug):
    expected = in_order(Item.objects.filter(section__slug__in=below(slug)))
    assert expected
    assert shown(client, {"section": slug}) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "video"),
        ("kind", "repository"),
        ("difficulty", "advanced"),
        ("effort", "weeks"),
    ],
)
def test_a_choice_keeps_the_items_that_have_it(client, name, value):
    assert shown(client, {name: value}) == in_order(Item.objects.filter(**{name: value}))


def test_items_in_chinese_are_kept_by_language(client):
    change("bert", language="zh-hans")
    assert shown(client, {"language": "zh-hans"}) == ["bert"]
    assert "bert" not in shown(client, {"language": "en", "author": "google"})


@pytest.mark.parametrize("slug", ["andrej-karpathy", "john-schulman", "openai", "a16z"])
def test_an_author_or_organisation_keeps_its_items(client, slug):
    expected = in_order(Item.objects.filter(authors__slug=slug))
    assert expected
    assert shown(client, {"author": slug}) == expected


def test_the_first_year_is_included(client):
    years = {Item.objects.get(slug=slug).year for slug in shown(client, {"year_min": 2022})}
    assert years == {2022, 2023}


def test_the_last_year_is_included(client):
    years = {Item.objects.get(slug=slug).year for slug in shown(client, {"year_max": 2016})}
    assert years == {2015, 2016}


def test_a_range_of_years_keeps_what_is_between(client):
    expected = in_order(Item.objects.filter(year__in=[2017, 2018, 2019]))
    assert shown(client, {"year_min": 2017, "year_max": 2019}) == expected


def test_a_range_of_one_year_keeps_that_year(client):
    assert shown(client, {"year_min": 2019, "year_max": 2019}) == ["deep-medicine"]


def test_an_item_without_a_year_is_in_no_range_of_years(client):
    assert "pinecone-learning-center" in shown(client, {"author": "pinecone"})
    assert shown(client, {"author": "pinecone", "year_min": 1900}) == []
    assert shown(client, {"author": "pinecone", "year_max": 2100}) == []


def test_values_of_one_field_are_alternatives(client):
    either = Item.objects.filter(kind__in=["video", "course"])
    assert shown(client, {"kind": ["video", "course"]}) == in_order(either)


def test_several_authors_are_alternatives_and_show_a_joint_work_once(client):
    either = Item.objects.filter(authors__slug__in=["yann-lecun", "meta-ai"]).distinct()
    assert shown(client, {"author": ["yann-lecun", "meta-ai"]}) == in_order(either)


def test_several_sections_are_alternatives(client):
    either = Item.objects.filter(section__slug__in=["agents", *below("llm")])
    assert shown(client, {"section": ["agents", "llm"]}) == in_order(either)


@pytest.mark.parametrize(
    "state",
    [
        {"q": "model", "kind": "paper", "author": "openai", "year_max": 2021},
        {"section": "landmarks", "difficulty": "advanced", "effort": "hour", "year_min": 2022},
        {"q": "扩散", "section": "landmarks", "difficulty": "advanced", "author": "google"},
    ],
)
def test_filters_of_any_mix_must_all_hold(client, state):
    alone = [set(shown(client, {name: value})) for name, value in state.items()]
    expected = set.intersection(*alone)
    assert 0 < len(expected) < min(map(len, alone))
    assert shown(client, state) == [slug for slug in in_order() if slug in expected]


# The order


def test_the_list_stands_in_canon_order_by_default(client):
    assert shown(client) == in_order()


@pytest.mark.parametrize(("sort", "sign"), [("year", 1), ("-year", -1)])
def test_a_list_sorted_by_year_ends_with_unknown_years(client, sort, sign):
    items = Item.objects.order_by("section__position", "position")
    dated = sorted((item for item in items if item.year), key=lambda item: sign * item.year)
    unknown = [item for item in items if not item.year]
    assert unknown
    assert shown(client, {"sort": sort}) == [item.slug for item in [*dated, *unknown]]


def test_a_list_sorted_by_title_ignores_case(client):
    titles = {"gpt": "wort alpha", "bert": "Wort Beta", "palm": "wort gamma", "rag": "WORT DELTA"}
    for slug, title in titles.items():
        change(slug, title=title, annotation_en="A quibblewort.")
    in_titles = ["gpt", "bert", "rag", "palm"]
    assert shown(client, {"q": "quibblewort", "sort": "title"}) == in_titles


def test_sorting_keeps_the_filters(client):
    videos = shown(client, {"kind": "video", "sort": "-year"})
    assert sorted(videos) == sorted(shown(client, {"kind": "video"}))


def test_a_sorted_list_has_no_headings_of_sections(client):
    assert not get(client, "/?kind=video&sort=year").all("section", "group")
    assert get(client, "/?kind=video").all("section", "group")


def test_the_form_shows_what_is_in_force(client):
    page = get(client, "/?q=model&kind=paper&year_min=2020&sort=title")
    assert page.one("input", id="q")["value"] == "model"
    checked = [
        box["value"] for box in page.all("input", type="checkbox") if "checked" in box.attributes
    ]
    assert checked == ["paper"]
    chosen = [
        option["value"]
        for field in ("year_min", "year_max", "sort")
        for option in page.one("select", name=field).all("option")
        if "selected" in option.attributes
    ]
    assert chosen == ["2020", "title"]


def test_the_page_tells_how_many_are_shown(client):
    assert get(client, "/").one(id="count").text == "96 items"
    videos = len(shown(client, {"kind": "video"}))
    assert get(client, "/?kind=video").one(id="count").text == f"{videos} of 96 shown"


def test_what_is_filtered_out_turns_pale_on_the_shelf(client):
    spines = get(client, "/?kind=video").one("svg", "shelf").all("a")
    assert len(spines) == 96
    full = [spine["href"].split("/")[-2] for spine in spines if spine.get("class") != "pale"]
    assert full == shown(client, {"kind": "video"})
