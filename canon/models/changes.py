"""Changes: what became of the canon, for everyone to read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from canon.models.items import Item


class ChangeQuerySet(models.QuerySet["Change"]):
    """Words for choosing changes."""

    def public(self) -> ChangeQuerySet:
        """Keep what everyone may read: nothing of an item that is a draft by now."""
        return self.exclude(item__state=Item.State.DRAFT)

    def with_items(self) -> ChangeQuerySet:
        """Fetch the items, and what replaced them, in the same query."""
        return self.select_related("item", "replacement")


ChangeManager = models.Manager.from_queryset(ChangeQuerySet)


class Change(models.Model):
    """One line of the public log: an item came, left, gave way to another, or came back."""

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        RETIRED = "retired", _("retired")
        REPLACED = "replaced", _("replaced")
        RETURNED = "returned", _("returned")

    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.CASCADE, related_name="changes"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    replacement = models.ForeignKey(
        Item,
        verbose_name=_("replaced by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="changes_as_replacement",
    )
    at = models.DateTimeField(_("when"))

    objects = ChangeManager()

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["-at"], name="change_by_time")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.item}"

    @property
    def shown_replacement(self) -> Item | None:
        """What readers should turn to instead, unless they cannot see it."""
        new = self.replacement
        return None if new is None or new.state == Item.State.DRAFT else new

    @property
    def reason(self) -> str:
        """Why the item left, as far as it is still gone; in English if not in the page's language.

        Only its last leave has a reason: the item knows but one.
        """
        is_leave = self.kind in LEAVES and self.item.is_retired
        return (self.item.retirement_reason or "") if is_leave else ""

    @property
    def reason_fell_back(self) -> bool:
        """Whether the reason is English for want of one in the page's language."""
        return self.item.fell_back("retirement_reason")


LEAVES = {Change.Kind.RETIRED, Change.Kind.REPLACED}
TOLD = {"state", "replaced_by"}


@receiver(pre_save, sender=Item)
def remember_state(instance: Any, raw: bool = False, **_kwargs: Any) -> None:  # noqa: FBT001, FBT002
    """Look up what is about to change: what this object was loaded with may be long past."""
    if not raw:
        before = Item.objects.filter(pk=instance.pk) if instance.pk else Item.objects.none()
        columns = ("state", "replaced_by_id", "published_at")
        instance.state_before = before.values(*columns).first() or {}


@receiver(post_save, sender=Item)
def tell_of_change(
    instance: Any,
    raw: bool = False,  # noqa: FBT001, FBT002
    update_fields: Collection[str] | None = None,
    **_kwargs: Any,
) -> None:
    """Tell everyone when an item comes, leaves or returns, in the transaction that saves it.

    A fixture tells nothing: a site's first canon is no change. Hiding an item is not told, nor
    that it is shown again: its lines go and come with it.
    """
    before = instance.__dict__.pop("state_before", {})
    if raw or (update_fields is not None and not TOLD & {*update_fields}):
        return
    now = {"state": instance.state, "replaced_by_id": instance.replaced_by_id}
    if all(before.get(column) == value for column, value in now.items()):
        return
    last = instance.changes.first()
    has_left = last.kind in LEAVES if last else before.get("state") == Item.State.RETIRED
    if instance.state == Item.State.PUBLISHED:
        tell_of_coming(instance, has_left=has_left, is_new=not before.get("published_at"))
    elif instance.state == Item.State.RETIRED and before.get("published_at"):
        tell_of_leave(instance, last if has_left else None)


def tell_of_coming(item: Item, *, has_left: bool, is_new: bool) -> None:
    """Tell that `item` is there, unless everyone thinks that it has been all the time."""
    if has_left:
        Change.objects.create(item=item, kind=Change.Kind.RETURNED, at=timezone.now())
    elif is_new:
        Change.objects.create(item=item, kind=Change.Kind.ADDED, at=timezone.now())


def tell_of_leave(item: Item, told: Change | None) -> None:
    """Tell that `item` left; if that was `told`, only what replaces it is put right."""
    change = told or Change(item=item, at=timezone.now())
    change.kind = Change.Kind.REPLACED if item.replaced_by_id else Change.Kind.RETIRED
    change.replacement = item.replaced_by
    change.save()
