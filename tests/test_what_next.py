"""What to read next, and why: the order of reasons."""

import datetime
from types import SimpleNamespace

import pytest

from canon.models import Item, MarkState, Section
from canon.outline import Outline
from canon.progress import Reason, Syllabus, what_next

MARCH = [datetime.date(2026, 3, day) for day in range(1, 32)]


@pytest.fixture
def canon():
    """Two sections, first and second, of four items each: a to d, and e to h."""
    sections = [Section(pk=n, position=n, slug=s, title=s) for n, s in ((1, "one"), (2, "two"))]
    items = [
        Item(
            pk=number,
            slug=letter,
            title=letter,
            section_id=1 if number <= 4 else 2,
            position=number,
            state=Item.State.PUBLISHED,
            effort=Item.Effort.HOUR,
        )
        for number, letter in enumerate("abcdefgh", start=1)
    ]
    return SimpleNamespace(items=items, outline=Outline(sections), builds_on={}, states={})


def item(canon, letter):
    return next(i for i in canon.items if i.slug == letter)


def mark(canon, letter, status, day=MARCH[0]):
    started, finished = (None, day) if status == "read" else (day, None)
    canon.states[item(canon, letter).pk] = MarkState(status, started, finished)


def build(canon, letter, bases):
    canon.builds_on[item(canon, letter).pk] = [item(canon, base).pk for base in bases]


def syllabus(canon):
    items = {item.pk: item for item in canon.items}
    return Syllabus(items, canon.builds_on, canon.outline)


def suggested(canon, limit=3):
    found = what_next(syllabus(canon), canon.states, limit)
    return [(suggestion.item.slug, suggestion.reason) for suggestion in found]


def test_a_new_reader_begins_with_what_is_short(canon):
    item(canon, "c").effort = item(canon, "f").effort = Item.Effort.MINUTES
    assert suggested(canon) == [
        ("c", Reason.SHORT),
        ("f", Reason.SHORT),
        ("a", Reason.CANON),
    ]


def test_where_no_reason_holds_the_canon_s_own_order_does(canon):
    assert suggested(canon) == [("a", Reason.CANON), ("b", Reason.CANON), ("c", Reason.CANON)]


def test_each_reason_speaks_once_in_its_order_before_any_speaks_again(canon):
    for letter in "bdgh":
        item(canon, letter).effort = Item.Effort.MINUTES
    mark(canon, "a", "read")
    build(canon, "e", "a")
    build(canon, "f", "a")
    assert suggested(canon, limit=8) == [
        ("e", Reason.FOUNDATION),
        ("b", Reason.SECTION),
        ("d", Reason.SHORT),
        ("f", Reason.FOUNDATION),
        ("g", Reason.SHORT),
        ("h", Reason.SHORT),
        ("c", Reason.CANON),
    ]


def test_an_item_is_suggested_once_for_its_first_reason(canon):
    item(canon, "b").effort = Item.Effort.MINUTES
    mark(canon, "a", "read")
    build(canon, "b", "a")
    assert suggested(canon)[0] == ("b", Reason.FOUNDATION)
    assert [letter for letter, _ in suggested(canon)].count("b") == 1


def test_all_that_an_item_builds_on_has_to_be_finished(canon):
    mark(canon, "a", "read")
    mark(canon, "b", "reading")
    build(canon, "e", "ab")
    assert ("e", Reason.FOUNDATION) not in suggested(canon, limit=8)
    mark(canon, "b", "read")
    assert ("e", Reason.FOUNDATION) in suggested(canon)


def test_what_builds_on_something_skipped_is_not_called_founded_but_is_not_held_back(canon):
    item(canon, "e").effort = Item.Effort.MINUTES
    mark(canon, "a", "skipped")
    build(canon, "e", "a")
    assert suggested(canon)[0] == ("e", Reason.SHORT)


def test_what_builds_on_something_unread_is_held_back(canon):
    item(canon, "e").effort = Item.Effort.MINUTES
    build(canon, "e", "a")
    assert ("e", Reason.SHORT) not in suggested(canon, limit=8)


def test_a_retired_base_holds_nothing_back(canon):
    item(canon, "a").state = Item.State.RETIRED
    item(canon, "e").effort = Item.Effort.MINUTES
    build(canon, "e", "a")
    assert suggested(canon)[0] == ("e", Reason.SHORT)
    mark(canon, "a", "read")
    assert suggested(canon)[0] == ("e", Reason.FOUNDATION)


def test_what_was_finished_last_leads_on_first(canon):
    mark(canon, "a", "read", MARCH[9])
    mark(canon, "b", "read", MARCH[4])
    build(canon, "e", "b")
    build(canon, "f", "a")
    assert suggested(canon)[0] == ("f", Reason.FOUNDATION)


def test_the_sentence_names_what_was_finished(canon):
    mark(canon, "a", "read", MARCH[9])
    mark(canon, "b", "read", MARCH[4])
    build(canon, "e", "ab")
    first = what_next(syllabus(canon), canon.states)[0]
    assert first.sentence == "You finished what it builds on: “a”."


def test_of_two_sections_read_in_on_one_day_the_later_one_goes_on_first(canon):
    mark(canon, "a", "read", MARCH[1])
    mark(canon, "e", "read", MARCH[1])
    assert suggested(canon)[:2] == [("f", Reason.SECTION), ("b", Reason.SECTION)]


def test_the_section_read_in_last_goes_on_first(canon):
    mark(canon, "a", "read", MARCH[1])
    mark(canon, "e", "reading", MARCH[8])
    found = what_next(syllabus(canon), canon.states)
    assert [f.sentence for f in found[:2]] == [
        "Next in this section: two.",
        "Next in this section: one.",
    ]
    assert [f.item.slug for f in found[:2]] == ["f", "b"]


def test_next_in_a_section_is_what_follows_the_last_item_touched(canon):
    mark(canon, "a", "read")
    mark(canon, "c", "read")
    assert suggested(canon)[0] == ("d", Reason.SECTION)


def test_a_mark_without_a_day_counts_as_the_oldest(canon):
    mark(canon, "a", "read", None)
    mark(canon, "e", "read", MARCH[0])
    assert [letter for letter, _ in suggested(canon)][:2] == ["f", "b"]


@pytest.mark.parametrize("status", ["queued", "reading", "read", "skipped"])
def test_what_is_marked_is_not_suggested(canon, status):
    mark(canon, "a", status)
    assert "a" not in [letter for letter, _ in suggested(canon, limit=8)]


@pytest.mark.parametrize("state", [Item.State.DRAFT, Item.State.RETIRED])
def test_what_is_not_published_is_not_suggested(canon, state):
    item(canon, "a").state = state
    assert "a" not in [letter for letter, _ in suggested(canon, limit=8)]


def test_at_the_end_nothing_is_suggested(canon):
    for letter in "abcdefgh":
        mark(canon, letter, "read")
    assert suggested(canon) == []
