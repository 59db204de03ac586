"""Keeps what a history would otherwise miss: how something was before, and that it was deleted.

A site's first canon comes from fixtures, which write no versions. So the first time something is
changed, how it was before is kept first; and its last state when it is deleted.
"""

from __future__ import annotations

import datetime
from contextvars import copy_context
from typing import Any

import reversion
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import post_delete, pre_delete, pre_save
from django.utils.translation import gettext_noop
from reversion.models import Version
from reversion.revisions import _current_frame, _stack

from canon.history.registered import ROWS, WHOLES
from canon.models import Item

AS_IT_WAS = gettext_noop("As it was before")
DELETED = gettext_noop("Deleted")


def is_in_revision(model: type[models.Model], pk: Any) -> bool:
    """Tell whether the revision under way has met the object already."""
    key = (ContentType.objects.get_for_model(model), str(pk))
    return any(key in versions for versions in _current_frame().db_versions.values())


def save_alone(
    instance: models.Model, comment: str, user: Any = None, date: datetime.datetime | None = None
) -> None:
    """Save a revision with the one object, and its rows, in it: no part of one under way."""
    copy_context().run(save_apart, instance, comment, user, date)


def save_apart(
    instance: models.Model, comment: str, user: Any, date: datetime.datetime | None
) -> None:
    """Forget, in this context, which revision is under way, and save one."""
    _stack.set([])
    with reversion.create_revision():
        reversion.set_user(user)
        reversion.set_comment(comment)
        if date:
            reversion.set_date_created(date)
        reversion.add_to_revision(instance)


def keep_first_version(model: type[models.Model], pk: Any) -> None:
    """Keep how an object stands in the database, unless it is new or has a version already."""
    if is_in_revision(model, pk):
        return
    if Version.objects.get_for_object_reference(model, pk).exists():
        return
    before = model._base_manager.filter(pk=pk).first()
    if before:
        save_alone(before, AS_IT_WAS, date=reversion.get_date_created())


def keep_before_saving(
    sender: type[models.Model],
    instance: models.Model,
    raw: bool = False,  # noqa: FBT001, FBT002
    **_kwargs: Any,
) -> None:
    """Keep a first version of what is about to change."""
    if not raw and instance.pk and reversion.is_active():
        keep_first_version(sender, instance.pk)


def keep_before_changing_rows(
    instance: Any,
    raw: bool = False,  # noqa: FBT001, FBT002
    **_kwargs: Any,
) -> None:
    """Keep a first version of the item of which a row is about to be saved or deleted."""
    if not raw and instance.item_id and reversion.is_active():
        keep_first_version(Item, instance.item_id)


def tell_of_deleted_row(instance: Any, **_kwargs: Any) -> None:
    """Take the item into the revision from which a row of it vanished."""
    if reversion.is_active():
        item = Item.objects.filter(pk=instance.item_id).first()
        if item:
            reversion.add_to_revision(item)


def keep_last_version(instance: models.Model, **_kwargs: Any) -> None:
    """Keep how an object was when it was deleted, so that it can be recovered."""
    user = reversion.get_user() if reversion.is_active() else None
    save_alone(instance, DELETED, user)


for whole in WHOLES:
    pre_save.connect(keep_before_saving, sender=whole)
    pre_delete.connect(keep_last_version, sender=whole)
for row in ROWS:
    pre_save.connect(keep_before_changing_rows, sender=row)
    pre_delete.connect(keep_before_changing_rows, sender=row)
    post_delete.connect(tell_of_deleted_row, sender=row)
