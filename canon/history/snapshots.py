"""Snapshots: an object and its rows at one moment, as plain values to be compared."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from reversion.models import Version

from canon.history.registered import ROWS, rows_of, told_fields

# The values of one object or row, by column.
Values = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """What an object and its rows held at one moment."""

    model: type[models.Model]
    values: Values
    # The values of each row by its key, for each model of rows.
    rows: dict[type[models.Model], dict[int, Values]] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """Return what tells this snapshot from another."""
        rows = [(row.__name__, sorted(self.rows.get(row, {}).items())) for row in ROWS]
        return hashlib.sha256(repr((self.values, rows)).encode()).hexdigest()


def plain(field: models.Field[Any, Any], value: Any) -> Any:
    """Return a value as it is compared: to a text, nothing and empty are the same."""
    is_text = isinstance(field, models.CharField | models.TextField)
    return "" if is_text and value is None else value


def values_of(instance: models.Model) -> Values:
    """Return the values of an object or row as it stands."""
    return {
        field.attname: plain(field, field.value_from_object(instance))
        for field in told_fields(type(instance))
    }


def values_in(version: Version, model: type[models.Model]) -> Values:
    """Return the values of an object or row in a version; what it does not know is left out."""
    kept = version.field_dict
    return {
        field.attname: plain(field, kept[field.attname])
        for field in told_fields(model)
        if field.attname in kept
    }


def snapshot_of(instance: models.Model) -> Snapshot:
    """Return how an object and its rows stand in the database; a query for each kind of rows."""
    model = type(instance)
    rows = {
        row: {found.pk: values_of(found) for found in row._base_manager.filter(item=instance.pk)}
        for row in rows_of(model)
    }
    return Snapshot(model, values_of(instance), rows)


def snapshots_at(versions: Collection[Version]) -> dict[int, Snapshot]:
    """Return, by the keys of `versions` of one object, what each of their revisions held.

    Three queries at most, however many the versions.
    """
    if not versions:
        return {}
    any_version = next(iter(versions))
    model = ContentType.objects.get_for_id(any_version.content_type_id).model_class()
    assert model is not None  # noqa: S101 (only models that are there are registered)
    rows = rows_in(model, any_version.object_id, [version.revision_id for version in versions])
    return {
        version.pk: Snapshot(model, values_in(version, model), rows.get(version.revision_id, {}))
        for version in versions
    }


def snapshot_at(version: Version) -> Snapshot:
    """Return what the revision of one version held of its object."""
    return snapshots_at([version])[version.pk]


def rows_in(
    model: type[models.Model], pk: str, revisions: Iterable[int]
) -> Mapping[int, dict[type[models.Model], dict[int, Values]]]:
    """Return the rows of an object in each of the revisions."""
    found: dict[int, dict[type[models.Model], dict[int, Values]]] = {}
    by_type = {ContentType.objects.get_for_model(row).pk: row for row in rows_of(model)}
    if not by_type:
        return found
    # An act may have touched many items: the text narrows to those that are likely, in the
    # database, and what they hold decides.
    of_item = Q(serialized_data__contains=f'"item": {int(pk)},')
    of_item |= Q(serialized_data__contains=f'"item": {int(pk)}}}')
    for version in Version.objects.filter(
        of_item, revision__in=revisions, content_type__in=by_type
    ).order_by("pk"):
        if version.field_dict["item_id"] == int(pk):
            row = by_type[version.content_type_id]
            rows = found.setdefault(version.revision_id, {}).setdefault(row, {})
            rows[int(version.object_id)] = values_in(version, row)
    return found
