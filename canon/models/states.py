"""States: an item is a draft, published or retired; none of this costs a reader anything."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from canon.models.locks import lock_outline
from canon.models.ordering import lock_items
from canon.models.translated import Translated

if TYPE_CHECKING:
    from canon.models.items import Item


class State(models.TextChoices):
    """What an item is to readers."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    RETIRED = "retired", _("retired")


class Stateful(Translated, models.Model):
    """An item with a state, and the verbs that change it.

    Each verb reads the item anew, so that what another curator saved meanwhile stays.
    """

    pk: Any
    state: Any
    annotation_en: str
    retirement_reason_en: str
    retirement_reason_zh_hans: str
    replaced_by: Item | None

    class Meta:
        abstract = True

    @property
    def is_retired(self) -> bool:
        """Whether the item has left the canon."""
        return bool(self.state == State.RETIRED)

    @property
    def reason_fell_back(self) -> bool:
        """Whether the reason shown is English for want of one in the page's language."""
        return self.fell_back("retirement_reason")

    def publish(self) -> None:
        """Show the item to readers. A retired one comes back, without reason and replacement.

        Raises ValidationError if it has been published, or has no English annotation.
        """
        with transaction.atomic():
            lock_outline()
            self.refresh_from_db()
            if self.state == State.PUBLISHED:
                raise ValidationError(_("It is published."), code="state")
            refuse_without_annotation(self.annotation_en)
            self.state = State.PUBLISHED
            self.forget_retirement()
            self.save()

    def retire(
        self, reason_en: str, reason_zh_hans: str = "", replaced_by: Item | None = None
    ) -> None:
        """Take the item out of the canon; its page stays, with every mark and note.

        Readers are told the reason, and what to turn to instead. Raises ValidationError if there
        is no English reason, the item is not published, or the replacement will not do.
        """
        with transaction.atomic():
            lock_outline()
            self.refresh_from_db()
            refuse_to_retire(self.state, reason_en)
            if replaced_by:
                replaced_by.refresh_from_db()
                refuse_replacement(replaced_by, [self.pk])
            self.state = State.RETIRED
            self.retirement_reason_en = reason_en.strip()
            self.retirement_reason_zh_hans = reason_zh_hans.strip()
            self.replaced_by = replaced_by
            self.save()

    def unpublish(self) -> None:
        """Make the item a draft again, which readers do not see.

        Raises ValidationError if it is a draft, or if readers have marked or noted it: a draft has
        no page on which they would find that.
        """
        with transaction.atomic():
            lock_items([self.pk])
            self.refresh_from_db()
            if self.state == State.DRAFT:
                raise ValidationError(_("It is a draft."), code="state")
            refuse_to_hide(self.pk)
            self.state = State.DRAFT
            self.forget_retirement()
            self.save()

    def forget_retirement(self) -> None:
        """Forget why the item was retired, and what for: it would mislead once it is back."""
        self.retirement_reason_en = self.retirement_reason_zh_hans = ""
        self.replaced_by = None


def refuse_without_annotation(annotation_en: str | None) -> None:
    """Raise ValidationError without an English annotation: readers would not learn why it is here.

    A missing Chinese one falls back to English, and the page says so.
    """
    if not (annotation_en or "").strip():
        raise ValidationError(_("It has no English annotation."), code="annotation")


def refuse_to_retire(state: str, reason_en: str | None) -> None:
    """Raise ValidationError if what has this state cannot be retired for this reason."""
    if state == State.RETIRED:
        raise ValidationError(_("It is retired."), code="state")
    if state != State.PUBLISHED:
        # Drafts have no page; retired items do.
        raise ValidationError(_("Only what is published can be retired."), code="state")
    if not (reason_en or "").strip():
        raise ValidationError(_("Readers need a reason, in English at least."), code="reason")


def refuse_replacement(replacement: Any, retired: Collection[int]) -> None:
    """Raise ValidationError if `replacement` will not do for the items of the ids `retired`.

    As it has to be published, replacements never lead in a ring.
    """
    if replacement.pk in retired:
        raise ValidationError(_("It cannot replace itself: it is being retired."), code="ring")
    if replacement.state != State.PUBLISHED:
        raise ValidationError(_("Only what is published can replace something."), code="state")


def refuse_to_hide(pk: int) -> None:
    """Raise ValidationError if readers have marked or noted the item of this id."""
    if count_readers([pk]):
        message = _("Readers have marked it and would no longer find it. Retire it instead.")
        raise ValidationError(message, code="marked")


def count_readers(ids: Collection[int]) -> dict[int, int]:
    """Return how many readers keep a mark, a note or a log of each of these items, if any do."""
    from canon.models.notes import Note
    from canon.models.reading import Mark, ReadingEvent

    kept = [
        rows.order_by().filter(item__in=ids).values_list("item", "user")
        for rows in (Mark.objects.all(), Note.objects.all(), ReadingEvent.objects.all())
    ]
    readers: dict[int, int] = {}
    for item, _user in kept[0].union(*kept[1:]):
        readers[item] = readers.get(item, 0) + 1
    return readers
