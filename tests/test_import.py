"""An import shows what it would change, merges, and never deletes or overwrites."""

import csv
import datetime
import io
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from canon.addresses import comparable
from canon.exports import as_csv, as_json
from canon.imports.saving import save_preferences
from canon.models import Item, Link, MarkState, Note, Status, change_marks, set_states, write_note
from tests.pages import read
from tests.readers import make_reader
from tests.transfers import IMPORT, bring_in, complaints, confirm, fill, items, preview, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    reader = make_reader()
    client.force_login(reader)
    return reader


@pytest.fixture
def item():
    return items(1)[0]


def backup(entries=None, **more):
    """Return a JSON export that says this on items, by their slug."""
    document = {"format": "canon-reading", "version": 1, "items": entries or {}}
    return json.dumps(document | more)


def table(*rows):
    """Return a CSV of these lines, which name their columns."""
    text = io.StringIO(newline="")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = csv.DictWriter(text, columns)
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue()


def read_on(day):
    return {"mark": {"status": "read", "finished_on": day}}


def test_nothing_is_written_until_it_is_confirmed(client, reader, item):
    plan = preview(client, backup({item.slug: read_on("2024-03-05")}))
    assert (plan.mark_count, plan.note_count, plan.event_count) == (1, 0, 0)
    assert not reader.marks.exists()
    confirm(client, plan)
    assert reader.marks.get().finished_on == datetime.date(2024, 3, 5)


def test_the_preview_shows_each_change_in_words(client, reader, item):
    change_marks(reader, [item], Status.READING)
    write_note(reader, item, "mine", based_on=0)
    file = backup(
        {item.slug: read_on("2024-03-05") | {"note": {"text": "theirs"}}},
        preferences={"theme": "dark", "weekly_goal": 3, "is_public": True},
    )
    upload(client, file)
    page = read(client.get(IMPORT).content.decode())
    change = page.one("li", id=f"change-{item.slug}")
    assert item.title in change.text
    assert "Reading" in change.text
    assert "→ Read" in change.text
    assert "2024" in change.text
    assert "This is put below your note:" in change.text
    assert "theirs" in change.text
    assert "mine" in change.text
    assert "theme As the system has it → Dark" in page.text
    assert "weekly goal none → 3" in page.text
    assert "public progress page no → yes" in page.text


def test_discarding_forgets_the_file(client, reader, item):
    preview(client, backup({item.slug: read_on("2024-03-05")}))
    assert client.post(IMPORT, {"action": "discard"}).status_code == 302
    assert client.get(IMPORT)["Location"] == "/reading/transfer/"
    assert not reader.marks.exists()


def test_the_page_tells_of_an_import_that_waits(client, reader, item):
    upload(client, backup({item.slug: read_on("2024-03-05")}))
    assert "An import is waiting" in client.get("/reading/transfer/").content.decode()


def test_the_further_mark_wins_and_the_earlier_dates_are_kept(client, reader, item):
    change_marks(reader, [item], Status.READ)
    bring_in(client, backup({item.slug: read_on("2024-03-05")}))
    assert reader.marks.get().finished_on == datetime.date(2024, 3, 5)
    plan = preview(client, backup({item.slug: {"mark": {"status": "queued"}}}))
    assert plan.is_empty


def test_what_a_file_does_not_name_stays(client, reader):
    fill(reader)
    before = as_json(reader)
    bring_in(client, backup({}))
    bring_in(client, backup({items(1)[0].slug: {"mark": None, "note": None, "events": []}}))
    assert as_json(reader) == before


def test_imported_queue_goes_behind_ones_own_in_the_files_order(client, reader):
    first, second, third, fourth = items(4)
    change_marks(reader, [fourth], Status.QUEUED)
    entries = {
        item.slug: {"mark": {"status": "queued", "queue_position": place}}
        for item, place in [(first, 3), (second, 1), (third, None), (fourth, 2)]
    }
    bring_in(client, backup(entries))
    queue = reader.marks.order_by("queue_position").values_list("item__slug", flat=True)
    assert list(queue) == [fourth.slug, second.slug, first.slug, third.slug]


@pytest.mark.parametrize(
    ("present", "saved", "merged"),
    [
        ("", "theirs", "theirs"),
        ("same\ntext", "same\r\ntext", "same\ntext"),
        ("mine", "mine\nand more", "mine\nand more"),
        ("mine\nand more", "mine", "mine\nand more"),
        ("mine", "", "mine"),
        ("mine", "  \n ", "mine"),
        ("mine", "theirs", "mine\n\n## Imported on {today}\n\ntheirs\n"),
        ("banana", "an", "banana\n\n## Imported on {today}\n\nan\n"),
        ("a\n", "    code\n", "a\n\n## Imported on {today}\n\n    code\n"),
    ],
)
def test_of_two_notes_no_word_is_lost(client, reader, item, present, saved, merged):
    if present:
        write_note(reader, item, present, based_on=0)
    file = backup({item.slug: {"note": {"text": saved}}})
    bring_in(client, file)
    expected = merged.format(today=reader.today().isoformat())
    assert reader.notes.get().text == expected
    assert bring_in(client, file).is_empty
    assert reader.notes.get().text == expected


