"""Where two canons differ, what becomes of it, and what the curator wishes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from canon.shipping.rows import Key, Place, place_name, row_name


class Verdict(Enum):
    """What becomes of a difference between this site and the shipped canon."""

    ADDED = "new"
    CHANGED = "changed"
    MOVED = "order"
    RETIRED = "retired"
    REMOVED = "removed"
    # Changed on both sides: stays as it is here, and open until it is decided.
    CONFLICT = "conflict"
    # Decided in favour of what is here.
    KEPT = "kept"
    # Changed here only: no question.
    CURATED = "curated"


@dataclass(frozen=True)
class Difference:
    """One field, one whole row, or one order that is not the same on both sides."""

    name: str
    verdict: Verdict
    # What the row is, and the field; empty for a whole row.
    key: Key
    field: str = ""
    here: Any = None
    shipped: Any = None
    # For a conflict that nobody can decide in favour of the shipped side: what is in the way.
    obstacle: str = ""

    @property
    def row(self) -> str:
        """The name of the row, or of what has the order."""
        return self.name.partition("@")[2] if self.field else self.name

    @property
    def is_done(self) -> bool:
        """Whether this site changes."""
        return self.verdict not in {Verdict.CONFLICT, Verdict.KEPT, Verdict.CURATED}


@dataclass(frozen=True)
class Wishes:
    """What the curator has decided, of all conflicts or by name."""

    take_all: bool = False
    keep_all: bool = False
    take: frozenset[str] = field(default_factory=frozenset)
    keep: frozenset[str] = field(default_factory=frozenset)

    def judge(self, name: str, row: str, verdict: Verdict, done: Verdict) -> Verdict:
        """Return what becomes of a difference, given what would without any wishes.

        `done` is the verdict if the shipped side is taken. What is named counts before what is
        said of all conflicts, and taking before keeping.
        """
        if {name, row} & self.take:
            return done
        if {name, row} & self.keep:
            return Verdict.CURATED if verdict is Verdict.CURATED else Verdict.KEPT
        if verdict is Verdict.CONFLICT and self.take_all:
            return done
        if verdict is Verdict.CONFLICT and self.keep_all:
            return Verdict.KEPT
        return verdict

    def unknown(self, differences: Iterable[Difference]) -> list[str]:
        """Return the names that no difference has."""
        known = {name for d in differences for name in (d.name, d.row)}
        return sorted((self.take | self.keep) - known)

    def with_answers(self, take: Collection[str], keep: Collection[str]) -> Wishes:
        """Return these wishes and what was answered since."""
        return Wishes(self.take_all, self.keep_all, self.take | set(take), self.keep | set(keep))


def name_of(key: Key, field_name: str) -> str:
    """Return how the command names a field of a row, or the row."""
    return f"{field_name}@{row_name(key)}" if field_name else row_name(key)


def name_of_order(place: Place) -> str:
    """Return how the command names the order within a place."""
    return f"order@{place_name(place)}"
