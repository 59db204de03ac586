"""The three-way merge: what was shipped before, what is here, what is shipped now.

Rows are compared by name and field by field. What only one side changed is taken from it; what
both changed stays as it is here, and is a conflict until somebody decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canon.models import Item
from canon.shipping.differences import Difference, Verdict, Wishes, name_of
from canon.shipping.rows import KINDS, Fields, Key, Rows, of_kind, row_name

MISSING = object()
# What goes with the state of an item: it is never taken alone where the state is not.
OF_RETIREMENT = {"replaced_by", "retirement_reason_en", "retirement_reason_zh_hans"}
PARTS = ("authorship", "link", "dependency")
# What cannot be taken from the shipped side, and why: by row and field.
Obstacles = Mapping[tuple[Key, str], str]


class Merge:
    """One pass over all rows.

    `rows` is what the canon here becomes, but for the order; `settled` what counts as shipped
    before, the next time: open conflicts keep what they had, so that they are found again.
    """

    def __init__(
        self, base: Rows | None, ours: Rows, theirs: Rows, wishes: Wishes, obstacles: Obstacles
    ) -> None:
        """Merge; `base` is None where nobody knows what was shipped before."""
        self.is_base_known = base is not None
        self.base, self.ours, self.theirs = base or {}, ours, theirs
        self.wishes, self.obstacles = wishes, obstacles
        self.rows: Rows = {}
        self.settled: Rows = {key: dict(fields) for key, fields in theirs.items()}
        self.differences: list[Difference] = []
        self.open_rows: set[Key] = set()
        for kind in ("section", "item", *PARTS):
            for key in self.keys(kind):
                self.merge_row(key)
        self.merge_authors()
        self.prune_sections()

    def keys(self, kind: str) -> list[Key]:
        """Return the names of all rows of a kind, the shipped ones first."""
        return list({**of_kind(self.theirs, kind), **of_kind(self.ours, kind)})

    def decide(
        self, key: Key, field: str, here: Any, shipped: Any, verdict: Verdict, done: Verdict
    ) -> bool:
        """Note a difference and tell whether the shipped side is taken.

        `verdict` is what becomes of it without wishes, `done` if it is taken.
        """
        name = name_of(key, field)
        obstacle = self.obstacles.get((key, field), "")
        if obstacle:
            verdict, done = Verdict.CONFLICT, Verdict.CONFLICT
        verdict = self.wishes.judge(name, row_name(key), verdict, done)
        self.differences.append(Difference(name, verdict, key, field, here, shipped, obstacle))
        if verdict is Verdict.CONFLICT:
            self.leave_open(key, field)
        return self.differences[-1].is_done

    def leave_open(self, key: Key, field: str) -> None:
        """Let the next base be as the present one in this row or field."""
        before = self.base.get(key)
        if not field:
            self.open_rows.add(key)
            self.settled.pop(key, None)
            if before is not None:
                self.settled[key] = dict(before)
        elif field != "slug":  # the slug shipped is what the row goes by
            self.settled[key].pop(field, None)
            if before and field in before:
                self.settled[key][field] = before[field]

    # Rows.

    def merge_row(self, key: Key) -> None:
        """Decide what becomes of one row."""
        ours, theirs = self.ours.get(key), self.theirs.get(key)
        if key[0] in PARTS and self.follows_its_item(key, ours, theirs):
            return
        if ours and theirs:
            self.rows[key] = self.merge_fields(key, ours, theirs)
        elif ours:
            self.rows[key] = ours
            if key in self.base:
                self.leave(key, ours)
        elif theirs and self.is_wanted(key, theirs):
            self.add(key, theirs)

    def follows_its_item(self, key: Key, ours: Fields | None, theirs: Fields | None) -> bool:
        """Deal with a part whose item comes, goes or stays away; tell whether that was all."""
        row = ours or theirs or {}
        items = [("item", row[f]) for f, kind in KINDS[key[0]].references.items() if kind == "item"]
        if not all(item in self.rows for item in items):
            if any(item in self.open_rows for item in items):
                self.leave_open(key, "")
        elif not all(item in self.theirs for item in items):
            if ours:
                self.rows[key] = ours
            if key in self.base and key not in self.settled:
                self.settled[key] = dict(self.base[key])
        elif theirs and not all(item in self.ours for item in items):
            if (key, "") not in self.obstacles or self.decide(
                key, "", None, "", Verdict.ADDED, Verdict.ADDED
            ):
                self.rows[key] = dict(theirs)
        else:
            return False
        return True

    def is_wanted(self, key: Key, theirs: Fields) -> bool:
        """Decide about a row that is not here: is it new, or was it deleted here?"""
        before = self.base.get(key)
        verdict = Verdict.ADDED
        if before is not None:
            unchanged = without_position(before) == without_position(theirs)
            verdict = Verdict.CURATED if unchanged else Verdict.CONFLICT
        elif not self.is_base_known:
            verdict = Verdict.CONFLICT
        return self.decide(key, "", None, describe(key, theirs), verdict, Verdict.ADDED)

    def add(self, key: Key, theirs: Fields) -> None:
        """Take a shipped row over, without the references that nothing answers here."""
        self.rows[key] = row = dict(theirs)
        for field in ("replaced_by", "parent"):
            if row.get(field) and (key, field) in self.obstacles:
                self.decide(key, field, None, row[field], Verdict.CONFLICT, Verdict.CONFLICT)
                row[field] = None

    def leave(self, key: Key, ours: Fields) -> None:
        """Decide about a row that is no longer shipped. Sections wait until the end."""
        before = self.base[key]
        is_as_shipped = all(
            before.get(field, MISSING) == value
            for field, value in ours.items()
            if field != "position"
        )
        verdict = Verdict.RETIRED if key[0] == "item" else Verdict.REMOVED
        if key[0] == "section":
            return
        retired = {"state": Item.State.RETIRED.value}
        if key[0] == "item" and ours["state"] != Item.State.PUBLISHED:
            if ours["state"] == Item.State.RETIRED:  # it may be shipped again one day
                self.settled[key] = {**before, **retired}
            return
        natural = verdict if is_as_shipped else Verdict.CONFLICT
        if not self.decide(key, "", describe(key, ours), None, natural, verdict):
            return
        if key[0] == "item":
            self.rows[key], self.settled[key] = {**ours, **retired}, {**before, **retired}
        else:
            del self.rows[key]

    # Fields.

    def merge_fields(self, key: Key, ours: Fields, theirs: Fields) -> Fields:
        """Return the row that is on both sides as it becomes."""
        before, merged = self.base.get(key, {}), dict(ours)
        for field in sorted(ours, key=lambda name: name in OF_RETIREMENT):
            here, shipped = ours[field], theirs[field]
            if field == "position" or here == shipped:
                continue
            was = before.get(field, MISSING)
            verdict, done = Verdict.CONFLICT, done_by(field, shipped)
            if was == shipped:
                verdict = Verdict.CURATED
            elif was == here and not self.hangs_in_the_air(field, merged, theirs):
                verdict = done
            if self.decide(key, field, here, shipped, verdict, done):
                merged[field] = shipped
        return merged

    def hangs_in_the_air(self, field: str, merged: Fields, theirs: Fields) -> bool:
        """Tell whether a field tells of a state that was not taken over."""
        return field in OF_RETIREMENT and merged["state"] != theirs["state"]

    # What others lean on: it comes and goes with them.

    def merge_authors(self) -> None:
        """Bring authors that a byline needs, and let go those that none does."""
        needed = {("author", row["author"]) for row in of_kind(self.rows, "authorship").values()}
        for key in self.keys("author"):
            ours, theirs = self.ours.get(key), self.theirs.get(key)
            if ours and theirs:
                self.rows[key] = self.merge_fields(key, ours, theirs)
            elif ours:
                self.rows[key] = ours
                if key in self.base and key not in needed:
                    self.leave(key, ours)
            elif theirs and (key in needed or (self.is_base_known and key not in self.base)):
                self.rows[key] = dict(theirs)
                name = name_of(key, "")
                self.differences.append(
                    Difference(name, Verdict.ADDED, key, shipped=theirs["name"])
                )
            elif not self.is_base_known:
                self.settled.pop(key)

    def prune_sections(self) -> None:
        """Let go the sections that are no longer shipped, unless something stands in them."""
        gone = [key for key in of_kind(self.ours, "section") if key not in self.theirs]
        for key in reversed(gone):
            before, ours = self.base.get(key), self.ours[key]
            holders = [
                row.get("section" if other[0] == "item" else "parent")
                for other, row in self.rows.items()
                if other[0] in {"item", "section"}
            ]
            if before is None or key[1] in holders:
                continue
            unchanged = without_position(before) == without_position(ours)
            natural = Verdict.REMOVED if unchanged else Verdict.CONFLICT
            if self.decide(key, "", describe(key, ours), None, natural, Verdict.REMOVED):
                del self.rows[key]


def without_position(fields: Fields) -> Fields:
    """Return a row but for its position, which changes whenever a neighbour comes or goes."""
    return {field: value for field, value in fields.items() if field != "position"}


def describe(key: Key, fields: Fields) -> str:
    """Return a few words on a row, for those who only know its name."""
    if key[0] == "item":
        return f"{fields['title']} (in {fields['section']})"
    return str(fields.get("title_en") or fields.get("name") or "")


def done_by(field: str, shipped: Any) -> Verdict:
    """Return what taking a field over is called."""
    is_retirement = field == "state" and shipped == Item.State.RETIRED
    return Verdict.RETIRED if is_retirement else Verdict.CHANGED
