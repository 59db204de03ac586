"""Carries a plan out: all of it or nothing, as one revision, and nothing of a reader's changes."""

from __future__ import annotations

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext_noop

from canon.models import Item, Shipment
from canon.models.locks import lock_outline
from canon.models.ordering import renumber
from canon.shipping.differences import Verdict, Wishes
from canon.shipping.order import down_the_page
from canon.shipping.plans import Plan, make_plan
from canon.shipping.rows import KINDS, Key, Rows, of_kind, records_of, sequences

COMMENT = gettext_noop("Brought in from the shipped canon")
PARTS = ("dependency", "link", "authorship")


class StalePlanError(Exception):
    """The canon has changed since the plan was shown; nothing was written."""


def lock_canon() -> None:
    """Let nobody else bring a canon in, nor change the present one, until the transaction ends."""
    # A row that is there even before the canon is.
    list(ContentType.objects.select_for_update().filter(app_label="canon", model="shipment"))
    lock_outline()
    list(Item.objects.select_for_update().order_by("pk").values_list("pk"))


def carry_out(theirs: Rows, wishes: Wishes, shown: Plan) -> None:
    """Bring the canon `theirs` in as the plan that was `shown` has it.

    Raises StalePlanError, and changes nothing, if it would change something else by now.
    """
    with transaction.atomic():
        lock_canon()
        plan = make_plan(theirs, wishes)
        if not plan.does_the_same_as(shown):
            raise StalePlanError
        with reversion.create_revision():
            reversion.set_comment(COMMENT)
            Saving(plan).run()
        Shipment.objects.create(records=records_of(plan.settled))


class Saving:
    """Writes what differs between the canon as it is and as it is to become."""

    def __init__(self, plan: Plan) -> None:
        """Find out which rows are concerned."""
        self.ours, self.merged = plan.ours, plan.merged
        self.objects = dict(plan.objects)
        # Where the shipped order was taken, every row that moves is part of the story.
        moved = {key for d in plan.of(Verdict.MOVED) for key in self.rows_at(d.key)}
        self.written = {key for key in moved if self.ours.get(key) != self.merged[key]}
        self.underway: set[Key] = set()

    def rows_at(self, place: Key) -> list[Key]:
        """Return the rows whose order counts in `place`."""
        return sequences(self.merged).get((place[0], place[1]), [])

    def run(self) -> None:
        """Write: what goes, then what others refer to before those, then places, then history."""
        for kind in PARTS:
            self.delete(kind)
        for key in of_kind(self.merged, "author"):
            self.save(key)
        # Those above first, for `save` refuses circles even on the way.
        for key in down_the_page(self.merged, list(of_kind(self.merged, "section"))):
            self.save(key)
        self.save_items()
        for kind in reversed(PARTS):
            for key in of_kind(self.merged, kind):
                self.save(key)
        self.delete("section")
        self.delete("author")
        for kind in ("item", "section"):
            self.number(kind)
        self.tell_history()

    def delete(self, kind: str) -> None:
        """Delete the rows of a kind that are to go: never items."""
        for key in reversed(of_kind(self.ours, kind)):
            if key not in self.merged:
                self.objects.pop(key).delete()
                self.note(key)

    def note(self, key: Key) -> None:
        """Keep in mind that a row was written, and with it the item that it is a part of."""
        self.written |= {key, ("item", key[1])} if key[0] in PARTS else {key}

    def save_items(self) -> None:
        """Save items; an address or a slug may pass from one to another."""
        items = of_kind(self.merged, "item")
        for key in items:
            for field in ("url", "slug"):
                if key in self.ours and self.ours[key][field] != self.merged[key][field]:
                    row = self.objects[key]
                    Item.objects.filter(pk=row.pk).update(**{field: f"parked-{row.pk}"})
        for key in items:
            self.save_item(key)
        for key in items:  # where two replace each other, one had to wait
            self.save(key)

    def save_item(self, key: Key) -> None:
        """Save an item, its replacement before it."""
        self.underway.add(key)
        replacement = ("item", self.merged[key]["replaced_by"] or "")
        if replacement in self.merged and replacement not in self.underway:
            self.save_item(replacement)
        self.save(key)

    def save(self, key: Key) -> None:
        """Save a row that is new or becomes another, but for its place among others."""
        kind = KINDS[key[0]]
        row = self.objects.get(key) or kind.model()
        before = self.ours.get(key, {})
        changed = False
        for field, value in self.merged[key].items():
            if (field in before and before[field] == value) or self.comes_later(key, field):
                continue
            if field in kind.references and value is not None:
                value = self.objects.get((kind.references[field], value))
            if row.pk is None or getattr(row, field) != value:
                setattr(row, field, value)
                changed = True
        if changed:
            if self.has_moved(key):
                row.position = None  # type: ignore[attr-defined]  # the last one, for now
            row.save()
            self.objects[key] = row
            self.note(key)

    def comes_later(self, key: Key, field: str) -> bool:
        """Tell whether a field is none to save: rows of these kinds are numbered in the end."""
        return field == "position" and key[0] in {"item", "section"}

    def has_moved(self, key: Key) -> bool:
        """Tell whether a row has no number in its place yet."""
        if key[0] not in {"item", "section"}:
            return False
        return key not in self.objects or (
            key[0] == "item"
            and self.ours.get(key, {}).get("section") != self.merged[key]["section"]
        )

    def number(self, kind: str) -> None:
        """Give the rows of a kind their positions."""
        rows = KINDS[kind].model._default_manager.all()
        merged = of_kind(self.merged, kind)
        renumber(rows, {self.objects[key].pk: row["position"] for key, row in merged.items()})

    def tell_history(self) -> None:
        """Put every row into the revision as it has become."""
        for key in sorted(self.written & self.objects.keys()):
            manager = KINDS[key[0]].model._base_manager
            reversion.add_to_revision(manager.get(pk=self.objects[key].pk))
