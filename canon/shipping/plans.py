"""What bringing the shipped canon in would change, before anything is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Model

from canon.models import Shipment
from canon.shipping.differences import Difference, Verdict, Wishes
from canon.shipping.merging import Merge
from canon.shipping.obstacles import find_obstacles
from canon.shipping.order import merge_order
from canon.shipping.reading import rows_of_database
from canon.shipping.records import canon_files, to_records
from canon.shipping.renames import match_renames
from canon.shipping.rows import Key, Rows, renamed, rows_of


@dataclass(frozen=True)
class Plan:
    """The canon as it is here, as it is to become, and how the two differ.

    Items go by the slug they are shipped with; the field `slug` says which one they have.
    """

    ours: Rows
    merged: Rows
    # What counts as shipped from then on, and what did so far, None if nobody knows.
    settled: Rows
    base: Rows | None
    differences: list[Difference]
    objects: dict[Key, Model]

    def of(self, *verdicts: Verdict) -> list[Difference]:
        """Return the differences of which this becomes."""
        return [difference for difference in self.differences if difference.verdict in verdicts]

    @property
    def changes_anything(self) -> bool:
        """Whether there is anything to write, were it only what counts as shipped."""
        return self.merged != self.ours or self.settled != self.base

    def does_the_same_as(self, other: Plan) -> bool:
        """Tell whether both were made of the same canon and come to the same."""
        return (self.ours, self.merged, self.settled) == (other.ours, other.merged, other.settled)


def last_shipment() -> Rows | None:
    """Return the canon as it was shipped when it was last brought in; None if nobody knows."""
    shipment = Shipment.objects.first()
    return rows_of(shipment.records) if shipment else None


def read_database() -> tuple[Rows, dict[Key, Model]]:
    """Return the rows of the canon here, and the object of each."""
    objects = [row for rows in canon_files().values() for row in rows]
    rows = rows_of_database(to_records(objects))
    return rows, dict(zip(rows, objects, strict=True))


def make_plan(theirs: Rows, wishes: Wishes) -> Plan:
    """Return what bringing in the canon `theirs` would change, the `wishes` granted."""
    base, (ours, objects) = last_shipment(), read_database()
    names, names_here = match_renames(base, ours, theirs)
    base_rows = None if base is None else renamed(base, names)
    rows = renamed(ours, names_here)
    by_key = dict(zip(rows, objects.values(), strict=True))
    merge = merge_all(base_rows, rows, theirs, wishes)
    return Plan(rows, merge.rows, merge.settled, base, merge.differences, by_key)


def merge_all(base: Rows | None, ours: Rows, theirs: Rows, wishes: Wishes) -> Merge:
    """Merge as often as it takes until what comes out holds together."""
    obstacles: dict[tuple[Key, str], str] = {}
    while True:
        merge = Merge(base, ours, theirs, wishes, obstacles)
        found = {(key, field): why for key, field, why in find_obstacles(merge.rows, ours, theirs)}
        if found.keys() <= obstacles.keys():
            break
        obstacles |= found
    merge_order(merge)
    return merge


def is_news(theirs: Rows) -> bool:
    """Tell whether the canon `theirs` holds what was not shipped, or not settled, so far."""
    base = last_shipment()
    return base is not None and any(base.get(key) != row for key, row in theirs.items())
