"""Differences between two snapshots, in words: fields old and new, rows come and gone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from reversion.models import Version

from canon.history.registered import told_fields
from canon.history.snapshots import Snapshot, Values
from canon.models import Authorship, Dependency, Link

# A word of a script that writes words, one character of one that does not, or what lies between.
WORD = re.compile(r"[^\W\u2e80-\u9fff\uf900-\ufaff]+|\s+|.", re.DOTALL)
# Comparing takes time with the square of the length: what is longer than this changes as a whole.
MOST_WORDS = 3000
# With less than this share in common, two texts in one would be read by nobody.
LEAST_IN_COMMON = 0.3

SENTENCES = {
    (Authorship, "added"): _("author added"),
    (Authorship, "removed"): _("author removed"),
    (Authorship, "changed"): _("author changed"),
    (Link, "added"): _("link added"),
    (Link, "removed"): _("link removed"),
    (Link, "changed"): _("link changed"),
    (Dependency, "added"): _("“builds on” added"),
    (Dependency, "removed"): _("“builds on” removed"),
    (Dependency, "changed"): _("“builds on” changed"),
}
# What a row is found by when it was deleted and made anew: then it was changed.
IDENTITY = {Authorship: "author_id", Link: "url", Dependency: "builds_on_id"}


@dataclass(frozen=True)
class Piece:
    """A part of a text that stayed (same), left (old) or came (new)."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that changed."""

    label: str
    old: str
    new: str
    is_text: bool = False

    @property
    def pieces(self) -> list[Piece]:
        """The two texts in one, word by word; other values as a whole."""
        if self.is_text and self.old and self.new:
            return compare_texts(self.old, self.new)
        whole = [Piece("old", self.old), Piece("new", self.new)]
        return [piece for piece in whole if piece.text]


@dataclass(frozen=True)
class RowDifference:
    """One row that came, left or changed."""

    label: str
    name: str
    details: list[Difference] = field(default_factory=list)


