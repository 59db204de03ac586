"""A recent day is said as people say it, with the exact one on hover."""

import datetime

import pytest
from django.utils import timezone, translation

from canon.days import day, relative

TODAY = datetime.date(2026, 3, 23)


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [
        (TODAY, "today", "今天"),
        (datetime.date(2026, 3, 22), "yesterday", "昨天"),
        (datetime.date(2026, 3, 17), "6 days ago", "6 天前"),
        (datetime.date(2026, 3, 16), "16 March", "3 月 16 日"),
        (datetime.date(2025, 12, 31), "31 December 2025", "2025 年 12 月 31 日"),
        (datetime.date(2026, 3, 24), "24 March", "3 月 24 日"),
    ],
)
def test_how_long_ago_a_day_was(date, english, chinese):
    assert relative(date, TODAY) == english
    with translation.override("zh-hans"):
        assert relative(date, TODAY) == chinese


def test_the_exact_day_is_there_on_hover():
    today = timezone.localdate()
    with translation.override("en"):
        shown = day(today)
    assert f'datetime="{today.isoformat()}"' in shown
    assert str(today.year) in shown
    assert ">today</time>" in shown
