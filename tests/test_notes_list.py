"""“My notes”: all of them, newest first, found by every word and by section."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from canon.models import Item, write_note
from tests.pages import get, read
from tests.readers import make_reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    """A reader who is signed in."""
    reader = make_reader()
    client.force_login(reader)
    return reader


def write(reader, slug, text, days_ago=0):
    note = write_note(reader, Item.objects.get(slug=slug), text, based_on=0)
    at = timezone.now() - datetime.timedelta(days=days_ago)
    reader.notes.filter(pk=note.pk).update(updated_at=at)


@pytest.fixture
def notes(reader):
    """Three notes of the reader."""
    write(reader, "bert", "It reads in **both** directions", days_ago=2)
    write(reader, "gpt-3", "Few-shot learning, 少样本学习", days_ago=0)
    write(reader, "latent-diffusion", "Diffusion in latent space", days_ago=1)


def found(client, query=""):
    """Return the slugs of the notes that are listed, from the top."""
    page = get(client, f"/notes/{query}")
    return [note["id"].removeprefix("note-") for note in page.all("article", "noted")]


def test_notes_are_listed_newest_first_rendered_and_linked(client, notes):
    assert found(client) == ["gpt-3", "latent-diffusion", "bert"]
    note = get(client, "/notes/").one("article", id="note-bert")
    assert note.one("strong").text == "both"
    assert note.one("h2").one("a")["href"] == "/items/bert/"
    edit = next(link for link in note.all("a") if link.text.startswith("Edit"))
    assert edit["href"] == "/items/bert/note/?next=/notes/%23note-bert"


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        ("?q=both", ["bert"]),
        ("?q=DIRECTIONS+reads", ["bert"]),
        ("?q=both+diffusion", []),
        ("?q=样本", ["gpt-3"]),
        ("?q=学习few", ["gpt-3"]),
        ("?q=100%25", []),
        ("?q=a_b", []),
        ("?q=%00both", ["bert"]),
    ],
)
def test_every_word_of_a_search_stands_in_the_note(client, notes, query, slugs):
    assert found(client, query) == slugs


@pytest.mark.parametrize("word", ["pre-training+both", "devlin+both"])
def test_the_item_is_searched_too(client, notes, word):
    assert found(client, f"?q={word}") == ["bert"]


def test_a_section_holds_the_notes_of_all_below_it(client, notes):
    item = Item.objects.get(slug="latent-diffusion")
    section = item.section
    assert found(client, f"?section={section.slug}") == ["latent-diffusion"]
    top = section.parent or section
    assert "latent-diffusion" in found(client, f"?section={top.slug}")


def test_the_choice_of_sections_says_how_many_notes_each_leaves(client, notes):
    page = get(client, "/notes/?q=both")
    options = page.one("select", id="section").all("option")[1:]
    for option in options:
        assert len(found(client, f"?q=both&section={option['value']}")) == 1
        assert option.text.endswith("(1)")
    assert options


def test_a_section_there_is_not_is_reported_and_passed_over(client, notes):
    page = get(client, "/notes/?section=nowhere")
    assert len(page.all("article", "noted")) == 3
    assert page.one(role="alert")


def test_htmx_gets_the_results_only_and_a_tidy_address(client, notes):
    answer = client.get("/notes/?q=both&section=", headers={"HX-Request": "true"})
    assert answer["HX-Push-Url"] == "/notes/?q=both"
    part = read(answer.content.decode())
    assert not part.all("html")
    assert [note["id"] for note in part.all("article")] == ["note-bert"]
    assert "HX-Request" in answer["Vary"]


def test_without_notes_the_way_to_the_canon_is_shown(client, reader):
    page = get(client, "/notes/")
    assert "You have not written a note yet." in page.text
    assert not page.all("form", role="search")


def test_a_search_without_result_offers_all_notes(client, notes):
    page = get(client, "/notes/?q=nosuchword")
    assert page.one("div", "empty").one("a")["href"] == "/notes/"


def test_an_emptied_note_is_not_listed(client, reader, notes):
    write_note(reader, Item.objects.get(slug="bert"), "", based_on=1)
    assert "bert" not in found(client)


def test_fifty_stand_on_a_page(client, reader):
    slugs = list(Item.objects.published().values_list("slug", flat=True))[:53]
    for slug in slugs:
        write_note(reader, Item.objects.get(slug=slug), "the word", based_on=0)
    first = get(client, "/notes/?q=word")
    assert len(first.all("article", "noted")) == 50
    after = first.one("a", rel="next")["href"]
    assert after == "/notes/?q=word&page=2"
    last = get(client, after)
    assert len(last.all("article", "noted")) == 3
    assert last.one("a", rel="prev")["href"] == "/notes/?q=word"
    assert sorted(found(client, "?q=word") + found(client, "?q=word&page=2")) == sorted(slugs)
    assert len(found(client, "?page=999")) == 3
    assert len(found(client, "?page=x")) == 50


def test_a_long_note_is_cut_at_a_paragraph_and_continued_elsewhere(client, reader):
    write(reader, "bert", "\n\n".join(["a paragraph of words"] * 200))
    note = get(client, "/notes/").one("article", id="note-bert")
    assert len(note.text) < 2_000
    assert note.all("a")[-1]["href"] == "/items/bert/#note"


def test_a_note_on_a_retired_item_stays_and_says_what_replaced_it(client, notes):
    Item.objects.filter(slug="bert").update(
        state=Item.State.RETIRED, replaced_by=Item.objects.get(slug="gpt-3")
    )
    note = get(client, "/notes/").one("article", id="note-bert")
    assert "Retired from the canon" in note.text
    assert note.one("h2").one("a")["href"].startswith("https://")
    assert "/items/gpt-3/" in [link["href"] for link in note.all("a")]


@pytest.mark.parametrize("address", ["/notes/", "/notes/?q=word&section=SECTION", "/items/bert/"])
def test_queries_do_not_grow_with_the_notes(client, reader, address):
    bert = Item.objects.get(slug="bert")
    address = address.replace("SECTION", bert.section.slug)
    write_note(reader, bert, "the word", based_on=0)
    few = count_queries(client, address)
    for item in Item.objects.published().exclude(slug="bert"):
        write_note(reader, item, "the word", based_on=0)
    assert count_queries(client, address) == few


def count_queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_note_is_the_same_in_both_languages(client, notes):
    page = get(client, "/zh-hans/notes/?q=both")
    assert page.one("article", "noted").one("h2").one("a")["href"] == "/zh-hans/items/bert/"


def test_a_card_shows_how_the_note_begins_and_comes_back_to_the_card(client, notes):
    page = get(client, "/")
    note = page.one("article", id="item-bert").one("p", "card-note")
    assert note.text == (
        "Your note: BERT: pre-training of deep bidirectional transformers for language "
        "understanding It reads in both directions"
    )
    assert note.one("a")["href"] == "/items/bert/note/"
    links = page.one("article", id="item-gpt").one("ul", "links").all("a")
    assert links[-1]["href"] == "/items/gpt/note/"
    for came_from, back in (
        ("http://testserver/?kind=paper", "/?kind=paper#item-bert"),
        ("http://testserver/reading/", "/items/bert/#note"),
        ("https://evil.example/?kind=paper", "/items/bert/#note"),
    ):
        editor = client.get("/items/bert/note/", headers={"Referer": came_from})
        assert f'name="next" value="{back}"' in editor.content.decode()