def compare_texts(old: str, new: str) -> list[Piece]:
    """Return the pieces that two texts have in common, and those that only one of them has."""
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        return [Piece("old", old), Piece("new", new)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    common = sum(
        len("".join(before[i : i + n]).strip()) for i, _j, n in matcher.get_matching_blocks()
    )
    if common < LEAST_IN_COMMON * max(len(old), len(new)):
        return [Piece("old", old), Piece("new", new)]
    runs: list[tuple[str, str]] = []
    for tag, i, j, k, n in matcher.get_opcodes():
        run = "".join(before[i:j]), "".join(after[k:n])
        # A space between two changed words changes with them.
        if runs and changes(runs[-1]) and (tag != "equal" or not run[0].strip()):
            runs[-1] = runs[-1][0] + run[0], runs[-1][1] + run[1]
        else:
            runs.append(run)
    return [piece for run in runs for piece in pieces_of(*run)]


def changes(run: tuple[str, str]) -> bool:
    """Tell whether a run of the old text became another in the new one."""
    return run[0] != run[1]


def pieces_of(old: str, new: str) -> list[Piece]:
    """Return the pieces of one run; spaces that both end in stay."""
    if old == new:
        return [Piece("same", old)]
    end = old[len(old.rstrip()) :] if old.strip() and new.strip() else ""
    end = end if new.endswith(end) else ""
    both = [Piece("old", old.removesuffix(end)), Piece("new", new.removesuffix(end))]
    return [piece for piece in [*both, Piece("same", end)] if piece.text]


def foreign_keys(snapshot: Snapshot) -> Iterator[tuple[type[models.Model], Any]]:
    """Yield what the snapshot points to."""
    sets = [(snapshot.model, snapshot.values)]
    sets += [(row, values) for row, rows in snapshot.rows.items() for values in rows.values()]
    for model, values in sets:
        for told in told_fields(model):
            if isinstance(told, models.ForeignKey) and values.get(told.attname):
                yield told.related_model, values[told.attname]


class Names:
    """The names of all that some snapshots point to, in few queries."""

    def __init__(self, snapshots: Iterable[Snapshot]) -> None:
        """Look the names up; what is no longer there has the name it had last."""
        wanted: dict[type[models.Model], set[Any]] = defaultdict(set)
        for snapshot in snapshots:
            for model, pk in foreign_keys(snapshot):
                wanted[model].add(pk)
        self.names: dict[tuple[type[models.Model], Any], str] = {}
        self.present: set[tuple[type[models.Model], Any]] = set()
        for model, pks in wanted.items():
            there = {(model, row.pk): str(row) for row in model._base_manager.filter(pk__in=pks)}
            self.names |= there
            self.present |= set(there)
        self.remember({key for model in wanted for key in missing(model, wanted, self.names)})

    def remember(self, gone: set[tuple[type[models.Model], Any]]) -> None:
        """Find the last names of what is gone."""
        if not gone:
            return
        types = {ContentType.objects.get_for_model(model).pk: model for model, _pk in gone}
        pks = [str(pk) for _model, pk in gone]
        versions = Version.objects.filter(content_type__in=types, object_id__in=pks)
        rows = versions.order_by("pk").values_list("content_type", "object_id", "object_repr")
        for content_type, pk, name in rows:
            self.names.setdefault((types[content_type], int(pk)), name)

    def of(self, model: type[models.Model], pk: Any) -> str:
        """Return the name of an object."""
        return self.names.get((model, pk)) or gettext("(no longer there)")

    def shown(self, told: models.Field[Any, Any], value: Any) -> str:
        """Return a value as a person reads it."""
        if isinstance(told, models.ForeignKey):
            return self.of(told.related_model, value) if value else ""
        if isinstance(told, models.BooleanField) and value is not None:
            return (
                pgettext("value of a field", "yes") if value else pgettext("value of a field", "no")
            )
        if told.choices and value:
            return str(dict(told.flatchoices).get(value, value))
        return "" if value is None else str(value)

    def of_row(self, row: type[models.Model], values: Values) -> str:
        """Return what a row is called: whom or what it names."""
        told = {told.attname: told for told in told_fields(row)}[IDENTITY[row]]
        return self.shown(told, values.get(told.attname))


def missing(
    model: type[models.Model], wanted: dict[type[models.Model], set[Any]], names: dict[Any, str]
) -> set[tuple[type[models.Model], Any]]:
    """Return the keys of a model that have no name."""
    return {(model, pk) for pk in wanted[model] if (model, pk) not in names}


def is_text(told: models.Field[Any, Any]) -> bool:
    """Tell whether a field holds words, to be compared one by one; an address is one word."""
    if isinstance(told, models.URLField | models.SlugField) or told.choices:
        return False
    return isinstance(told, models.CharField | models.TextField)


def compare_values(
    model: type[models.Model], old: Values, new: Values, names: Names
) -> list[Difference]:
    """Return the fields whose values differ; a field that only one side knows does not count."""
    found = [
        Difference(
            label=capfirst(str(told.verbose_name)),
            old=names.shown(told, old[told.attname]),
            new=names.shown(told, new[told.attname]),
            is_text=is_text(told),
        )
        for told in told_fields(model)
        if told.attname in old and told.attname in new and old[told.attname] != new[told.attname]
    ]
    return [difference for difference in found if difference.old != difference.new]


def pair_rows(
    row: type[models.Model], old: dict[int, Values], new: dict[int, Values]
) -> Iterator[tuple[Values | None, Values | None]]:
    """Yield the rows of two snapshots side by side: by key, or else by what identifies them."""
    identity = IDENTITY[row]
    waiting = {values[identity]: pk for pk, values in new.items() if pk not in old}
    met = set()
    for pk, values in old.items():
        partner = pk if pk in new else waiting.get(values[identity])
        if partner is not None:
            met.add(partner)
        yield values, new[partner] if partner is not None else None
    for pk, values in new.items():
        if pk not in met:
            yield None, values


def compare_rows(old: Snapshot, new: Snapshot, names: Names) -> Iterator[RowDifference]:
    """Yield the rows that came, left or changed."""
    for row in {**old.rows, **new.rows}:
        for before, after in pair_rows(row, old.rows.get(row, {}), new.rows.get(row, {})):
            if before is None or after is None:
                kind = "added" if before is None else "removed"
                name = names.of_row(row, after or before or {})
                yield RowDifference(str(SENTENCES[row, kind]), name)
            elif details := compare_values(row, before, after, names):
                sentence = str(SENTENCES[row, "changed"])
                yield RowDifference(sentence, names.of_row(row, before), details)


def differences(
    old: Snapshot, new: Snapshot, names: Names | None = None
) -> tuple[list[Difference], list[RowDifference]]:
    """Return what changed from one snapshot to another: fields, and rows.

    `names` may have been looked up for many snapshots at once.
    """
    names = names or Names([old, new])
    fields = compare_values(old.model, old.values, new.values, names)
    return fields, list(compare_rows(old, new, names))
