"""Export, wipe, import, export gives the same bytes; importing twice changes nothing."""

import datetime

import pytest

from canon.exports import as_csv, as_json, as_notebook
from canon.models import Item, Mark, MarkState, Note, ReadingEvent, Status, change_marks
from tests.readers import make_reader
from tests.transfers import bring_in, complaints, fill, items, preview, wipe

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


def rows(reader):
    """Return every row of what a reader holds, with all its columns."""
    return [
        list(model.objects.filter(user=reader).order_by("pk").values())
        for model in (Mark, Note, ReadingEvent)
    ]


def test_json_brings_everything_back_in_the_same_bytes(client, reader):
    fill(reader)
    before = [export(reader) for export in (as_json, as_csv, as_notebook)]
    wipe(reader)
    assert [export(reader) for export in (as_json, as_csv, as_notebook)] != before
    plan = bring_in(client, before[0])
    reader.refresh_from_db()
    assert complaints(plan) == []
    assert [export(reader) for export in (as_json, as_csv, as_notebook)] == before


def test_csv_brings_marks_queue_and_notes_back_in_the_same_bytes(client, reader):
    fill(reader)
    before = as_csv(reader)
    wipe(reader)
    assert complaints(bring_in(client, before)) == []
    assert as_csv(reader) == before


@pytest.mark.parametrize("export", [as_json, as_csv])
def test_importing_twice_changes_nothing(client, reader, export):
    fill(reader)
    saved = export(reader)
    wipe(reader)
    bring_in(client, saved)
    before = rows(reader)
    assert bring_in(client, saved).is_empty
    assert rows(reader) == before


@pytest.mark.parametrize("export", [as_json, as_csv])
def test_importing_into_a_different_account_twice_changes_it_once(client, reader, export):
    fill(reader)
    saved = export(reader)
    type(reader).objects.filter(pk=reader.pk).update(handle=None)
    other = make_reader("other@example.org")
    change_marks(other, items(40), Status.QUEUED)
    for number, item in enumerate(items(30)):
        other.notes.create(item=item, text=f"mine {number}")
    client.force_login(other)
    bring_in(client, saved)
    once = rows(other)
    assert bring_in(client, saved).is_empty
    assert rows(other) == once


def test_a_file_that_was_just_taken_changes_nothing(client, reader):
    fill(reader)
    assert preview(client, as_json(reader)).is_empty
    assert preview(client, as_csv(reader)).is_empty


def test_marks_that_were_never_logged_come_back_without_a_log(client, reader):
    reader.marks.create(item=items(1)[0], status=Status.SKIPPED)
    before = as_json(reader)
    wipe(reader)
    bring_in(client, before)
    assert as_json(reader) == before


def test_two_equal_lines_of_the_log_both_come_back(client, reader):
    change_marks(reader, items(1), Status.READ)
    event = reader.reading_events.get()
    event.pk = None
    event.save()
    before = as_json(reader)
    wipe(reader)
    bring_in(client, before)
    assert as_json(reader) == before
    assert preview(client, before).is_empty


def test_items_moved_retired_and_drafted_meanwhile_come_back(client, reader):
    moved, retired, drafted = items(3)
    change_marks(reader, [moved, retired, drafted], Status.READ)
    retired.state, drafted.state = Item.State.RETIRED, Item.State.DRAFT
    retired.save()
    drafted.save()
    Item.objects.filter(pk=moved.pk).update(position=999)
    before = as_json(reader)
    wipe(reader)
    assert complaints(bring_in(client, before)) == []
    assert as_json(reader) == before


def test_merged_marks_of_two_readings_come_back(client, reader):
    item = items(1)[0]
    first = MarkState("read", None, datetime.date(2024, 1, 1))
    second = MarkState("read", datetime.date(2024, 5, 1), datetime.date(2024, 6, 1))
    mark = Mark(user=reader, item=item)
    mark.state = first.merged_with(second)
    mark.save()
    before = as_json(reader)
    wipe(reader)
    assert complaints(bring_in(client, before)) == []
    assert as_json(reader) == before
