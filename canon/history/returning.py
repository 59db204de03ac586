"""The way back: an earlier version comes back as a new one, or what was deleted is recovered.

Nothing of a reader's is touched. What stays as it is now: the slug, which addresses and bookmarks
hold; section, parent and position, for others have moved since; and an item that readers have seen
does not become a draft again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import reversion
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from reversion.models import Version

from canon.history.differences import Difference, Names, RowDifference, differences, foreign_keys
from canon.history.registered import told_fields
from canon.history.snapshots import Snapshot, Values, snapshot_at, snapshot_of
from canon.models import Item
from canon.models.locks import lock_outline
from canon.models.states import refuse_replacement, refuse_to_retire, refuse_without_annotation

STAYS = {"slug", "section_id", "parent_id", "position"}


class CannotBringBackError(Exception):
    """An earlier version cannot stand any more; `problems` says which part of it, a line each."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the `problems`."""
        super().__init__(problems)
        self.problems = problems


def wanted_now(wanted: Snapshot, present: Snapshot) -> Snapshot:
    """Return what would come back of `wanted`: all but what stays as it is in `present`.

    What an old version knows nothing of stays, too.
    """
    kept = {name: present.values[name] for name in STAYS & set(present.values)}
    is_seen = present.values.get("state") in (Item.State.PUBLISHED, Item.State.RETIRED)
    if is_seen and wanted.values.get("state") == Item.State.DRAFT:
        kept["state"] = present.values["state"]
    return replace(wanted, values={**present.values, **wanted.values, **kept})


def what_would_change(
    instance: models.Model, version: Version
) -> tuple[list[Difference], list[RowDifference]]:
    """Return the differences that bringing `version` back would make to `instance`."""
    present = snapshot_of(instance)
    return differences(present, wanted_now(snapshot_at(version), present))


def bring_back(version: Version, user: Any, expected: str | None = None) -> None:
    """Bring a version of an object back, with its rows, as a new revision by `user`.

    `expected` is the fingerprint of the snapshot that the user compared it with. Raises
    CannotBringBackError if the object has changed since, or if the version cannot stand any more;
    then nothing is written.
    """
    model = version.content_type.model_class()
    comment = gettext("Brought back the version of %(when)s") % {"when": when(version)}
    with one_act(user, comment):
        lock_outline()
        instance: Any = model._base_manager.select_for_update(no_key=True).get(pk=version.object_id)
        present = snapshot_of(instance)
        if expected is not None and expected != present.fingerprint:
            raise CannotBringBackError([gettext("It has changed since you opened this page.")])
        wanted = wanted_now(snapshot_at(version), present)
        # All texts come back together: whether they match is what was known of them then.
        instance.translation_holds = not version.field_dict.get("translation_is_stale")
        write(instance, wanted, present, is_new=False)


def recover(version: Version, user: Any) -> models.Model:
    """Make a deleted object anew from its last version, as a revision by `user`.

    It stands last in its section, or among those of its parent. Raises CannotBringBackError if
    the version cannot stand any more; then nothing is written.
    """
    model = version.content_type.model_class()
    comment = gettext("Recovered what was deleted")
    with one_act(user, comment):
        lock_outline()
        if model._base_manager.filter(pk=version.object_id).exists():
            raise CannotBringBackError([gettext("It is there again already.")])
        wanted = snapshot_at(version)
        values = {name: value for name, value in wanted.values.items() if name != "position"}
        instance: models.Model = model(pk=int(version.object_id))
        empty = Snapshot(model, {})
        write(instance, replace(wanted, values=values), empty, is_new=True)
    return instance


def when(version: Version) -> str:
    """Return when a version was made, as a person reads it."""
    return date_format(localtime(version.revision.date_created), "DATETIME_FORMAT")


@contextmanager
def one_act(user: Any, comment: str) -> Iterator[None]:
    """Make one revision of what is done within, or nothing: then CannotBringBackError says why."""
    try:
        with reversion.create_revision():
            reversion.set_user(user)
            reversion.set_comment(comment)
            yield
    except IntegrityError as error:  # what no rule of ours foresaw
        raise CannotBringBackError(
            [gettext("What it says contradicts something else in the canon.")]
        ) from error


