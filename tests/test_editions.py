"""What is kept in memory of the canon is never older than the canon, whoever changes it."""

import gc
import weakref

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client

from canon.editions import Holder, current_edition
from canon.models import (
    Author,
    Authorship,
    Dependency,
    Item,
    Link,
    LinkCheck,
    Section,
    current_stamp,
)
from tests.pages import cards
from tests.processes import run_at_once
from tests.readers import make_reader

PARTS = [Section, Item, Author, Authorship, Link, Dependency]


@pytest.mark.django_db
@pytest.mark.parametrize("model", PARTS)
def test_every_change_of_the_canon_makes_an_edition(model):
    stamps = [current_stamp()]
    row = model._base_manager.order_by("pk").last()
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id WHERE id = {row.pk}")
    stamps.append(current_stamp())
    name = model._meta.concrete_fields[1].attname
    model._base_manager.filter(pk=row.pk).update(**{name: F(name)})
    stamps.append(current_stamp())
    assert len(set(stamps)) == 3


@pytest.mark.django_db
def test_a_link_found_dead_makes_an_edition():
    before = current_stamp()
    LinkCheck.objects.create(address="https://example.org/")
    assert current_stamp() != before


@pytest.mark.django_db
def test_marks_and_notes_make_none():
    before = current_stamp()
    Item.objects.get(slug="bert").mark(make_reader(), "read")
    assert current_stamp() == before


@pytest.mark.django_db
def test_a_change_taken_back_leaves_the_edition_that_was():
    before = current_edition()

    with transaction.atomic():
        Item.objects.filter(slug="bert").update(title="Ernie")
        assert current_edition().by_slug["bert"].title == "Ernie"
        transaction.set_rollback(True)
    assert current_edition().stamp == before.stamp
    assert current_edition().by_slug["bert"].title != "Ernie"


CHANGE = """
Item.objects.filter(slug="bert").update(title="Ernie")
"""
ASK = """
from canon.editions import current_edition
while current_edition().by_slug["bert"].title != "Ernie":
    pass
print("seen")
"""


def test_another_processes_change_is_on_the_next_page(canon):
    make_reader("reader@example.org")
    client = Client()
    assert ">Ernie<" not in client.get("/").content.decode()
    assert run_at_once(CHANGE, ASK, ASK)[1:] == ["seen\n", "seen\n"]
    assert ">Ernie<" in client.get("/").content.decode()


@pytest.mark.django_db
def test_what_is_kept_for_all_holds_nothing_of_the_first_reader(client):
    pages = []
    for name in ("ada", "grace"):
        reader = make_reader(f"{name}@example.org")
        client.force_login(reader)
        Item.objects.get(slug="bert" if name == "ada" else "gpt").mark(reader, "read")
        pages.append(client.get("/").content.decode())
    assert "ada@example.org" in pages[0]
    assert "ada@" not in pages[1]
    assert "grace@example.org" in pages[1]
    assert 'id="mark-bert" data-status="read"' in pages[0]
    assert 'id="mark-bert" data-status=""' in pages[1]


@pytest.mark.django_db
def test_a_large_canon_is_shown_page_by_page(client):
    from tests.test_queries import grow_tenfold

    grow_tenfold()
    first = client.get("/").content.decode()
    assert len(cards(first)) == 50
    assert first.count('class="spine"') <= 220
    assert '<a rel="next" href="/?page=2">' in first
    last = client.get("/?page=20").content.decode()
    assert len(cards(last)) == 10
    assert 'rel="next"' not in last
    # The contents lead to the page on which a section begins.
    section = Section.objects.filter(items__state="published").last()
    page = current_edition().pages[section.pk]
    assert page > 1
    assert f'href="/?page={page}#{section.slug}"' in first
    assert f'id="{section.slug}"' in client.get(f"/?page={page}").content.decode()


def is_gone_through(held):
    """Tell whether Python goes through `held` when it looks for garbage."""
    return any(found is held for found in gc.get_objects())


@pytest.fixture
def counts_as_large(monkeypatch):
    """The shipped canon of 96 items is a large one."""
    monkeypatch.setattr("canon.editions.LARGE", 95)
    yield
    gc.unfreeze()


@pytest.mark.django_db
def test_the_search_for_garbage_passes_over_a_large_canon(counts_as_large):
    edition = Holder().current()
    assert not is_gone_through(edition)
    assert not any(map(is_gone_through, (edition.items, edition.outline, edition.by_id)))


@pytest.mark.django_db
def test_a_small_canon_is_not_worth_passing_over():
    assert is_gone_through(Holder().current())


@pytest.mark.django_db
def test_a_large_canon_that_is_no_longer_held_is_given_back(counts_as_large):
    holder = Holder()
    # Headings know each other, so that only the search for garbage finds them.
    before = [weakref.ref(heading) for heading in holder.current().outline.headings]
    Item.objects.filter(slug="bert").update(title="Ernie")
    assert holder.current().by_slug["bert"].title == "Ernie"
    assert not any(heading() for heading in before)
