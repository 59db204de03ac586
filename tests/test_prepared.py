"""Queries that are built once give what the queryset would, for each reader their own."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from canon.models import Item, MarkState, Note, change_marks, set_states
from canon.models.notes import excerpts_of
from canon.models.prepared import Prepared
from canon.models.reading import STATE_FIELDS, lock_reader, states_of
from canon.readers import Member
from tests.readers import make_reader

pytestmark = pytest.mark.django_db

MARCH, APRIL = datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)


@pytest.fixture
def readers():
    """Two readers with marks and notes of their own."""
    first, second = make_reader("one@example.org"), make_reader("two@example.org")
    items = list(Item.objects.published()[:3])
    change_marks(first, items, "queued")
    set_states(first, {items[0]: lambda _state: MarkState("read", MARCH, APRIL)})
    change_marks(second, items[:1], "skipped")
    Note.objects.create(user=first, item=items[1], text="Worth the *time*.")
    Note.objects.create(user=first, item=items[2], text="")
    Note.objects.create(user=second, item=items[1], text="Not for me.")
    return first, second


def test_a_reader_s_marks_are_what_the_rows_say(readers):
    for reader in readers:
        rows = reader.marks.values_list("item_id", *STATE_FIELDS)
        assert states_of(reader) == {item: MarkState(*state) for item, *state in rows}
    first = states_of(readers[0])[readers[0].marks.get(status="read").item_id]
    assert (first.started_on, first.finished_on) == (MARCH, APRIL)


def test_a_reader_s_notes_are_their_own_and_an_emptied_one_is_none(readers):
    assert [list(excerpts_of(reader).values()) for reader in readers] == [
        ["Worth the time."],
        ["Not for me."],
    ]


def test_a_query_is_built_once_and_asked_each_time(readers, django_assert_num_queries):
    built = []

    def build(user):
        built.append(user)
        return Note.objects.filter(user=user).values_list("text")

    prepared = Prepared(build)
    with django_assert_num_queries(4):
        for reader in (*readers, *readers):
            prepared.rows(reader.pk)
    assert len(built) == 1


def test_the_reader_s_row_is_locked_where_the_database_locks_rows(readers):
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        lock_reader(readers[0])
    (query,) = asked.captured_queries
    assert ("FOR UPDATE" in query["sql"]) == connection.features.has_select_for_update


def test_who_is_gone_changes_nothing_any_more(readers):
    reader = readers[1]
    stale = get_user_model().objects.get(pk=reader.pk)
    reader.delete()
    with pytest.raises(get_user_model().DoesNotExist):
        Member(stale).change(Item.objects.published()[:1], "read")
