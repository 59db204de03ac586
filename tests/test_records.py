"""What is kept in memory of a reader is never older than their rows, whoever changes them."""

import datetime
import gc

import pytest
from cachetools import LRUCache
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from canon.editions import current_edition
from canon.models import (
    Item,
    Mark,
    MarkState,
    Note,
    ReaderStamp,
    Section,
    change_marks,
    records,
    set_states,
    write_note,
)
from canon.models import record_of as record_of_reader
from canon.models.notes import excerpts_of
from canon.models.reader_stamps import STAMPING, stamp_of
from canon.models.reading import states_of
from canon.readers import Member
from canon.standing import Counts, Standing, standing_of
from tests.pages import get
from tests.processes import run_at_once
from tests.readers import make_reader
from tests.test_properties import few

pytestmark = pytest.mark.django_db

TRIGGERS = {
    f"canon_{table}_{act}_stamps_reader"
    for table in ("mark", "note")
    for act in ("insert", "update", "delete")
}


@pytest.fixture
def pair():
    """Two readers, each with a mark and a note."""
    readers = make_reader(), make_reader("other@example.org")
    for reader in readers:
        item = Item.objects.get(slug="bert")
        item.mark(reader, "read")
        Note.objects.create(user=reader, item=item, text="Mine.")
    return readers


