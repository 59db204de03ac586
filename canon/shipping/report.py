"""A plan in words, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.color import Style

from canon.shipping.differences import Difference, Verdict
from canon.shipping.plans import Plan

# How much of a text is shown, and how much before the first letter that differs.
EXCERPT = 70
LEAD = 20

HEADINGS = {
    Verdict.ADDED: ("New", "SUCCESS"),
    Verdict.CHANGED: ("Changed", "WARNING"),
    Verdict.MOVED: ("In another order", "WARNING"),
    Verdict.RETIRED: ("Retired", "NOTICE"),
    Verdict.REMOVED: ("Removed", "NOTICE"),
    Verdict.CONFLICT: ("Conflicts, left as they are here", "ERROR"),
    Verdict.KEPT: ("Conflicts, decided for what is here", "MIGRATE_HEADING"),
    Verdict.CURATED: ("Curated here, left alone", "MIGRATE_HEADING"),
}


def report(plan: Plan, style: Style, *, with_curated: bool) -> Iterator[str]:
    """Yield the lines that tell what `plan` would change, and what it leaves.

    What was curated here is only counted, unless asked for `with_curated`.
    """
    for verdict, (heading, colour) in HEADINGS.items():
        found = plan.of(verdict)
        if not found:
            continue
        yield getattr(style, colour)(f"{heading}: {len(found)}")
        if verdict is Verdict.CURATED and not with_curated:
            continue
        for difference in found:
            yield f"  {difference.name}"
            yield from (f"    {line}" for line in describe(difference))


def describe(difference: Difference) -> Iterator[str]:
    """Yield what is here and what is shipped, as far as it says anything."""
    here, shipped = excerpts(difference.here, difference.shipped)
    if difference.field:
        yield f"here:    {here}"
        yield f"shipped: {shipped}"
    elif difference.verdict is Verdict.ADDED or difference.shipped:
        yield shipped if difference.verdict is Verdict.ADDED else f"not here; shipped: {shipped}"
    elif difference.verdict is Verdict.CONFLICT:
        yield f"no longer shipped, but changed here: {here}"
    elif difference.here:
        yield f"no longer shipped: {here}"
    if difference.obstacle:
        yield f"It cannot be taken: {difference.obstacle}."


def excerpts(one: Any, other: Any) -> tuple[str, str]:
    """Return two values in short, from a little before where they begin to differ."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return excerpt(one, 0), excerpt(other, 0)
    pairs = zip(one, other, strict=False)
    common = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    start = max(common - LEAD, 0) if max(len(one), len(other)) > EXCERPT else 0
    return excerpt(one, start), excerpt(other, start)


def excerpt(value: Any, start: int) -> str:
    """Return a value in one short line, a text from `start` on."""
    if value is None or value == "":
        return "nothing"
    if not isinstance(value, str):
        return str(value)
    text = " ".join(value[start:].split())
    before = "…" if start else ""
    after = "…" if len(text) > EXCERPT else ""
    return f"{before}{text[:EXCERPT]}{after}"
