"""What a reader's marks add up to: totals that leave things out, the pace, and the forecast."""

import datetime
from fractions import Fraction

import pytest

from canon.editions import current_edition
from canon.models import Item, MarkState
from canon.progress import activity, count_retired, finishes, forecast, recent_pace
from canon.tally import count_marked, tally, tally_by_section
from tests.readers import make_reader

date = datetime.date
TODAY = date(2026, 3, 2)


def state(status="read", started=None, finished=None):
    return MarkState(status, started, finished)


def test_skipped_items_leave_the_total():
    items = [Item(pk=number, state=Item.State.PUBLISHED) for number in range(5)]
    counts = tally(items, {0: state("read"), 1: state("skipped"), 2: state("reading")})
    assert (counts.read, counts.reading, counts.skipped, counts.total) == (1, 1, 1, 4)


def test_retired_items_are_counted_only_where_the_reader_marked_them():
    states = [Item.State.RETIRED, Item.State.RETIRED, Item.State.PUBLISHED, Item.State.DRAFT]
    items = [Item(pk=number, state=s) for number, s in enumerate(states)]
    assert count_retired(items, {0: state("read"), 2: state("read"), 3: state("queued")}) == 2


@pytest.mark.django_db
def test_a_section_counts_what_stands_below_it():
    reader = make_reader()
    Item.objects.get(slug="gpt-3").mark(reader, "read")
    states = {mark.item_id: mark.state for mark in reader.marks.all()}
    edition = current_edition()
    marked = count_marked(edition, states)
    rows = {h.section.slug: t for h, t in tally_by_section(edition, marked)}
    assert [rows[slug].read for slug in ("landmarks", "llm", "llm-new-models", "market")] == [
        1,
        1,
        1,
        0,
    ]
    assert rows["landmarks"].total > rows["llm"].total > rows["llm-new-models"].total


def test_an_item_begun_and_finished_on_one_day_is_one_activity():
    day = TODAY
    states = {
        1: state(started=day, finished=day),
        2: state(started=day, finished=day + datetime.timedelta(days=1)),
        3: state("reading", started=day),
        4: state("queued"),
        5: state("read"),
    }
    assert activity(states) == {day: 3, day + datetime.timedelta(days=1): 1}
    assert finishes(states) == [day, day + datetime.timedelta(days=1)]


@pytest.mark.parametrize(
    ("remaining", "per_week", "day"),
    [
        (3, 3, date(2026, 3, 9)),
        (4, 3, date(2026, 3, 12)),  # nine and a third days, rounded up
        (1, 7, date(2026, 3, 3)),
        (96, 1, date(2028, 1, 3)),  # over a leap year's doorstep
        (2, Fraction(1, 4), date(2026, 4, 27)),
        (0, 3, None),
        (5, 0, None),
        (10**9, 1, None),
    ],
)
def test_the_forecast_is_plain(remaining, per_week, day):
    assert forecast(remaining, per_week, TODAY) == day


def test_a_forecast_lands_on_a_leap_day():
    assert forecast(1, 1, date(2028, 2, 22)) == date(2028, 2, 29)


def test_the_pace_is_that_of_the_last_four_weeks():
    days = [date(2026, 2, 2), date(2026, 2, 3), date(2026, 3, 2), None]
    states = {number: state(finished=day) for number, day in enumerate(days)}
    assert recent_pace(states, TODAY) == Fraction(2, 4)
    assert recent_pace({}, TODAY) == 0
