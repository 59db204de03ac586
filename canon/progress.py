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
from itertools import chain
from math import ceil

from django.utils.translation import gettext as _

from canon.models import Item, MarkState, Section, Status
from canon.outline import Outline

# The states of a reader's marks by item id; what has no mark is not in it.
States = Mapping[int, MarkState]

UNREAD = MarkState()
DONE = frozenset({Status.READ, Status.SKIPPED})
DAY = datetime.timedelta(days=1)
# How far back the reader's own pace is taken from.
PACE_WEEKS = 4
# A forecast that lies further ahead than this helps nobody.
FORESIGHT = datetime.timedelta(days=50 * 365)


# Totals


def is_open(item: Item, states: States) -> bool:
    """Tell whether `item` is on the list and the reader has not marked it."""
    return item.id not in states and item.state == Item.State.PUBLISHED


def is_left(item: Item, states: States) -> bool:
    """Tell whether `item` is on the list and still to be read by this reader."""
    state = states.get(item.id)
    is_done = state is not None and state.status in DONE
    return not is_done and item.state == Item.State.PUBLISHED


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


def what_next(
    items: Iterable[Item],
    states: States,
    builds_on: Mapping[int, Collection[int]],
    outline: Outline,
    limit: int = 3,
) -> list[Suggestion]:
    """Suggest up to `limit` published items that the reader has not marked.

    `items` stand in canon order; `builds_on` gives, by item, the ids of those it builds on.

    The reasons are asked in turn, foundation, section, short, and each gives one suggestion
    before the first is asked again, so that three suggestions show three sides of the canon as
    long as there are such. None of them suggests an item that builds on something unread. When
    they are exhausted, the canon's own order fills what is left. Within one reason:

    - foundation: what was finished last comes first, then canon order;
    - section: the section last active in comes first, one item from each;
    - short: canon order.
    """
    everything = list(items)
    known = {item.id: item for item in everything}
    unmarked = [item for item in everything if is_open(item, states)]
    if not unmarked:
        return []
    # Skipping what an item builds on settles it, too.
    left = {item.id for item in everything if is_left(item, states)}
    ready = [item for item in unmarked if left.isdisjoint(builds_on.get(item.id, ()))]
    ways = [
        founded(ready, states, builds_on, known),
        following(ready, everything, states, outline),
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


def founded(
    ready: Iterable[Item],
    states: States,
    builds_on: Mapping[int, Collection[int]],
    known: Mapping[int, Item],
) -> Iterator[Suggestion]:
    """Yield the items all of whose bases are finished, the latest finished first."""
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


def following(
    ready: Iterable[Item], items: Iterable[Item], states: States, outline: Outline
) -> Iterator[Suggestion]:
    """Yield for each section active in, the latest first, the item after the last one touched."""
    active: dict[int, tuple[datetime.date, int]] = {}
    touched: dict[int, int] = {}
    for place, item in enumerate(items):
        state = states.get(item.id, UNREAD)
        if state.status in {Status.READING, Status.READ}:
            before = active.get(item.section_id, (datetime.date.min, -1))
            active[item.section_id] = max(before, (last_active(state), place))
            touched[item.section_id] = item.position
    following_in: dict[int, Item] = {}
    for item in ready:
        if item.position > touched.get(item.section_id, item.position):
            following_in.setdefault(item.section_id, item)
    for section in sorted(following_in, key=lambda section: active[section], reverse=True):
        heading = outline.by_id[section].section
        yield Suggestion(following_in[section], Reason.SECTION, section=heading)


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
