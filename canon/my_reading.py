"""My reading as data: everything the page shows of one reader."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils import timezone

from canon import progress
from canon.charts import HeatMap, Line
from canon.editions import current_edition
from canon.models import Item, MarkState, Status, Suggestion
from canon.news import News, Replacement, news, replacement_of
from canon.readers import Member
from canon.standing import standing_of
from canon.tally import Tally


@dataclass(frozen=True)
class Entry:
    """An item the reader marked, in a list of theirs."""

    item: Item
    state: MarkState
    # Of a retired item: what stands in its place.
    replacement: Replacement | None = None


@dataclass(frozen=True)
class Forecast:
    """At so many items a week, the reader is through on this day; None if that cannot be said."""

    per_week: int | float
    day: datetime.date | None


class MyReading:
    """What one reader has read, is reading, and could read next."""

    def __init__(self, user: Any) -> None:
        """Read the canon and what `user` made of it: three queries, however many the rows."""
        self.user = user
        self.today: datetime.date = user.today()
        # Taken first: what is added while this is read will be news once more, not lost.
        self.seen_until = timezone.now()
        reader = Member(user)
        self.states = reader.marks
        self.edition = current_edition()
        drafts = self.states.keys() - self.edition.by_id.keys()
        known = Q(state=Item.State.RETIRED) | Q(state=Item.State.DRAFT, pk__in=drafts)
        others = list(Item.objects.filter(known).defer("search_text"))
        published = self.edition.items
        self.items = self.edition.sorted([*published, *others]) if others else published
        self.by_id = {item.id: item for item in self.items} if others else self.edition.by_id
        self.standing = standing_of(reader, self.edition)

    # Where the reader stands

    @property
    def total(self) -> Tally:
        """The counts of the whole canon."""
        return self.standing.total

    @property
    def remaining(self) -> int:
        """How many items are left to finish."""
        return self.total.total - self.total.read

    @cached_property
    def retired(self) -> int:
        """How many items the reader marked that are no longer on the list."""
        return progress.count_retired(self.items, self.states)

    # The lists

    def entries(self, status: str) -> list[Entry]:
        """Return the items of this status, in canon order, retired ones with what replaces them."""
        wanted = {pk for pk, state in self.states.items() if state.status == status}
        return [
            Entry(item, self.states[item.id], replacement_of(item, self.by_id, self.states))
            for item in self.items
            if item.id in wanted
        ]

    @cached_property
    def under_way(self) -> list[Entry]:
        """What the reader is reading, the latest begun first."""
        entries = self.entries(Status.READING)
        started = {entry: entry.state.started_on or datetime.date.min for entry in entries}
        return sorted(entries, key=lambda entry: started[entry], reverse=True)

    @cached_property
    def queue(self) -> list[Entry]:
        """What the reader has queued, in their order."""
        order = {pk: number for number, pk in enumerate(self.states)}
        return sorted(
            self.entries(Status.QUEUED),
            key=lambda entry: (entry.state.queue_position or 0, order[entry.item.pk]),
        )

    def place_in_queue(self, item: Item) -> int | None:
        """Return the place of `item` in the queue, from 1; None if it is not in it."""
        places = {entry.item.pk: place for place, entry in enumerate(self.queue, start=1)}
        return places.get(item.pk)

    @cached_property
    def suggestions(self) -> list[progress.Suggestion]:
        """Three items to read next, each with its reason."""
        syllabus = self.edition.syllabus
        if self.by_id is not self.edition.by_id:
            syllabus = replace(syllabus, items=self.by_id)
        return progress.what_next(syllabus, self.states)

    @cached_property
    def news(self) -> News:
        """What became of the canon since the reader last looked."""
        return news(self.items, self.states, self.user.news_seen_at)

    # What the reader would have curators do

    @cached_property
    def suggested(self) -> list[Suggestion]:
        """What the reader suggested and reported, the newest first."""
        return list(self.user.suggestions.select_related("item"))

    @property
    def answered(self) -> list[Suggestion]:
        """What was answered since the reader last looked at the news."""
        since = self.user.news_seen_at
        return [one for one in self.suggested if one.answered_at and one.answered_at > since]

    # The year

    @cached_property
    def heat_map(self) -> HeatMap:
        """The days of a year, by what was started or finished on them."""
        return HeatMap(progress.activity(self.states), self.today)

    @cached_property
    def line(self) -> Line:
        """What was finished, over time."""
        days = progress.finishes(self.states)
        read = sum(state.status == Status.READ for state in self.states.values())
        return Line(days, self.today, undated=read - len(days))

    @cached_property
    def days(self) -> progress.Streak:
        """The run of days."""
        return progress.day_streak(progress.activity(self.states), self.today)

    @cached_property
    def weeks(self) -> progress.Streak:
        """The run of weeks."""
        return progress.week_streak(progress.activity(self.states), self.today)

    # Goal and forecast

    @property
    def goal_forecast(self) -> Forecast | None:
        """When the reader is through if they keep to their goal, None without one."""
        goal = self.user.weekly_goal
        return self.forecast(Fraction(goal)) if goal else None

    @property
    def pace_forecast(self) -> Forecast | None:
        """When the reader is through at the pace of late, None if they finished nothing of late."""
        pace = progress.recent_pace(self.states, self.today)
        return self.forecast(pace) if pace else None

    def forecast(self, per_week: Fraction) -> Forecast:
        """Return when the reader is through at `per_week` items a week."""
        shown = int(per_week) if per_week.denominator == 1 else float(per_week)
        return Forecast(shown, progress.forecast(self.remaining, per_week, self.today))