def test_a_merged_note_has_a_new_version_and_is_found(client, reader, item):
    write_note(reader, item, "mine", based_on=0)
    bring_in(client, backup({item.slug: {"note": {"text": "theirs", "version": 9}}}))
    assert reader.notes.get().version == 2
    assert reader.notes.matching("theirs").exists()


def test_an_emptied_note_takes_the_text_and_goes_on_counting(client, reader, item):
    write_note(reader, item, "mine", based_on=0)
    write_note(reader, item, "", based_on=1)
    bring_in(client, backup({item.slug: {"note": {"text": "theirs", "version": 1}}}))
    note = reader.notes.get()
    assert (note.text, note.version) == ("theirs", 3)


def test_two_notes_too_long_for_one_are_told_and_left(client, reader, item):
    write_note(reader, item, "m" * 15_000, based_on=0)
    plan = preview(client, backup({item.slug: {"note": {"text": "t" * 15_000}}}))
    assert plan.is_empty
    assert "too long" in complaints(plan)[0][1]


def test_preferences_are_taken_only_if_wished(client, reader):
    plan = preview(client, backup(preferences={"theme": "dark", "weekly_goal": 5}))
    answer = client.post(IMPORT, {"action": "confirm", "fingerprint": plan.fingerprint})
    assert answer.status_code == 302
    reader.refresh_from_db()
    assert (reader.theme, reader.weekly_goal) == ("system", None)


def test_an_empty_preference_of_the_file_says_nothing(client, reader):
    type(reader).objects.filter(pk=reader.pk).update(weekly_goal=3, handle="me")
    bring_in(client, backup(preferences={"weekly_goal": None, "handle": ""}))
    reader.refresh_from_db()
    assert (reader.weekly_goal, reader.handle) == (3, "me")


def test_a_handle_that_somebody_has_is_told_and_the_rest_applied(client, reader):
    make_reader("other@example.org", handle="bookworm")
    plan = bring_in(client, backup(preferences={"handle": "bookworm", "theme": "dark"}))
    assert complaints(plan) == [("preferences.handle", "This handle is taken.")]
    reader.refresh_from_db()
    assert (reader.handle, reader.theme) == (None, "dark")


def test_a_handle_taken_at_the_last_moment_stops_the_whole_import(
    client, reader, item, monkeypatch
):
    def save_late(user, changes):
        make_reader("other@example.org", handle="bookworm")
        save_preferences(user, changes)

    monkeypatch.setattr("canon.imports.saving.save_preferences", save_late)
    plan = preview(
        client, backup({item.slug: read_on("2024-03-05")}, preferences={"handle": "bookworm"})
    )
    answer = confirm(client, plan)
    assert answer.status_code == 409
    assert complaints(answer.context["plan"]) == [("preferences.handle", "This handle is taken.")]
    assert not reader.marks.exists()


def test_an_item_renamed_since_is_found_by_its_address(client, reader, item):
    change_marks(reader, [item], Status.READ)
    saved = as_json(reader)
    reader.marks.all().delete()
    Item.objects.filter(pk=item.pk).update(slug="renamed")
    bring_in(client, saved)
    assert reader.marks.get().item_id == item.pk


@pytest.mark.parametrize("kind", [Link.Kind.EARLIER_ADDRESS, Link.Kind.BLOG_POST])
def test_an_item_is_found_by_any_of_its_addresses(client, reader, item, kind):
    Link.objects.create(item=item, kind=kind, url="https://example.org/Old/")
    bring_in(
        client, table({"slug": "x", "address": "http://www.example.org/Old#top", "status": "read"})
    )
    assert reader.marks.get().item_id == item.pk


def test_an_address_of_two_items_names_neither(client, reader):
    for one in items(2):
        Link.objects.create(item=one, kind=Link.Kind.RELATED, url="https://example.org/both")
    plan = preview(client, table({"address": "https://example.org/both", "status": "read"}))
    assert plan.is_empty
    assert complaints(plan) == [("line 2", "The canon has no such item.")]


def test_an_items_own_address_counts_before_anothers_link(client, reader):
    one, other = items(2)
    Link.objects.create(item=other, kind=Link.Kind.RELATED, url=one.url)
    bring_in(client, table({"address": one.url, "status": "read"}))
    assert reader.marks.get().item_id == one.pk


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://example.org/a", "http://WWW.Example.org/a/", True),
        ("https://example.org/a?utm_source=x#part", "https://example.org/a", True),
        ("https://example.org/a?v=1", "https://example.org/a?v=2", False),
        ("https://example.org/a", "https://example.org/A", False),
        ("http://[", "", True),
        ("no address", "", True),
    ],
)
def test_addresses_compare_by_what_tells_pages_apart(one, other, same):
    assert (comparable(one) == comparable(other)) is same