def execute(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


CHANGES = {
    "a mark in SQL": lambda pk: execute("UPDATE canon_mark SET id = id WHERE user_id = %s", pk),
    "a note in SQL": lambda pk: execute("UPDATE canon_note SET id = id WHERE user_id = %s", pk),
    "marks at once": lambda pk: Mark.objects.filter(user=pk).update(started_on="2026-01-01"),
    "notes at once": lambda pk: Note.objects.filter(user=pk).update(excerpt="Other."),
    "no mark any more": lambda pk: Mark.objects.filter(user=pk).delete(),
    "no note any more": lambda pk: Note.objects.filter(user=pk).delete(),
    "a new mark": lambda pk: Mark.objects.create(user_id=pk, item=Item.objects.first()),
    "a new note": lambda pk: Note.objects.create(user_id=pk, item=Item.objects.first()),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_renews_the_stamp_of_its_reader_and_no_other(pair, change):
    before = [stamp_of(reader.pk) for reader in pair]
    assert all(before)
    change(pair[0].pk)
    after = [stamp_of(reader.pk) for reader in pair]
    assert after[0] not in before
    assert after[1] == before[1]


def test_one_statement_may_change_many_readers(pair):
    before = {stamp_of(reader.pk) for reader in pair}
    Mark.objects.update(started_on=None)
    after = {stamp_of(reader.pk) for reader in pair}
    assert len(after) == 2
    assert not after & before


def test_a_row_that_goes_to_another_reader_concerns_both(pair):
    item = Item.objects.get(slug="gpt-3")
    Mark.objects.create(user=pair[0], item=item)
    before = {stamp_of(reader.pk) for reader in pair}
    Mark.objects.filter(item=item).update(user=pair[1])
    assert not {stamp_of(reader.pk) for reader in pair} & before


def test_who_goes_leaves_no_stamp(pair):
    for reader in get_user_model().objects.filter(pk__in=[reader.pk for reader in pair]):
        reader.delete()
    assert not ReaderStamp.objects.exists()


def test_what_was_written_while_there_were_no_triggers_is_not_overlooked(pair):
    before = stamp_of(pair[0].pk)
    on = " ON canon_mark" if connection.vendor == "postgresql" else ""
    execute(f"DROP TRIGGER canon_mark_update_stamps_reader{on}")
    Mark.objects.update(started_on="2026-01-01")
    assert stamp_of(pair[0].pk) == before
    STAMPING.install(apps.get_app_config("canon"), "default")
    assert stamp_of(pair[0].pk) != before
    before = stamp_of(pair[0].pk)
    Mark.objects.update(started_on=None)
    assert stamp_of(pair[0].pk) != before


def test_triggers_that_are_there_are_left_alone(pair):
    before = stamp_of(pair[0].pk)
    STAMPING.install(apps.get_app_config("canon"), "default")
    assert stamp_of(pair[0].pk) == before
    with connection.cursor() as cursor:
        names = "name FROM sqlite_master"
        names = "tgname FROM pg_trigger" if connection.vendor == "postgresql" else names
        cursor.execute(f"SELECT {names}")
        assert {name for (name,) in cursor.fetchall()} >= TRIGGERS


def queries_of(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def test_who_reads_on_is_asked_for_a_stamp_and_nothing_else(pair):
    record = record_of_reader(pair[0])
    assert queries_of(lambda: record_of_reader(pair[0])) == 1
    assert record_of_reader(pair[0]) is record
    assert list(record.notes.values()) == ["Mine."]


def test_a_reader_without_a_stamp_is_asked_each_time(pair):
    ReaderStamp.objects.all().delete()
    assert record_of_reader(pair[0]).marks
    assert queries_of(lambda: record_of_reader(pair[0])) == 3


def test_their_own_mark_needs_no_reading_of_all_the_others(pair):
    record_of_reader(pair[0])
    Item.objects.get(slug="gpt-3").mark(pair[0], "read")
    assert queries_of(lambda: record_of_reader(pair[0])) == 1
    assert len(record_of_reader(pair[0]).marks) == 2


def test_who_marks_is_not_asked_for_anything_afterwards(pair):
    reader, item = Member(pair[0]), Item.objects.get(slug="gpt-3")
    with CaptureQueriesContext(connection) as queries:
        reader.change([item], "read")
        assert len(reader.marks) == 2
    asked = [query for query in queries if 'FROM "canon_readerstamp"' in query["sql"]]
    assert len(asked) == 2  # before the change and after it, while the reader is locked


def test_a_mark_that_leaves_no_stamp_shows_all_the_same(pair):
    record_of_reader(pair[0])
    ReaderStamp.objects.all().delete()
    for name in TRIGGERS:
        table = "_".join(name.split("_")[:2])
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        execute(f"DROP TRIGGER {name}{on}")
    reader = Member(pair[0])
    reader.change([Item.objects.get(slug="gpt-3")], "read")
    assert len(reader.marks) == 2


def test_a_change_taken_back_leaves_the_record_that_was(pair):
    before = record_of_reader(pair[0])
    with transaction.atomic():
        Item.objects.get(slug="gpt-3").mark(pair[0], "read")
        assert len(record_of_reader(pair[0]).marks) == 2
        transaction.set_rollback(True)
    assert record_of_reader(pair[0]).marks == before.marks


def test_their_own_note_needs_no_reading_of_all_the_others(pair):
    items = [Item.objects.get(slug=slug) for slug in ("bert", "gpt-3")]
    record_of_reader(pair[0])
    write_note(pair[0], items[0], "", based_on=1)
    write_note(pair[0], items[1], "Worth the *time*.", based_on=0)
    assert queries_of(lambda: record_of_reader(pair[0])) == 1
    assert record_of_reader(pair[0]).notes == {items[1].pk: "Worth the time."}
    assert record_of_reader(pair[0]).notes == excerpts_of(pair[0])
    assert record_of_reader(pair[0]).marks == states_of(pair[0])


STEP = st.tuples(
    st.sets(st.integers(0, 5), min_size=1),
    st.sampled_from(["", "queued", "reading", "read", "skipped"]),
)


@few
@given(steps=st.lists(STEP, max_size=6))
def test_after_any_steps_the_record_is_what_the_rows_say(steps):
    with transaction.atomic():
        reader = make_reader("any@example.org")
        items = list(Item.objects.published()[:6])
        for chosen, status in steps:
            change_marks(reader, [items[place] for place in chosen], status)
            assert list(record_of_reader(reader).marks.items()) == list(states_of(reader).items())
        assert record_of_reader(reader).notes == excerpts_of(reader)
        transaction.set_rollback(True)


def shown_of(standing):
    """Return all that a standing shows."""
    spines = [(status, is_pale) for _spine, status, is_pale in standing.shelf.spines]
    tallies = [tally for _heading, tally in standing.contents]
    return standing.total, tallies, spines, standing.this_week, standing.next


@few
@given(steps=st.lists(STEP, max_size=6))
def test_after_any_steps_a_reader_stands_where_all_their_marks_put_them(steps):
    with transaction.atomic():
        reader = Member(make_reader("any@example.org"))
        items = [*Item.objects.published()[:5], Item.objects.last()]
        Item.objects.filter(pk=items[0].pk).update(state="retired")
        edition = current_edition()
        for chosen, status in steps:
            reader.change([items[place] for place in chosen], status)
            anew = Standing(edition, reader.today(), reader.marks, reader.notes)
            standing = standing_of(reader, edition)
            assert shown_of(standing) == shown_of(anew)
            assert standing.counts.colours == edition.shelf.coloured(reader.marks).statuses
        transaction.set_rollback(True)


def test_no_more_is_kept_than_there_is_room_for(pair, monkeypatch):
    room = records.RECORD + 10
    monkeypatch.setattr(records, "MOST_KEPT", room)
    monkeypatch.setattr(records, "kept", LRUCache(room, records.size_of))
    record_of_reader(pair[0])
    record_of_reader(pair[1])
    assert list(records.kept) == [pair[1].pk]
    change_marks(pair[1], Item.objects.published()[:20], "queued")
    assert len(record_of_reader(pair[1]).marks) == pair[1].marks.count() >= 20
    assert len(records.kept.get(pair[1].pk, record_of_reader(pair[0])).marks) == 1


def test_where_a_reader_stands_is_measured_once(pair, monkeypatch):
    reader, edition = Member(pair[0]), current_edition()
    standing = standing_of(reader, edition)
    assert standing_of(Member(pair[0]), edition) is standing
    assert standing.total.read == 1
    reader.change([Item.objects.get(slug="gpt-3")], "read")
    monkeypatch.setattr(Counts, "of", None)  # not everything again
    assert standing_of(reader, edition).total.read == 2
    for slug in ("gpt", "rag"):  # without looking in between
        write_note(pair[0], Item.objects.get(slug=slug), "Mine.", based_on=0)
        Item.objects.get(slug=slug).mark(pair[0], "read")
    assert standing_of(Member(pair[0]), edition).total.read == 4
    assert standing_of(Member(pair[0]), edition).by_note["yes"].bit_count() == 3
    monkeypatch.undo()
    Item.objects.filter(slug="gpt-3").update(state="retired")
    assert standing_of(Member(pair[0]), current_edition()).total.read == 3


def test_the_week_begins_on_monday(pair):
    reader = pair[0]
    monday = reader.today() - datetime.timedelta(days=reader.today().weekday())
    days = (monday, monday - datetime.timedelta(days=1))
    for item, day in zip(Item.objects.published()[:2], days, strict=True):
        set_states(reader, {item: lambda _state, day=day: MarkState("read", None, day)})
    Item.objects.get(slug="bert").mark(reader, "")
    assert standing_of(Member(reader), current_edition()).this_week == 1


def test_another_day_is_measured_anew(pair, monkeypatch):
    edition = current_edition()
    assert standing_of(Member(pair[0]), edition).this_week == 1
    later = pair[0].today() + datetime.timedelta(days=7)
    monkeypatch.setattr(type(pair[0]), "today", lambda _reader: later)
    assert standing_of(Member(pair[0]), edition).this_week == 0


def test_where_a_reader_stands_goes_with_their_record(pair):
    edition = current_edition()
    reader = Member(pair[0])
    standing_of(reader, edition)
    count = len(edition.standings)
    records.kept.clear()
    del reader
    gc.collect()
    assert len(edition.standings) < count


def test_readers_never_see_what_was_kept_for_another(pair):
    Item.objects.get(slug="gpt-3").mark(pair[0], "read")
    shown = []
    for reader in (*pair, *pair):
        client = Client()
        client.force_login(reader)
        shown.append('id="mark-gpt-3" data-status="read"' in client.get("/").content.decode())
    assert shown == [True, False, True, False]


CHANGE = """
from django.contrib.auth import get_user_model
Item.objects.get(slug="gpt-3").mark(get_user_model().objects.get(), "read")
"""
ASK = """
from django.contrib.auth import get_user_model
from canon.models import record_of
reader = get_user_model().objects.get()
while len(record_of(reader).marks) != 2:
    pass
print("seen")
"""


@pytest.mark.django_db(transaction=True)
def test_another_processes_mark_is_on_the_next_page(canon):
    reader = make_reader("reader@example.org")
    Item.objects.get(slug="bert").mark(reader, "read")
    client = Client()
    client.force_login(reader)
    mark = 'id="mark-gpt-3" data-status="read"'
    assert mark not in client.get("/").content.decode()
    assert run_at_once(CHANGE, ASK, ASK)[1:] == ["seen\n", "seen\n"]
    assert mark in client.get("/").content.decode()


def test_a_page_is_another_after_a_mark_elsewhere(pair):
    client = Client()
    client.force_login(pair[0])
    client.get("/")
    tag = client.get("/")["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
    Mark.objects.filter(user=pair[0]).update(started_on="2026-01-01")
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_a_state_of_a_record_is_the_one_a_mark_has(pair):
    mark = pair[0].marks.get()
    assert record_of_reader(pair[0]).marks == {mark.item_id: MarkState(*mark.state)}


def test_what_is_kept_of_a_reader_is_kept_in_each_language(pair):
    client = Client()
    client.force_login(pair[0])
    first = Section.objects.first()
    for _time in range(2):
        for path, title in (("/", first.title_en), ("/zh-hans/", first.title_zh_hans)):
            assert title in get(client, path).one(id="contents").text


def test_some_items_stand_in_canon_order():
    section = Item.objects.get(slug="gpt-3").section.items
    first, last = section.first(), section.last()
    Item.objects.filter(pk=first.pk).update(position=last.position + 1)
    edition = current_edition()
    shown = edition.only(edition.bitmap([first.pk, last.pk]))
    assert [item.pk for item in shown] == [last.pk, first.pk]
