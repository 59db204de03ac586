"""Charts: where the marks of two drawings go, in the units of their SVG.

Pure geometry: the templates draw, and say everything in words.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from canon.shelf import Spine

DAY = datetime.timedelta(days=1)
WEEKS = 53


@dataclass(frozen=True)
class Square:
    """One day of the heat map."""

    day: datetime.date
    count: int
    # How dark it is, from 0 for nothing to 4.
    level: int
    x: int
    y: int


@dataclass(frozen=True)
class Label:
    """A day whose month or weekday is written beside the drawing, and where."""

    day: datetime.date
    x: int
    y: int


def level_of(count: int) -> int:
    """Return how dark a day with `count` items is, from 0 to 4."""
    return sum(count >= bound for bound in (1, 2, 3, 5))


class HeatMap:
    """A year as a calendar: a column for each ISO week, Monday on top, today in the last one."""

    SIZE = 10
    STEP = 12
    # Room for the names of weekdays and months.
    LEFT = 40
    TOP = 18

    def __init__(self, counts: Mapping[datetime.date, int], today: datetime.date) -> None:
        """Set out the 53 weeks that end with that of `today`; days to come are not drawn."""
        self.today = today
        self.first = today - today.weekday() * DAY - (WEEKS - 1) * 7 * DAY
        self.counts = counts
        self.size = self.SIZE
        self.width = self.LEFT + WEEKS * self.STEP
        self.height = self.TOP + 7 * self.STEP

        # All weeks but the last are whole: they are one field of empty days, the last another.
        self.left, self.top, self.step = self.LEFT, self.TOP, self.STEP
        self.whole_weeks = (WEEKS - 1) * self.STEP
        self.last_week = self.LEFT + self.whole_weeks
        self.last_days = (today.weekday() + 1) * self.STEP

    def square(self, day: datetime.date) -> Square:
        """Return the square of `day`."""
        week, weekday = divmod((day - self.first).days, 7)
        count = self.counts.get(day, 0)
        x, y = self.LEFT + week * self.STEP, self.TOP + weekday * self.STEP
        return Square(day, count, level_of(count), x, y)

    @property
    def months(self) -> list[Label]:
        """The first day of each month, above its column; none so near the edge that it is cut."""
        month, firsts = self.first.replace(day=1), []
        while month <= self.today:
            if month >= self.first:
                firsts.append(Label(month, self.square(month).x, 12))
            month = (month + 31 * DAY).replace(day=1)
        return [label for label in firsts if label.x <= self.width - 2 * self.STEP]

    @property
    def weekdays(self) -> list[Label]:
        """Monday, Wednesday and Friday, beside their rows."""
        days = [(self.first + row * DAY, row) for row in (0, 2, 4)]
        return [Label(day, 0, self.TOP + row * self.STEP + 9) for day, row in days]

    @property
    def active(self) -> list[Square]:
        """The days with something on them, the latest first: the drawing as a table."""
        days = sorted((day for day in self.counts if self.first <= day <= self.today), reverse=True)
        return [self.square(day) for day in days if self.counts[day]]

    @property
    def total(self) -> int:
        """How much there is in all the squares."""
        return sum(square.count for square in self.active)


@dataclass(frozen=True)
class Point:
    """A day on which items were finished, and how many are finished by then."""

    day: datetime.date
    count: int
    total: int
    x: int
    y: int


@dataclass(frozen=True)
class Month:
    """A month of the table beside the line; `day` is its first."""

    day: datetime.date
    count: int
    total: int


class Line:
    """Items finished over time: a line that steps up on each day something was finished."""

    WIDTH = 676
    HEIGHT = 160
    # Room for the figures at the right and the days below.
    RIGHT = 36
    TOP = 10
    BOTTOM = 22
    # A first day alone would have no width.
    SHORTEST = 28 * DAY

    def __init__(
        self, days: Iterable[datetime.date], today: datetime.date, undated: int = 0
    ) -> None:
        """Set out the finishes on `days`, up to `today`, above `undated` ones without a day."""
        self.counts = Counter(days)
        self.undated = undated
        self.total = undated + sum(self.counts.values())
        self.last = max([today, *self.counts])
        self.first = min([self.last - self.SHORTEST, *self.counts])
        self.width, self.height = self.WIDTH, self.HEIGHT
        self.base = self.HEIGHT - self.BOTTOM
        self.end = self.WIDTH - self.RIGHT

    def x(self, day: datetime.date) -> int:
        """Return how far to the right `day` stands."""
        return round(self.end * (day - self.first) / (self.last - self.first))

    def y(self, total: int) -> int:
        """Return how far down `total` stands."""
        return self.base - round((self.base - self.TOP) * total / max(self.total, 1))

    @property
    def points(self) -> list[Point]:
        """A point for each day with a finish, from the first."""
        points, total = [], self.undated
        for day in sorted(self.counts):
            total += self.counts[day]
            points.append(Point(day, self.counts[day], total, self.x(day), self.y(total)))
        return points

    @property
    def path(self) -> str:
        """The line as the `d` of an SVG path: level until a day, then straight up."""
        steps = "".join(f"H{point.x}V{point.y}" for point in self.points)
        return f"M0 {self.y(self.undated)}{steps}H{self.end}"

    @property
    def area(self) -> str:
        """What lies below the line, as a closed path."""
        return f"{self.path}V{self.base}H0Z"

    @property
    def months(self) -> list[Month]:
        """The drawing as a table: each month with a finish, the latest first."""
        totals: dict[datetime.date, tuple[int, int]] = {}
        for point in self.points:
            month = point.day.replace(day=1)
            count = totals.get(month, (0, 0))[0]
            totals[month] = (count + point.count, point.total)
        return [Month(month, *pair) for month, pair in sorted(totals.items(), reverse=True)]


def spine_path(spines: Iterable[Spine]) -> str:
    """Return many spines of a shelf as the `d` of one SVG path, for a small drawing."""
    return "".join(f"M{s.x} {s.y}h{s.width}v{s.height}h-{s.width}z" for s in spines)
