"""Progress: what a reader's marks add up to.

How many items stand where is told by `canon.tally`. Everything here is a function of what it is
given: items in canon order, the states of a reader's marks by item, and the day it is for the
reader. Nothing asks the database or the clock.

An activity is an item started or finished on a day, as the marks say it: whoever corrects a date
corrects the streak with it, and whoever undoes a mark has not been active.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import chain, groupby
from math import ceil

from django.utils.translation import gettext as _

from canon.models import UNREAD, Item, MarkState, Section, Status
from canon.outline import Outline

# The states of a reader's marks by item id; what has no mark is not in it.
States = Mapping[int, MarkState]

DONE = frozenset({Status.READ, Status.SKIPPED})
ACTIVE = frozenset({Status.READING, Status.READ})
NOTHING: frozenset[int] = frozenset()
DAY = datetime.timedelta(days=1)
# How far back the reader's own pace is taken from.
PACE_WEEKS = 4
# A forecast that lies further ahead than this helps nobody.
FORESIGHT = datetime.timedelta(days=50 * 365)


# Totals


def count_retired(items: Iterable[Item], states: States) -> int:
    """Count what the reader marked and the canon no longer lists: it leaves the total.

    A retired item concerns a reader who marked it, and nobody else.
    """
    return sum(item.state != Item.State.PUBLISHED and item.id in states for item in items)


# What next


class Reason(StrEnum):
    """Why an item is suggested, in the order in which suggestions are made."""

    # At least one item it builds on is read, and every other one is read, too, or retired.
    FOUNDATION = "foundation"
    # It follows what the reader last started or finished in its section.
    SECTION = "section"
    # Its effort is minutes.
    SHORT = "short"
    # Nothing better is left: it is the next one of the canon.
    CANON = "canon"


@dataclass(frozen=True)
class Suggestion:
    """An item to read next, and why."""

    item: Item
    reason: Reason
    # What the reader finished last of all that the item builds on.
    finished: Item | None = None
    section: Section | None = None

    @property
    def sentence(self) -> str:
        """The reason in words."""
        if self.reason == Reason.FOUNDATION:
            return _("You finished what it builds on: “%(title)s”.") % {"title": self.finished}
        if self.reason == Reason.SECTION:
            return _("Next in this section: %(section)s.") % {"section": self.section}
        if self.reason == Reason.SHORT:
            return _("Short: fits twenty minutes.")
        return _("Next in the canon.")


@dataclass(frozen=True)
class Syllabus:
    """What there is to read, and what builds on what."""

    # In canon order, by the item's id, retired ones among them.
    items: Mapping[int, Item]
    # The ids of what each item builds on, by its id.
    builds_on: Mapping[int, Collection[int]]
    outline: Outline

    @cached_property
    def published(self) -> list[Item]:
        """The items that are on the list, in canon order."""
        return [item for item in self.items.values() if item.state == Item.State.PUBLISHED]

    @cached_property
    def needs(self) -> dict[int, frozenset[int]]:
        """The ids of what each item builds on, by its id, but for what is not on the list."""
        listed = frozenset(item.id for item in self.published)
        return {pk: listed.intersection(bases) for pk, bases in self.builds_on.items()}

    @cached_property
    def by_section(self) -> dict[int, list[Item]]:
        """The items that stand right in each section, by its id."""
        found: dict[int, list[Item]] = {}
        for item in self.items.values():
            found.setdefault(item.section_id, []).append(item)
        return found


def what_next(syllabus: Syllabus, states: States, limit: int = 3) -> list[Suggestion]:
    """Suggest up to `limit` published items that the reader has not marked.

    The reasons are asked in turn, foundation, section, short, and each gives one suggestion
    before the first is asked again, so that three suggestions show three sides of the canon as
    long as there are such. None of them suggests an item that builds on something unread. When
    they are exhausted, the canon's own order fills what is left. Within one reason:

    - foundation: what was finished last comes first, then canon order;
    - section: the section last active in comes first, one item from each;
    - short: canon order.
    """
    unmarked = [item for item in syllabus.published if item.id not in states]
    if not unmarked:
        return []
    # What is skipped holds nothing up, and neither does what is no longer on the list.
    done = {pk for pk, state in states.items() if state.status in DONE}
    ready = [item for item in unmarked if syllabus.needs.get(item.id, NOTHING) <= done]
    ways = [
        founded(ready, syllabus, states),
        following(ready, syllabus, states),
        (Suggestion(i, Reason.SHORT) for i in ready if i.effort == Item.Effort.MINUTES),
    ]
    chosen: dict[int, Suggestion] = {}
    rest = (Suggestion(item, Reason.CANON) for item in unmarked)
    for suggestion in chain(in_turn(ways, chosen), rest):
        if len(chosen) == limit:
            break
        chosen.setdefault(suggestion.item.id, suggestion)
    return list(chosen.values())


def in_turn(ways: list[Iterator[Suggestion]], chosen: Collection[int]) -> Iterator[Suggestion]:
    """Yield one suggestion of each of `ways` after the other, passing over what is `chosen`."""
    while ways:
        for way in list(ways):
            fresh = next((found for found in way if found.item.id not in chosen), None)
            if fresh:
                yield fresh
            else:
                ways.remove(way)


def founded(ready: Iterable[Item], syllabus: Syllabus, states: States) -> Iterator[Suggestion]:
    """Yield the items all of whose bases are finished, the latest finished first."""
    builds_on, known = syllabus.builds_on, syllabus.items
    found: list[tuple[datetime.date, Suggestion]] = []
    for item in ready:
        if item.id not in builds_on:
            continue
        bases = [known[pk] for pk in builds_on[item.id] if pk in known]
        read = [base for base in bases if states.get(base.id, UNREAD).status == Status.READ]
        skipped = [base for base in bases if states.get(base.id, UNREAD).status == Status.SKIPPED]
        if read and not skipped:
            last = max(read, key=lambda base: last_active(states[base.id]))
            reason = Suggestion(item, Reason.FOUNDATION, finished=last)
            found.append((last_active(states[last.id]), reason))
    found.sort(key=lambda pair: pair[0], reverse=True)
    return (suggestion for _day, suggestion in found)


def following(ready: Iterable[Item], syllabus: Syllabus, states: States) -> Iterator[Suggestion]:
    """Yield for each section active in, the latest first, the item after the last one touched."""
    order = {section: place for place, section in enumerate(syllabus.by_section)}
    found: list[tuple[datetime.date, int, Item]] = []
    for section, waiting in groupby(ready, key=lambda item: item.section_id):
        active = [item for item in syllabus.by_section[section] if is_active(item, states)]
        after = [item for item in waiting if active and item.position > active[-1].position]
        if after:
            day = max(last_active(states[item.id]) for item in active)
            found.append((day, order[section], after[0]))
    for _day, _place, item in sorted(found, key=lambda one: one[:2], reverse=True):
        heading = syllabus.outline.by_id[item.section_id].section
        yield Suggestion(item, Reason.SECTION, section=heading)


def is_active(item: Item, states: States) -> bool:
    """Tell whether the reader has begun or finished `item`."""
    return states.get(item.id, UNREAD).status in ACTIVE


def last_active(state: MarkState) -> datetime.date:
    """Return the last day that `state` tells of; one before all others if it tells none."""
    return state.finished_on or state.started_on or datetime.date.min


# Activity and streaks


def activity(states: States) -> Counter[datetime.date]:
    """Return how many items were started or finished on each day, each item once a day."""
    return Counter(
        day
        for state in states.values()
        for day in {state.started_on, state.finished_on}
        if day is not None
    )


def finishes(states: States) -> list[datetime.date]:
    """Return the day of each finish that has one, from the first."""
    return sorted(state.finished_on for state in states.values() if state.finished_on)


def week_of(day: datetime.date) -> int:
    """Return the number of the ISO week that `day` lies in, counted without end.

    Weeks begin on Monday, as 1 January of year 1 did, and run on over the end of a year.
    """
    return (day.toordinal() - 1) // 7


@dataclass(frozen=True)
class Streak:
    """A run of days, or of weeks, without a gap."""

    current: int
    longest: int
    # The present day or week has nothing yet: it may still go on.
    is_open: bool


def day_streak(days: Iterable[datetime.date], today: datetime.date) -> Streak:
    """Return the run of active days up to `today`; today still open does not break it."""
    return streak({day.toordinal() for day in days}, today.toordinal())


def week_streak(days: Iterable[datetime.date], today: datetime.date) -> Streak:
    """Return the run of ISO weeks with an active day; this week still open does not break it."""
    return streak({week_of(day) for day in days}, week_of(today))


def streak(active: set[int], now: int) -> Streak:
    """Return the run in `active` that reaches `now` or the number before it, and the longest one.

    A reader who flies west finds days ahead of their today: they count as much as today.
    """
    runs: dict[int, int] = {}
    for number in sorted(active):
        runs[number] = runs.get(number - 1, 0) + 1
    last = max(active, default=now - 2)
    current = runs[last] if last >= now - 1 else 0
    return Streak(current, max(runs.values(), default=0), is_open=last < now)


# Goal and forecast


def recent_pace(states: States, today: datetime.date) -> Fraction:
    """Return how many items a week the reader finished in the last `PACE_WEEKS` weeks."""
    since = today - PACE_WEEKS * 7 * DAY
    return Fraction(sum(since < day <= today for day in finishes(states)), PACE_WEEKS)


def forecast(
    remaining: int, per_week: Fraction | int, today: datetime.date
) -> datetime.date | None:
    """Return the day on which `remaining` items are finished at `per_week`.

    None where nothing remains, where nothing gets done, or where it is too far ahead to say.
    """
    if remaining <= 0 or per_week <= 0:
        return None
    ahead = ceil(Fraction(7 * remaining) / per_week)
    return today + ahead * DAY if ahead <= FORESIGHT.days else None
