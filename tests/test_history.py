"""The desk tells who changed what and when, with the differences, in words."""

import pytest
import reversion
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Version

from canon.history.differences import compare_texts
from canon.models import Author, Authorship, Dependency, Item, Link, Section
from tests.pages import get
from tests.readers import make_curator, make_reader
from tests.test_admin import add_row, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def curator(client):
    curator = make_curator()
    client.force_login(curator)
    return curator


def address(row, page="history"):
    return f"/admin/canon/{row._meta.model_name}/{row.pk}/{page}/"


def save(client, row, prefix="", **changes):
    """Save the form of a row with these changes, as a browser would."""
    page = prefix + address(row, "change")
    data = filled_in(client.get(page))
    assert client.post(page, data | changes).status_code == 302


def history(client, row, prefix=""):
    """Return what the page of a row's history says."""
    return get(client, prefix + address(row)).one("div", "desk-history")


def test_a_change_is_told_with_who_and_what(client, curator):
    item = Item.objects.get(slug="bert")
    save(client, item, year="2017", kind="article")
    page = history(client, item)
    assert "curator@example.org" in page.all("h2")[0].text
    assert [term.text for term in page.all("dt")] == ["Kind", "Year"]
    assert [one.text for one in page.all("del")] == ["Paper", "2018"]
    assert [one.text for one in page.all("ins")] == ["Article", "2017"]


def test_what_was_there_before_the_first_change_is_kept(client, curator):
    item = Item.objects.get(slug="bert")
    save(client, item, title="Another title")
    first, second = history(client, item).one("ol").all("h2")
    assert "curator@example.org" in first.text
    assert "curator@example.org" not in second.text
    assert "As it was before" in history(client, item).text
    oldest = Version.objects.get_for_object(item).last()
    assert oldest.field_dict["title"] == item.title
    assert Version.objects.filter(revision=oldest.revision).count() > 1


def test_a_row_changed_first_keeps_the_item_as_it_was(client, curator):
    link = Link.objects.filter(item__slug="med-palm").first()
    save(client, link, url="https://example.org/moved")
    page = history(client, link.item)
    assert len(page.one("ol").all("h2")) == 2
    assert "Link changed" in page.text
    assert [one.text for one in page.all("ins")] != []


def test_a_new_item_begins_its_history_with_being_added(client, curator):
    author = Author.objects.create(slug="somebody", name="Somebody")
    with reversion.create_revision():
        twice = Item.objects.get(slug="bert")
        twice.pk, twice.slug, twice.url, twice.position = None, "new", "https://example.org/n", None
        twice.save(force_insert=True)
        Authorship.objects.create(item=twice, author=author)
        twice.save()
    assert Version.objects.get_for_object(twice).count() == 1


def test_a_fixture_writes_no_history(client):
    assert not Version.objects.exists()


def test_rows_are_told_in_words(client, curator):
    item = Item.objects.get(slug="med-palm")
    page = address(item, "change")
    data = filled_in(client.get(page))
    gone = item.authorships.first().author
    data["authorships-0-DELETE"] = "on"
    data["links-0-url"] = "https://example.org/elsewhere"
    base = Item.objects.get(slug="gpt-3")
    add_row(data, "dependencies", builds_on=base.pk, item=item.pk)
    add_row(data, "authorships", author=Author.objects.get(slug="sasha-rush").pk, item=item.pk)
    data[f"authorships-{int(data['authorships-TOTAL_FORMS']) - 1}-position"] = 7
    assert client.post(page, data).status_code == 302
    told = history(client, item)
    terms = [term.text for term in told.all("dt")]
    assert sorted(terms) == [
        "Author added",
        "Author removed",
        "Link changed",
        "“builds on” added",
    ]
    assert gone.name in told.text
    assert "Sasha Rush" in told.text
    assert base.title in told.text
    assert "https://example.org/elsewhere" in told.text
    assert f" {base.pk} " not in told.text


def test_removing_an_edge_is_told(client, curator):
    edge = Dependency.objects.first()
    item = edge.item
    save(client, item, **{"dependencies-0-DELETE": "on"})
    assert "“builds on” removed" in history(client, item).text


def test_a_link_deleted_on_its_own_page_is_told_of_its_item(client, curator):
    link = Link.objects.filter(item__slug="med-palm").first()
    client.post(address(link, "delete"), {"post": "yes"})
    assert "Link removed" in history(client, link.item).text


@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_an_unchanged_save_tells_of_no_difference(client, curator, prefix):
    item = Item.objects.get(slug="bert")
    save(client, item, prefix)
    assert history(client, item).all("dl") == []


