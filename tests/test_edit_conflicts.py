"""Two curators at one form: the second is told, and neither loses anything."""

import threading

import pytest
import reversion
from django.db import connection
from django.test import Client

from canon.models import Author, Authorship, Item, Link, Section
from tests.pages import read
from tests.readers import make_curator
from tests.test_admin import add_row, filled_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    ada = make_curator("ada@example.org")
    client.force_login(ada)
    return ada


@pytest.fixture
def bob():
    return make_curator("bob@example.org")


@pytest.fixture
def item():
    return Item.objects.get(slug="med-palm")


def form_of(row):
    return f"/admin/canon/{row._meta.model_name}/{row.pk}/change/"


def opened(client, row):
    """Return what Ada's browser would send back from the form as it is now."""
    return filled_in(client.get(form_of(row)))


def by_bob(bob, row, **fields):
    """Let Bob change a row meanwhile."""
    with reversion.create_revision():
        reversion.set_user(bob)
        fresh = type(row).objects.get(pk=row.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()


def test_whoever_is_alone_saves(client, ada, item):
    data = opened(client, item)
    assert client.post(form_of(item), data | {"year": "1999"}).status_code == 302
    assert Item.objects.get(pk=item.pk).year == 1999


def test_the_second_is_told_by_whom_and_nothing_is_saved(client, ada, bob, item):
    data = opened(client, item)
    by_bob(bob, item, year=2001)
    answer = client.post(form_of(item), data | {"title": "Ada's title"})
    assert answer.status_code == 409
    said = answer.content.decode()
    assert "bob@example.org changed this while you were editing it" in said
    assert Item.objects.get(pk=item.pk).title == item.title


def test_what_i_did_not_touch_takes_the_new_value_and_what_i_typed_stays(client, ada, bob, item):
    data = opened(client, item)
    by_bob(bob, item, year=2001, annotation_zh_hans="鲍勃写的。", has_more_authors=True)
    answer = client.post(form_of(item), data | {"title": "Ada's title"})
    merged = filled_in(answer)
    assert merged["title"] == "Ada's title"
    assert merged["year"] == "2001"
    assert merged["annotation_zh_hans"] == "鲍勃写的。"
    assert client.post(form_of(item), merged).status_code == 302
    saved = Item.objects.get(pk=item.pk)
    assert (saved.title, saved.year, saved.has_more_authors) == ("Ada's title", 2001, True)
    assert saved.annotation_zh_hans == "鲍勃写的。"


def test_what_both_changed_is_shown_with_both_and_saving_again_decides(client, ada, bob, item):
    data = opened(client, item)
    by_bob(bob, item, annotation_en="What Bob wrote.")
    answer = client.post(form_of(item), data | {"annotation_en": "What Ada wrote."})
    assert answer.status_code == 409
    page = read(answer.content.decode())
    assert "What Bob wrote." in [one.text for one in page.all("ins")]
    assert "You both changed this." in page.text
    merged = filled_in(answer)
    assert merged["annotation_en"] == "What Ada wrote."
    assert client.post(form_of(item), merged).status_code == 302
    assert Item.objects.get(pk=item.pk).annotation_en == "What Ada wrote."


def test_a_third_change_is_told_again(client, ada, bob, item):
    data = opened(client, item)
    by_bob(bob, item, year=2001)
    merged = filled_in(client.post(form_of(item), data | {"title": "Ada's title"}))
    by_bob(bob, item, year=2002)
    again = client.post(form_of(item), merged)
    assert again.status_code == 409
    assert filled_in(again)["year"] == "2002"


def test_a_double_click_is_no_conflict(client, ada, item):
    data = opened(client, item) | {"year": "1999"}
    add_row(data, "links", kind="comic", url="https://example.org/comic", item=item.pk, position=9)
    assert client.post(form_of(item), data).status_code == 302
    assert client.post(form_of(item), data).status_code == 302
    assert item.links.filter(kind="comic").count() == 1


def test_lines_as_browsers_end_them_are_not_taken_for_typing(client, ada, bob, item):
    by_bob(bob, item, annotation_en="One.\nTwo.")
    data = opened(client, item)
    data["annotation_en"] = "One.\r\nTwo."
    by_bob(bob, item, annotation_en="One.\nTwo.\nThree.")
    merged = filled_in(client.post(form_of(item), data))
    assert merged["annotation_en"] == "One.\nTwo.\nThree."


def test_a_place_that_others_changed_stays_without_a_word(client, ada, item):
    data = opened(client, item)
    item.move_to(item.section, 1)
    moved = Item.objects.get(pk=item.pk).position
    assert client.post(form_of(item), data | {"year": "1999"}).status_code == 302
    assert Item.objects.get(pk=item.pk).position == moved


def test_a_row_deleted_meanwhile_keeps_what_i_typed(client, ada, bob, item):
    data = opened(client, item)
    gone = Link.objects.get(pk=data["links-0-id"])
    with reversion.create_revision():
        reversion.set_user(bob)
        gone.delete()
    answer = client.post(form_of(item), data | {"links-0-url": "https://example.org/typed"})
    assert answer.status_code == 409
    assert "They removed a row that you changed" in answer.content.decode()
    merged = filled_in(answer)
    assert "https://example.org/typed" in merged.values()
    assert client.post(form_of(item), merged).status_code == 302
    assert item.links.filter(url="https://example.org/typed").exists()
    assert not item.links.filter(url=gone.url).exists()


def test_a_row_deleted_meanwhile_that_i_did_not_touch_stays_deleted(client, ada, bob, item):
    data = opened(client, item)
    Link.objects.get(pk=data["links-0-id"]).delete()
    count = item.links.count()
    answer = client.post(form_of(item), data | {"year": "1999"})
    assert answer.status_code == 409
    assert client.post(form_of(item), filled_in(answer)).status_code == 302
    assert item.links.count() == count


def test_a_row_added_meanwhile_appears_and_stays(client, ada, bob, item):
    data = opened(client, item)
    author = Author.objects.get(slug="sasha-rush")
    Authorship.objects.create(item=item, author=author, position=9)
    add_row(data, "links", kind="comic", url="https://example.org/comic", item=item.pk, position=9)
    answer = client.post(form_of(item), data)
    assert answer.status_code == 409
    assert "Sasha Rush" in answer.content.decode()
    assert client.post(form_of(item), filled_in(answer)).status_code == 302
    assert item.authorships.filter(author=author).exists()
    assert item.links.filter(kind="comic").count() == 1


def test_a_row_both_changed_is_told_and_mine_stands(client, ada, bob, item):
    data = opened(client, item)
    link = Link.objects.get(pk=data["links-0-id"])
    by_bob(bob, link, title_en="Bob's words", title_zh_hans="鲍勃")
    answer = client.post(form_of(item), data | {"links-0-title_en": "Ada's words"})
    assert answer.status_code == 409
    assert "Bob&#x27;s words" in answer.content.decode()
    merged = filled_in(answer)
    assert merged["links-0-title_en"] == "Ada's words"
    assert merged["links-0-title_zh_hans"] == "鲍勃"


def test_removing_a_row_that_others_changed_is_asked_once(client, ada, bob, item):
    data = opened(client, item)
    link = Link.objects.get(pk=data["links-0-id"])
    by_bob(bob, link, title_en="Bob's words")
    answer = client.post(form_of(item), data | {"links-0-DELETE": "on"})
    assert answer.status_code == 409
    assert "You remove what they changed" in answer.content.decode()
    assert client.post(form_of(item), filled_in(answer)).status_code == 302
    assert not Link.objects.filter(pk=link.pk).exists()


def test_what_was_deleted_meanwhile_keeps_the_form_and_can_be_made_anew(client, ada, item):
    data, page = opened(client, item), form_of(item)
    item.delete()
    answer = client.post(page, data | {"title": "Ada's title"})
    assert answer.status_code == 409
    assert "This was deleted while you were editing it." in answer.content.decode()
    again = filled_in(answer)
    assert again["title"] == "Ada's title"
    assert client.post(page, again).status_code == 302
    anew = Item.objects.get(slug="med-palm")
    assert anew.title == "Ada's title"
    assert anew.links.count() == 3


def test_a_forged_form_is_saved_like_one_without_memory(client, ada, bob, item):
    data = opened(client, item) | {"opened_on": "forged", "year": "1999"}
    by_bob(bob, item, title="Bob's title")
    assert client.post(form_of(item), data).status_code == 302


def test_save_and_continue_opens_the_form_on_what_was_saved(client, ada, item):
    data = opened(client, item) | {"year": "1999", "_continue": "1"}
    answer = client.post(form_of(item), data)
    assert answer.headers["Location"].endswith(form_of(item))
    data = opened(client, item) | {"year": "2000"}
    assert client.post(form_of(item), data).status_code == 302


@pytest.mark.parametrize(("model", "field"), [(Section, "title_en"), (Author, "name")])
def test_sections_and_authors_are_met_too(client, ada, bob, model, field):
    row = model.objects.first()
    data = opened(client, row)
    by_bob(bob, row, **{field: "Bob's name"})
    answer = client.post(form_of(row), data | {field: "Ada's name"})
    assert answer.status_code == 409
    assert "Bob&#x27;s name" in answer.content.decode()
    assert client.post(form_of(row), filled_in(answer)).status_code == 302
    assert getattr(model.objects.get(pk=row.pk), field) == "Ada's name"


def test_the_chinese_desk_tells_too(client, ada, bob, item):
    page = "/zh-hans" + form_of(item)
    data = filled_in(client.get(page))
    by_bob(bob, item, year=2001)
    answer = client.post(page, data | {"title": "Ada's title"})
    assert answer.status_code == 409
    assert client.post(page, filled_in(answer)).status_code == 302


def test_what_looks_like_code_is_shown_as_text(client, ada, bob, item):
    data = opened(client, item)
    by_bob(bob, item, title="<script>alert(1)</script>", annotation_en="<b>Bob & {what}</b>")
    said = client.post(form_of(item), data | {"title": "Ada's title"}).content.decode()
    assert "<script>alert" not in said
    assert "<b>Bob" not in said
    assert "&lt;script&gt;alert" in said


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_told(canon):
    item = Item.objects.get(slug="med-palm")
    clients = []
    for name in ("ada", "bob"):
        client = Client()
        client.force_login(make_curator(f"{name}@example.org"))
        clients.append((client, opened(client, item) | {"title": f"Title of {name}"}))
    answers = []

    def post(client, data):
        try:
            answers.append(client.post(form_of(item), data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=one) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
