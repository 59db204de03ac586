"""Streaks run by the reader's own days and by ISO weeks, whatever the clock."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from canon.models import Item
from canon.my_reading import MyReading
from canon.progress import activity, day_streak, finishes, week_of, week_streak
from tests.readers import make_reader

DAY = datetime.timedelta(days=1)
date = datetime.date


def days_back(last, count):
    return [last - number * DAY for number in range(count)]


@pytest.mark.parametrize(
    ("days", "today", "current", "longest", "is_open"),
    [
        ([], date(2026, 5, 5), 0, 0, True),
        ([date(2026, 5, 5)], date(2026, 5, 5), 1, 1, False),
        (days_back(date(2026, 5, 4), 3), date(2026, 5, 5), 3, 3, True),
        (days_back(date(2026, 5, 3), 3), date(2026, 5, 5), 0, 3, True),
        ([date(2026, 5, 1), *days_back(date(2026, 5, 5), 2)], date(2026, 5, 5), 2, 2, False),
    ],
)
def test_today_still_open_does_not_break_the_run_of_days(days, today, current, longest, is_open):
    streak = day_streak(days, today)
    assert (streak.current, streak.longest, streak.is_open) == (current, longest, is_open)


@pytest.mark.parametrize(
    ("today", "count"),
    [
        (date(2027, 1, 2), 5),  # the end of a year
        (date(2028, 3, 1), 3),  # 29 February between
        (date(2027, 3, 1), 3),  # none in this year
        (date(2026, 3, 30), 4),  # clocks go forward in Europe
        (date(2026, 11, 2), 4),  # clocks go back in America
    ],
)
def test_no_seam_of_the_calendar_breaks_a_run(today, count):
    assert day_streak(days_back(today, count), today).current == count


def test_a_leap_day_left_out_breaks_a_run():
    days = [date(2028, 2, 27), date(2028, 2, 28), date(2028, 3, 1)]
    assert day_streak(days, date(2028, 3, 1)).current == 1


def test_this_week_still_open_does_not_break_the_run_of_weeks():
    days = [date(2026, 5, 1), date(2026, 5, 5)]  # a Friday, and the Tuesday after
    assert week_streak(days, date(2026, 5, 10)).current == 2
    assert week_streak(days, date(2026, 5, 17)).current == 2
    assert week_streak(days, date(2026, 5, 17)).is_open
    assert week_streak(days, date(2026, 5, 18)).current == 0


def test_a_week_begins_on_monday():
    sunday = date(2026, 5, 10)
    assert week_of(sunday) == week_of(sunday - 6 * DAY)
    assert week_of(sunday + DAY) == week_of(sunday) + 1


@pytest.mark.parametrize("year", [2020, 2021, 2026, 2027, 2032, 2033])
def test_weeks_are_those_of_iso_8601_over_every_end_of_a_year(year):
    days = [date(year, 12, 20) + number * DAY for number in range(30)]
    for first in days:
        for second in days:
            is_same = first.isocalendar()[:2] == second.isocalendar()[:2]
            assert (week_of(first) == week_of(second)) == is_same


def test_a_reader_who_flew_west_keeps_the_run_that_reaches_ahead_of_their_day():
    days = days_back(date(2026, 5, 12), 3)
    assert day_streak(days, date(2026, 5, 11)).current == 3
    assert not day_streak(days, date(2026, 5, 11)).is_open


# The same with a clock that stands still, and readers in three time zones.


@pytest.fixture
def clock(monkeypatch):
    """Set the time in UTC: clock(2026, 12, 31, 15, 59)."""

    def set_to(*moment):
        now = datetime.datetime(*moment, tzinfo=datetime.UTC)
        monkeypatch.setattr(timezone, "now", lambda: now)

    return set_to


def read_one(reader):
    """Mark one more item as read; return the day it counts for."""
    item = Item.objects.published().exclude(marks__user=reader).first()
    item.mark(reader, "read")
    return reader.marks.get(item=item).finished_on


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("zone", "before", "after", "days"),
    [
        # The end of a year.
        (
            "Asia/Shanghai",
            (2026, 12, 31, 15, 59),
            (2026, 12, 31, 16, 0),
            (date(2026, 12, 31), date(2027, 1, 1)),
        ),
        (
            "America/Los_Angeles",
            (2027, 1, 1, 7, 59),
            (2027, 1, 1, 8, 0),
            (date(2026, 12, 31), date(2027, 1, 1)),
        ),
        # The night in which clocks went forward, and the one after: a day of 23 hours.
        (
            "Europe/Lisbon",
            (2026, 3, 29, 0, 0),
            (2026, 3, 29, 23, 0),
            (date(2026, 3, 29), date(2026, 3, 30)),
        ),
        # The night in which clocks go back: a day of 25 hours.
        (
            "America/Los_Angeles",
            (2026, 11, 1, 7, 0),
            (2026, 11, 2, 8, 0),
            (date(2026, 11, 1), date(2026, 11, 2)),
        ),
        # Into and out of a leap day.
        (
            "Asia/Shanghai",
            (2028, 2, 28, 16, 0),
            (2028, 2, 29, 16, 0),
            (date(2028, 2, 29), date(2028, 3, 1)),
        ),
    ],
)
def test_the_day_turns_at_the_reader_s_midnight(clock, zone, before, after, days):
    reader = make_reader(time_zone=zone)
    clock(*before)
    assert read_one(reader) == days[0]
    assert MyReading(reader).days.current == 1
    clock(*after)
    assert MyReading(reader).days.is_open
    assert MyReading(reader).days.current == 1
    assert read_one(reader) == days[1]
    assert MyReading(reader).days.current == 2


@pytest.mark.django_db
def test_one_moment_is_another_day_for_readers_elsewhere(clock):
    clock(2026, 12, 31, 12, 0)
    zones = ("Pacific/Kiritimati", "UTC", "Etc/GMT+12")
    readers = [make_reader(f"{n}@example.org", time_zone=zone) for n, zone in enumerate(zones)]
    assert [read_one(reader) for reader in readers] == [
        date(2027, 1, 1),
        date(2026, 12, 31),
        date(2026, 12, 31),
    ]
    clock(2026, 12, 31, 11, 59)
    assert readers[2].today() == date(2026, 12, 30)


@pytest.mark.django_db
def test_an_hour_that_comes_twice_is_one_day(clock):
    reader = make_reader(time_zone="America/Los_Angeles")
    clock(2026, 11, 1, 8, 30)  # 1:30, summer time
    read_one(reader)
    clock(2026, 11, 1, 9, 30)  # 1:30 again
    read_one(reader)
    moment = datetime.datetime(2026, 11, 1, 9, 30, tzinfo=datetime.UTC)
    assert moment.astimezone(ZoneInfo("America/Los_Angeles")).hour == 1
    assert finishes(MyReading(reader).states) == [date(2026, 11, 1)] * 2
    assert MyReading(reader).days.current == 1


@pytest.mark.django_db
def test_a_run_of_weeks_goes_on_over_the_end_of_a_year(clock):
    reader = make_reader(time_zone="Asia/Shanghai")
    clock(2026, 12, 27, 15, 59)  # the last minute of Sunday in Shanghai
    read_one(reader)
    clock(2026, 12, 27, 16, 0)  # Monday of the week that ends in January
    assert MyReading(reader).weeks.is_open
    clock(2027, 1, 3, 15, 59)
    read_one(reader)
    assert MyReading(reader).weeks.current == 2
    clock(2027, 1, 10, 15, 59)
    assert MyReading(reader).weeks.current == 2
    clock(2027, 1, 10, 16, 0)
    assert MyReading(reader).weeks.current == 0


@pytest.mark.django_db
def test_taking_a_mark_back_takes_its_activity_back():
    reader = make_reader()
    item = Item.objects.get(slug="gpt-3")
    item.mark(reader, "reading")
    item.mark(reader, "read")
    assert activity(MyReading(reader).states) == {reader.today(): 1}
    item.mark(reader, "")
    assert activity(MyReading(reader).states) == {}
