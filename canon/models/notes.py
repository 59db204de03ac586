"""Notes: a reader's private text on an item."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from canon.markdown import plain_text
from canon.models.items import Item, ItemQuerySet
from canon.models.prepared import Prepared
from canon.models.reading import Reader
from canon.search import fold, split_words

MAX_LENGTH = 20_000
# Where a list of notes breaks off a long one, at the end of a paragraph.
LONG = 1_500
# How much of a note stands on its card.
EXCERPT = 200


class NoteConflictError(Exception):
    """A note was to be saved over a newer text.

    `current` is the note as it stands.
    """

    def __init__(self, current: Note) -> None:
        """Keep the note as it stands."""
        super().__init__("The note has been changed since.")
        self.current = current


class NoteQuerySet(models.QuerySet["Note"]):
    """Words for choosing notes."""

    def written(self) -> NoteQuerySet:
        """Keep notes with a text: an emptied one only remembers its version."""
        return self.exclude(text="")

    def on(self, item: Item) -> Note | None:
        """Return the note on `item`, None where there is none. Ask the notes of one reader."""
        return self.filter(item=item).first()

    def matching(self, text: str) -> NoteQuerySet:
        """Keep notes in which, or in whose item, every word of `text` stands.

        An item is searched as the canon page does it: titles, annotations, authors.
        """
        notes = self
        for word in split_words(text):
            in_item = models.Q(item__in=Item.objects.matching(word))
            notes = notes.filter(models.Q(search_text__contains=word) | in_item)
        return notes


NoteManager = models.Manager.from_queryset(NoteQuerySet)


class Note(models.Model):
    """One reader's private Markdown text on one item."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reader"),
        on_delete=models.CASCADE,
        related_name="notes",
    )
    item = models.ForeignKey(
        Item, verbose_name=_("item"), on_delete=models.PROTECT, related_name="notes"
    )
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(MAX_LENGTH)])
    version = models.PositiveIntegerField(_("version"), default=1)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    search_text = models.TextField(editable=False, default="")
    excerpt = models.CharField(max_length=EXCERPT, editable=False, default="")

    objects = NoteManager()

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["-updated_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "item"], name="note_unique_for_reader"),
        ]

    def __str__(self) -> str:
        return str(self.item)

    @property
    def beginning(self) -> str:
        """The first paragraphs of a long text; all of any other."""
        if len(self.text) <= LONG:
            return self.text
        end = self.text.rfind("\n\n", 0, LONG)
        return self.text[: end if end > 0 else LONG]

    @property
    def goes_on(self) -> bool:
        """Whether the text is longer than its beginning."""
        return len(self.text) > LONG


EXCERPTS_OF_READER = Prepared(
    lambda user: (
        Note.objects.filter(user=user).written().order_by().values_list("item_id", "excerpt")
    )
)


def excerpts_of(user: Reader) -> dict[int, str]:
    """Return how each note of `user` begins, as plain text, by the item's id, from one query."""
    return dict(EXCERPTS_OF_READER.rows(user.pk))


@receiver(pre_save, sender=Note)
def derive_from_text(instance: Note, **_kwargs: Any) -> None:
    """Keep the searched text and the excerpt true to the text."""
    instance.search_text = fold(instance.text)
    instance.excerpt = Truncator(plain_text(instance.text)).chars(EXCERPT)


def open_to_notes(user: Reader) -> ItemQuerySet:
    """Return the items `user` may write on: all published, and those they have written on."""
    return Item.objects.filter(
        models.Q(state=Item.State.PUBLISHED) | models.Q(pk__in=user.notes.values("item"))
    )


def tidy(text: str) -> str:
    """Return `text` with plain line ends: browsers send others, which are no change."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def join_texts(mine: str, saved: str) -> str:
    """Return both texts, mine first; only one where it holds the other."""
    if mine.strip() in saved:
        return saved
    if saved.strip() in mine:
        return mine
    return f"{mine.rstrip()}\n\n---\n\n{saved.lstrip()}"
