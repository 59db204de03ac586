"""Where the squares of the calendar and the steps of the line stand."""

import datetime

import pytest

from canon.charts import HeatMap, Line, level_of

DAY = datetime.timedelta(days=1)
date = datetime.date


def squares_of(chart):
    """Return the square of every day that the calendar shows."""
    days = (chart.today - chart.first).days + 1
    return [chart.square(chart.first + number * DAY) for number in range(days)]


@pytest.mark.parametrize(
    "today",
    [
        date(2026, 11, 23),
        date(2026, 11, 29),
        date(2027, 1, 1),
        date(2028, 2, 29),
        date(2024, 12, 30),
    ],
)
def test_the_calendar_has_53_weeks_and_ends_today(today):
    squares = squares_of(HeatMap({}, today))
    assert squares[0].day.weekday() == 0
    assert squares[-1].day == today
    assert len({square.x for square in squares}) == 53
    assert [square.day for square in squares] == [
        squares[0].day + number * DAY for number in range(len(squares))
    ]


def test_each_column_is_a_week_and_each_row_a_weekday():
    squares = squares_of(HeatMap({}, date(2026, 11, 25)))
    assert len({(s.x, s.day.isocalendar()[:2]) for s in squares}) == 53
    assert len({(s.y, s.day.weekday()) for s in squares}) == 7
    assert len({(s.x, s.y) for s in squares}) == len(squares)


def test_everything_stands_within_the_drawing():
    chart = HeatMap({}, date(2026, 11, 29))
    assert all(s.x + chart.size <= chart.width for s in squares_of(chart))
    assert all(s.y + chart.size <= chart.height for s in squares_of(chart))
    assert all(0 <= label.x < chart.width - 12 for label in chart.months)


def test_the_empty_days_are_a_field_that_ends_with_today():
    today = date(2026, 11, 25)  # a Wednesday
    chart = HeatMap({}, today)
    last = squares_of(chart)[-1]
    assert chart.last_week == last.x
    assert chart.top + chart.last_days == last.y + chart.step
    assert chart.left + chart.whole_weeks == chart.last_week


def test_the_more_was_done_the_darker_a_day_is():
    assert [level_of(count) for count in (0, 1, 2, 3, 4, 5, 99)] == [0, 1, 2, 3, 3, 4, 4]


def test_a_leap_day_has_its_square():
    chart = HeatMap({date(2028, 2, 29): 2}, date(2028, 6, 1))
    assert [(square.day, square.count) for square in chart.active] == [(date(2028, 2, 29), 2)]


def test_the_table_tells_what_the_squares_do_and_no_more():
    today = date(2026, 11, 25)
    chart = HeatMap({today: 1, today - 400 * DAY: 5, today - 3 * DAY: 2}, today)
    assert [(s.day, s.count) for s in chart.active] == [(today, 1), (today - 3 * DAY, 2)]
    assert chart.total == 3


def test_months_stand_over_the_week_of_their_first_day():
    chart = HeatMap({}, date(2026, 11, 25))
    squares = {square.day: square for square in squares_of(chart)}
    assert all(label.day.day == 1 and label.x == squares[label.day].x for label in chart.months)
    assert len(chart.months) >= 11


def test_the_line_steps_up_from_the_first_finish_to_today():
    days = [date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 11)]
    line = Line(days, date(2026, 2, 20))
    assert [(p.day, p.count, p.total) for p in line.points] == [
        (date(2026, 1, 1), 2, 2),
        (date(2026, 1, 11), 1, 3),
    ]
    assert [p.x for p in line.points] == [0, 128]
    assert line.points[-1].y == line.TOP
    assert line.path == f"M0 {line.base}H0V{line.points[0].y}H128V{line.TOP}H{line.end}"


def test_finishes_without_a_day_count_from_the_beginning():
    line = Line([date(2026, 1, 1)], date(2026, 2, 20), undated=3)
    assert (line.total, line.points[0].total) == (4, 4)
    assert not line.path.startswith(f"M0 {line.base}H")


def test_a_first_finish_today_has_room():
    line = Line([date(2026, 3, 1)], date(2026, 3, 1))
    assert line.first == date(2026, 2, 1)
    assert line.points[0].x == line.end


def test_a_finish_ahead_of_today_stays_within_the_drawing():
    line = Line([date(2026, 3, 2)], date(2026, 3, 1))
    assert line.last == date(2026, 3, 2)
    assert line.points[0].x == line.end


def test_a_month_of_the_table_holds_its_finishes():
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31)]
    months = Line(days, date(2026, 2, 20)).months
    assert [(m.day, m.count, m.total) for m in months] == [
        (date(2026, 1, 1), 2, 3),
        (date(2025, 12, 1), 1, 1),
    ]