def test_events_are_added_once(client, reader, item):
    change_marks(reader, [item], Status.QUEUED)
    saved = as_json(reader)
    change_marks(reader, [item], Status.READ)
    bring_in(client, saved)
    statuses = reader.reading_events.order_by("at").values_list("status", flat=True)
    assert list(statuses) == ["queued", "read"]


def test_a_mark_that_no_line_of_the_file_explains_is_logged_today(client, reader, item):
    bring_in(client, table({"slug": item.slug, "status": "read", "finished": "2024-03-05"}))
    event = reader.reading_events.get()
    assert (event.item, event.status) == (item, Status.READ)
    assert MarkState.from_json(event.after) == reader.marks.get().state


def test_a_further_mark_from_another_account_is_in_the_log(client, reader, item):
    change_marks(reader, [item], Status.READING)
    bring_in(client, backup({item.slug: read_on("2024-03-05")}))
    assert list(reader.reading_events.values_list("status", flat=True)) == ["reading", "read"]


def test_an_edited_table_is_understood(client, reader):
    first, second, third = items(3)
    bring_in(
        client,
        f"\ufeffslug;status;finished;note\n{first.slug};Read;2024/3/5;'=1\n"
        f"{second.slug};unread;;\n\n{third.slug}; skipped\n",
    )
    states = {mark.item_id: mark.state for mark in reader.marks.all()}
    assert states == {
        first.pk: MarkState("read", None, datetime.date(2024, 3, 5)),
        third.pk: MarkState("skipped"),
    }
    assert reader.notes.get().text == "=1"


def test_lines_that_cannot_be_used_are_listed_and_the_rest_is_used(client, reader):
    first, second, third, fourth = items(4)
    plan = bring_in(
        client,
        table(
            {"slug": first.slug, "status": "read", "note": "two\nlines"},
            {"slug": "no-such-item", "status": "read"},
            {"slug": second.slug, "status": "finished"},
            {"slug": third.slug, "status": "read", "finished": "5 March"},
            {"slug": first.slug, "status": "skipped"},
            {"slug": fourth.slug, "status": "reading", "finished": "2024-03-05"},
            {"slug": "no-such-item", "status": ""},
        ),
    )
    assert complaints(plan) == [
        ("line 5", "There is no such status; there are: queued, reading, read, skipped."),
        ("line 6", "This is not a day: write it like 2026-03-04."),
        ("line 8", "Only what is read has a day it was finished."),
        ("line 4", "The canon has no such item."),
        ("line 7", "An earlier line is about the same item."),
    ]
    assert [mark.item for mark in reader.marks.all()] == [first]


def test_a_stale_confirmation_changes_nothing_and_shows_the_preview_anew(client, reader, item):
    plan = preview(client, backup({item.slug: read_on("2024-03-05")}))
    day = datetime.date(2024, 2, 1)
    set_states(reader, {item: lambda _state: MarkState("reading", day)})
    answer = confirm(client, plan)
    assert answer.status_code == 409
    assert reader.marks.get().status == Status.READING
    assert "have changed since you looked" in answer.content.decode()
    assert confirm(client, answer.context["plan"]).status_code == 302
    assert reader.marks.get().state == MarkState("read", day, datetime.date(2024, 3, 5))


def test_a_confirmation_meant_for_another_file_changes_nothing(client, reader):
    one, other = items(2)
    shown = preview(client, backup({one.slug: read_on("2024-03-05")}))
    upload(client, backup({other.slug: read_on("2024-03-05")}))
    assert confirm(client, shown).status_code == 409
    assert not reader.marks.exists()


def test_a_second_confirmation_does_nothing(client, reader, item):
    plan = preview(client, backup({item.slug: read_on("2024-03-05")}))
    confirm(client, plan)
    before = as_json(reader)
    assert confirm(client, plan)["Location"] == "/reading/transfer/"
    assert as_json(reader) == before


def test_an_import_that_fails_half_way_leaves_nothing(client, reader, item, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError

    monkeypatch.setattr("canon.imports.saving.save_notes", fail)
    plan = preview(client, backup({item.slug: read_on("2024-03-05") | {"note": {"text": "x"}}}))
    with pytest.raises(RuntimeError):
        confirm(client, plan)
    assert not reader.marks.exists()


@pytest.mark.parametrize("export", [as_json, as_csv])
def test_queries_do_not_grow_with_the_lines(client, export):
    def count(number, few):
        giver = make_reader(f"giver{number}@example.org")
        change_marks(giver, few[::2], Status.READ)
        change_marks(giver, few[1::2], Status.QUEUED)
        Note.objects.bulk_create([Note(user=giver, item=item, text="theirs") for item in few])
        taker = make_reader(f"taker{number}@example.org")
        change_marks(taker, few, Status.READING)
        Note.objects.bulk_create([Note(user=taker, item=item, text="mine") for item in few[::2]])
        client.force_login(taker)
        with CaptureQueriesContext(connection) as queries:
            assert upload(client, export(giver)).status_code == 302
            shown = client.get(IMPORT)
            assert confirm(client, shown.context["plan"]).status_code == 302
        return len(queries)

    assert count(1, items(4)) == count(2, items(90))
