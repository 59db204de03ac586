"""What is typed is never a part of a statement: it finds what it spells, and nothing else."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from canon.filters import ItemFilter
from canon.models import Item, Note
from tests.pages import cards
from tests.readers import make_curator, make_reader

pytestmark = pytest.mark.django_db

SMUGGLED = "xyzzy"
TRIES = [
    f"{SMUGGLED}' OR '1'='1",
    f"{SMUGGLED}') OR 1=1 --",
    f"{SMUGGLED}'; DELETE FROM canon_item; --",
    f'{SMUGGLED}" UNION SELECT password FROM accounts_user --',
    f"{SMUGGLED}%' OR title LIKE '%",
    f"{SMUGGLED}\\' OR 1=1 /*",
]


@pytest.fixture
def reader():
    """A reader with one note."""
    reader = make_reader()
    Note.objects.create(user=reader, item=Item.objects.published()[0], text="my own words")
    return reader


def ask(client, address, **typed):
    """Return the answer for what was typed into fields, and the statements that it took."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address, typed)
    return answer, [query["sql"] for query in asked.captured_queries]


@pytest.mark.parametrize("value", TRIES)
@pytest.mark.parametrize("field", ItemFilter.base_filters)
def test_no_filter_of_the_canon_lets_a_condition_in(reader, field, value):
    client = Client()
    client.force_login(reader)
    answer, _statements = ask(client, "/", **{field: value})
    found = cards(answer.content.decode())
    # A text finds nothing; what is no choice of its filter is reported, and narrows nothing.
    assert answer.status_code == 200
    assert len(found) == (0 if field == "q" else 96)
    assert Item.objects.published().count() == 96


@pytest.mark.parametrize("value", TRIES)
def test_no_search_finds_more_than_it_spells(reader, value):
    client, desk = Client(), Client()
    client.force_login(reader)
    desk.force_login(make_curator())
    notes, _statements = ask(client, "/notes/", q=value)
    assert notes.status_code == 200
    assert "my own words" not in notes.content.decode()
    items, _statements = ask(desk, "/admin/canon/item/", q=value)
    assert items.status_code == 200
    assert items.context["cl"].result_count == 0


@pytest.mark.parametrize("order", ["title; DROP TABLE canon_item", "(SELECT 1)", "user__password"])
def test_no_order_is_taken_from_an_address(reader, order):
    client = Client()
    client.force_login(reader)
    usual, _statements = ask(client, "/", kind="paper")
    answer, statements = ask(client, "/", kind="paper", sort=order)
    assert cards(answer.content.decode()) == cards(usual.content.decode()) != []
    assert not any(order in statement for statement in statements)
    assert usual.status_code == answer.status_code == 200
