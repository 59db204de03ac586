"""Single values of an uploaded file, of which nothing is known: checked, or refused with a reason.

Every function returns the value in our own types or raises UnusableError.
"""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from canon.models import MarkState, Status
from canon.models.notes import MAX_LENGTH, tidy

STATUSES = ("", *Status.values)  # spelt out once: Django makes the list anew at every look
MAX_WHOLE = 2_147_483_647  # what every database's integers hold
# PostgreSQL has no NUL; half a pair of surrogates is no character, though JSON can write it.
UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
# Spreadsheets rewrite 2026-03-04 as 2026/3/4; with the year first there is no doubt.
DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
# Somewhere it is tomorrow already.
EASTERNMOST = datetime.timezone(datetime.timedelta(hours=14))
# Between the machine that wrote a file and this one.
CLOCKS_DIFFER = datetime.timedelta(hours=1)


class UnusableError(ValueError):
    """A value cannot be used; the message is the reason, for the reader."""


def read_text(value: Any) -> str:
    """Return a text that every database takes."""
    if not isinstance(value, str):
        raise UnusableError(_("This should be a text."))
    if UNKEEPABLE.search(value):
        raise UnusableError(_("The text holds characters that cannot be kept."))
    return value


def read_note_text(value: Any) -> str:
    """Return the text of a note, with plain line ends; one longer than may be is refused."""
    text = tidy(read_text(value))
    if len(text) > MAX_LENGTH:
        raise UnusableError(
            _("The note has %(length)d characters; %(limit)d are the limit.")
            % {"length": len(text), "limit": MAX_LENGTH}
        )
    return text


def read_object(value: Any) -> dict[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise UnusableError(_("This should be an object with names and values."))
    return value


def read_whole(value: Any) -> int:
    """Return a whole number from 1 on."""
    if type(value) is not int or not 1 <= value <= MAX_WHOLE:
        raise UnusableError(_("This should be a whole number from 1 on."))
    return value


def read_day(value: Any) -> datetime.date | None:
    """Return a day, None where there is none; days to come are refused."""
    if value is None or value == "":
        return None
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        day = datetime.date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise UnusableError(_("This is not a day: write it like 2026-03-04."))
    if day > timezone.now().astimezone(EASTERNMOST).date():
        raise UnusableError(_("This day is still to come."))
    return day


def read_moment(value: Any) -> datetime.datetime:
    """Return a moment in UTC; those to come, and those without a time zone, are refused."""
    try:
        moment = datetime.datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        moment = moment.astimezone(datetime.UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnusableError(
            _("This is not a moment: write it like 2026-03-04T12:30:00+00:00.")
        ) from error
    if moment > timezone.now() + CLOCKS_DIFFER:
        raise UnusableError(_("This moment is still to come."))
    return moment


def read_status(value: Any) -> str:
    """Return a status, empty for unread."""
    if value not in STATUSES:
        raise UnusableError(
            _("There is no such status; there are: %(statuses)s.")
            % {"statuses": ", ".join(Status.values)}
        )
    return str(value)


def read_step(value: Any) -> uuid.UUID:
    """Return the name of a step."""
    try:
        return uuid.UUID(read_text(value))
    except ValueError as error:
        raise UnusableError(_("This is not the name of a step.")) from error


def read_state(value: Any) -> MarkState:
    """Return what a mark says, in the form of `MarkState.to_json`; None is unread."""
    if value is None:
        return MarkState()
    data = read_object(value)
    status = read_status(data.get("status", ""))
    started = read_day(data.get("started_on"))
    finished = read_day(data.get("finished_on"))
    place = data.get("queue_position")
    place = None if place is None else read_whole(place)
    if started and not status:
        raise UnusableError(_("What is unread has no day it was started."))
    if finished and status != Status.READ:
        raise UnusableError(_("Only what is read has a day it was finished."))
    if started and finished and finished < started:
        raise UnusableError(_("It cannot be finished before it is started."))
    return MarkState(status, started, finished, place if status == Status.QUEUED else None)
