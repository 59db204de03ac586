"""What a file says, whichever kind it is, without yet asking what that would change."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from canon.models import MarkState

# More would help nobody; the rest is counted.
MOST_COMPLAINTS = 100
LONGEST_REASON = 200


class UploadError(ValueError):
    """Nothing of an upload can be used; the message says why, for the reader."""


@dataclass(frozen=True)
class Complaint:
    """A place of the upload that could not be used, and why."""

    where: str
    reason: str


@dataclass
class Complaints:
    """The places that could not be used: the first of them, and how many there are."""

    first: list[Complaint] = field(default_factory=list)
    total: int = 0

    def add(self, where: str, reason: str) -> None:
        """Note that the place `where` cannot be used."""
        self.total += 1
        if len(self.first) < MOST_COMPLAINTS:
            self.first.append(Complaint(where, reason[:LONGEST_REASON]))

    @property
    def left_out(self) -> int:
        """How many are counted only."""
        return self.total - len(self.first)


@dataclass(frozen=True)
class SavedNote:
    """A note as a file has it; CSV knows no version and no times."""

    text: str
    version: int = 1
    created_at: datetime.datetime | None = None
    updated_at: datetime.datetime | None = None


@dataclass(frozen=True)
class SavedEvent:
    """One line of the log as a file has it."""

    at: datetime.datetime
    step: uuid.UUID
    status: str
    before: MarkState
    after: MarkState


@dataclass(frozen=True)
class Entry:
    """What a file says on one item, which it names by slug or address."""

    where: str
    slug: str
    address: str
    state: MarkState = field(default_factory=MarkState)
    note: SavedNote | None = None
    events: tuple[SavedEvent, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether it says nothing of what the reader did."""
        return not (self.state.status or self.note or self.events)


@dataclass
class Document:
    """What a file says, and what of it could not be used."""

    entries: list[Entry] = field(default_factory=list)
    preferences: dict[str, Any] = field(default_factory=dict)
    complaints: Complaints = field(default_factory=Complaints)
    # Whether it brings the log along: then what it restores needs no new line there.
    has_log: bool = False