def write(instance: Any, wanted: Snapshot, present: Snapshot, *, is_new: bool) -> None:
    """Give `instance`, now at `present`, and its rows what is `wanted`.

    Raises CannotBringBackError with all that stands in the way.
    """
    names = Names([wanted])
    refuse_for(unreachable(wanted, names))
    for column, value in wanted.values.items():
        if column not in present.values or present.values[column] != value:
            setattr(instance, column, value)
    if is_new:
        instance.position = None
    problems = complaints(instance, exclude={"position"})
    if isinstance(instance, Item):
        problems += complaints_of_state(instance, present)
    refuse_for(problems)
    # In English, so that the columns behind the two languages hold what they always do.
    with translation.override("en"):
        instance.save(force_insert=is_new)
    refuse_for(
        [
            problem
            for row in wanted.rows.keys() | present.rows.keys()
            for problem in write_rows(
                instance, row, wanted.rows.get(row, {}), present.rows.get(row, {}), names
            )
        ]
    )


def refuse_for(problems: list[str]) -> None:
    """Raise CannotBringBackError if there are any problems."""
    if problems:
        raise CannotBringBackError(problems)


def write_rows(
    instance: models.Model,
    row: type[models.Model],
    wanted: dict[int, Values],
    present: dict[int, Values],
    names: Names,
) -> list[str]:
    """Make the rows of `instance` what is `wanted`; return what stands in the way.

    What differs is deleted first, for two rows may have changed places.
    """
    rows = row._base_manager
    for gone in rows.filter(pk__in=[pk for pk in present if wanted.get(pk) != present[pk]]):
        gone.delete()
    problems = []
    taken = set(rows.filter(pk__in=wanted).values_list("pk", flat=True))
    for pk, values in wanted.items():
        if values == present.get(pk):
            continue
        made = row(pk=None if pk in taken else pk, item_id=instance.pk, **values)
        found = [
            gettext("%(row)s: %(problem)s") % {"row": names.of_row(row, values), "problem": problem}
            for problem in complaints(made)
        ]
        problems += found
        if not found:
            made.save(force_insert=True)
    return problems


def unreachable(wanted: Snapshot, names: Names) -> list[str]:
    """Return a sentence for each thing that a version points to and that is no longer there."""
    gone = {key: names.of(*key) for key in foreign_keys(wanted) if key not in names.present}
    sentences = [
        gettext("%(what)s “%(name)s” is no longer there.")
        % {"what": capfirst(str(model._meta.verbose_name)), "name": name}
        for (model, _pk), name in gone.items()
    ]
    return list(dict.fromkeys(sentences))


def complaints_of_state(item: Item, present: Snapshot) -> list[str]:
    """Return what the rules of states have against what `item`, now at `present`, would become."""
    before = present.values
    is_replaced_anew = item.replaced_by_id not in (None, before.get("replaced_by_id"))
    try:
        if item.state == Item.State.PUBLISHED:
            refuse_without_annotation(item.annotation_en)
        if item.state == Item.State.RETIRED != before.get("state") and before:
            refuse_to_retire(before["state"], item.retirement_reason_en)
        if item.state == Item.State.RETIRED and is_replaced_anew:
            refuse_replacement(item.replaced_by, [item.pk])
    except ValidationError as error:
        return list(error.messages)
    return []


def complaints(instance: models.Model, exclude: set[str] | None = None) -> list[str]:
    """Return what the rules have against `instance`, each with the field it is about."""
    try:
        instance.full_clean(exclude=exclude)
    except ValidationError as error:
        labels = {
            told.name: capfirst(str(told.verbose_name)) for told in told_fields(type(instance))
        }
        return [
            gettext("%(field)s: %(problem)s") % {"field": labels[name], "problem": problem}
            if name in labels
            else problem
            for name, found in error.message_dict.items()
            for problem in found
        ]
    return []
