"""Suggestions: what readers would have curators add or mend."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.signals import post_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from canon.addresses import comparable
from canon.models.items import Item, ItemQuerySet, web_address
from canon.models.parts import Link
from canon.models.sections import Section


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Words for choosing suggestions."""

    def open(self) -> SuggestionQuerySet:
        """Keep what no curator has answered."""
        return self.filter(state=Suggestion.State.OPEN)

    def alike(self, suggestion: Suggestion) -> SuggestionQuerySet:
        """Keep what asks for the same as `suggestion`, which is itself among it.

        Wishes for an item are told apart by what is compared of the address; reports by the very
        address and the item it stands beside, for two links may lead to two places of one page.
        """
        alike = self.filter(kind=suggestion.kind)
        if suggestion.kind == Suggestion.Kind.LINK:
            return alike.filter(url=suggestion.url, item=suggestion.item_id)
        return alike.filter(address_key=comparable(suggestion.url))


SuggestionManager = models.Manager.from_queryset(SuggestionQuerySet)


class Suggestion(models.Model):
    """One reader's wish: an item the canon lacks, or a link that does not lead where it should."""

    class Kind(models.TextChoices):
        ITEM = "item", _("new item")
        LINK = "link", _("bad link")

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="suggestions"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    url = models.URLField(_("address"), max_length=500, validators=[web_address])
    address_key = models.CharField(max_length=500, editable=False, default="", db_index=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    text = models.TextField(_("why"), max_length=2000, blank=True)
    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.SET_NULL, null=True, blank=True
    )
    # The item that a reported link belongs to, or the draft that a suggestion became.
    item = models.ForeignKey(
        Item,
        verbose_name=_("item"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="suggestions",
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    wants_mail = models.BooleanField(_("tell me by mail what becomes of it"), default=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)

    objects = SuggestionManager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["state", "-created_at"], name="suggestion_open")]

    def __str__(self) -> str:
        return self.title or self.url

    @property
    def is_open(self) -> bool:
        """Whether no curator has answered yet."""
        return self.state == self.State.OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether a curator agreed."""
        return self.state == self.State.ACCEPTED

    @property
    def is_report(self) -> bool:
        """Whether this is about a link that the canon has, not about an item it lacks."""
        return self.kind == self.Kind.LINK

    @property
    def visible_item(self) -> Item | None:
        """The item, if readers may know of it; None for a draft."""
        return None if self.item is None or self.item.state == Item.State.DRAFT else self.item


@receiver(post_delete, sender=Suggestion)
def forget_suggestion(instance: Suggestion, using: str, **_kwargs: Any) -> None:
    """Leave in the desk's log that something was answered, not what its reader had written."""
    entries = apps.get_model("admin", "LogEntry")._base_manager.using(using)
    about = {"content_type__app_label": "canon", "content_type__model": "suggestion"}
    found = entries.filter(object_id=str(instance.pk), **about)
    found.update(object_id=None, object_repr="—")


@receiver(pre_save, sender=Suggestion)
def compare_suggestion(instance: Suggestion, **_kwargs: Any) -> None:
    """Keep what is compared of the address true to it."""
    instance.address_key = comparable(instance.url)


def items_at(url: str) -> ItemQuerySet:
    """Return the items, drafts too, that have this address: their own or one of their links."""
    key = comparable(url)
    if not key:
        return Item.objects.none()
    linked = Link.objects.filter(item=models.OuterRef("pk"), address_key=key)
    return Item.objects.filter(models.Q(address_key=key) | models.Exists(linked))