def test_foreign_keys_have_names_even_when_what_they_named_is_gone(client, curator):
    item = Item.objects.get(slug="med-palm")
    author = Author.objects.create(slug="jane-doe", name="Jane Doe")
    with reversion.create_revision():
        Authorship.objects.create(item=item, author=author, position=9)
    with reversion.create_revision():
        item.authorships.filter(author=author).delete()
    with reversion.create_revision():
        author.delete()
    assert "Jane Doe" in history(client, item).text


def test_texts_are_compared_word_by_word():
    pieces = compare_texts("A short introduction to models.", "A long introduction to models.")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "A "),
        ("old", "short"),
        ("new", "long"),
        ("same", " introduction to models."),
    ]


def test_words_that_change_together_are_told_together():
    pieces = compare_texts("Exam accuracy is the headline.", "Accuracy in exams is the headline.")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("old", "Exam accuracy"),
        ("new", "Accuracy in exams"),
        ("same", " is the headline."),
    ]


def test_texts_without_much_in_common_are_told_one_after_the_other():
    pieces = compare_texts("What Ada wrote first.", "Something else entirely, and longer.")
    assert [piece.kind for piece in pieces] == ["old", "new"]


def test_chinese_is_compared_character_by_character():
    pieces = compare_texts("对语言模型的介绍。", "对图像模型的介绍。")
    assert ("old", "语言") in [(piece.kind, piece.text) for piece in pieces]
    assert ("new", "图像") in [(piece.kind, piece.text) for piece in pieces]
    assert "".join(p.text for p in pieces if p.kind != "new") == "对语言模型的介绍。"


def test_a_very_long_text_is_compared_as_a_whole():
    old, new = "word " * 5000, "words " * 5000
    assert [piece.kind for piece in compare_texts(old, new)] == ["old", "new"]


def test_what_looks_like_code_is_shown_as_text(client, curator):
    item = Item.objects.get(slug="bert")
    save(client, item, annotation_en="<script>alert(1)</script> & more")
    html = client.get(address(item)).content.decode()
    assert "<script>alert" not in html
    assert "&lt;" in html


def test_comments_are_sentences_in_the_language_of_the_page(client, curator):
    item = Item.objects.get(slug="bert")
    save(client, item, year="2017")
    assert "Changed Year." in history(client, item).text
    assert "[{" not in history(client, item).text
    assert "Changed" not in history(client, item, "/zh-hans").one("ol").all("p")[0].text


def test_acts_outside_of_the_forms_are_told_with_their_comment(client, curator):
    item = Item.objects.get(slug="bert")
    with reversion.create_revision():
        reversion.set_user(curator)
        reversion.set_comment("A newer canon was brought in.")
        item.year = 2016
        item.save()
    assert "A newer canon was brought in." in history(client, item).text


@pytest.mark.parametrize("model", [Section, Author])
def test_sections_and_authors_have_a_history_too(client, curator, model):
    row = model.objects.first()
    name = "name" if model is Author else "title_en"
    save(client, row, **{name: "Renamed"})
    assert "Renamed" in history(client, row).text
    assert len(history(client, row).all("h2")) == 2


def test_a_history_comes_in_pages_of_as_many_queries(client, curator):
    item = Item.objects.get(slug="med-palm")

    def count_queries():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(item)).status_code == 200
        return len(queries)

    def change(year):
        with reversion.create_revision():
            reversion.set_user(curator)
            item.year = year
            item.save()

    change(1999)
    before = count_queries()
    for year in range(2000, 2045):
        change(year)
    assert count_queries() <= before + 1  # what to compare the last of the page with
    first = get(client, address(item))
    assert len(first.one("div", "desk-history").one("ol").all("h2")) == 20
    assert first.one("a", rel="next")["href"] == "?p=2"
    assert "2044" in first.text
    last = get(client, address(item) + "?p=3")
    assert "The history begins here." in last.text
    assert len(last.one("div", "desk-history").one("ol").all("h2")) == 7


def test_who_may_not_see_items_does_not_see_their_history(client):
    client.force_login(make_reader("staff@example.org", is_staff=True))
    item = Item.objects.get(slug="bert")
    assert client.get(address(item)).status_code == 403
    client.force_login(make_reader())
    assert client.get(address(item)).status_code in {302, 403}


def test_the_history_of_nothing_is_not_found(client, curator):
    assert client.get("/admin/canon/item/999999/history/").status_code == 404
    assert client.get("/admin/canon/item/bert/history/").status_code == 404
