"""Curators answer what readers suggested: once, for all who suggested the same."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import reversion
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from canon.addresses import comparable
from canon.models import Item, Section, Suggestion, items_at
from canon.models.locks import lock_outline
from canon.suggestion_mail import write_to_readers

# By the host, where that tells; a curator looks at it anyway.
KINDS = {
    "arxiv.org": Item.Kind.PAPER,
    "openreview.net": Item.Kind.PAPER,
    "youtube.com": Item.Kind.VIDEO,
    "youtu.be": Item.Kind.VIDEO,
    "github.com": Item.Kind.REPOSITORY,
}


class AlreadyAnsweredError(Exception):
    """A suggestion was to be answered that is no longer open.

    `suggestion` is it as it stands, None if its reader has withdrawn it.
    """

    def __init__(self, suggestion: Suggestion | None) -> None:
        """Keep the suggestion as it stands."""
        super().__init__("The suggestion has been answered or withdrawn.")
        self.suggestion = suggestion


def lock_open(suggestion: Suggestion) -> list[Suggestion]:
    """Return what is open and asks for the same as `suggestion`, locked until the transaction ends.

    Raises AlreadyAnsweredError if `suggestion` itself is not open any more.
    """
    alike = list(Suggestion.objects.alike(suggestion).select_for_update().order_by("pk"))
    waiting = [one for one in alike if one.is_open]
    if suggestion.pk not in {one.pk for one in waiting}:
        raise AlreadyAnsweredError(Suggestion.objects.filter(pk=suggestion.pk).first())
    return waiting


def close(suggestions: list[Suggestion], state: str, answer: str) -> None:
    """Answer `suggestions`, and write to those who asked for it once that is certain."""
    now = timezone.now()
    for suggestion in suggestions:
        suggestion.state, suggestion.answer, suggestion.answered_at = state, answer, now
        suggestion.save()
    pks = [suggestion.pk for suggestion in suggestions]
    transaction.on_commit(lambda: write_to_readers(pks))


@transaction.atomic
def accept(suggestion: Suggestion, curator: Any, answer: str = "") -> Item | None:
    """Accept `suggestion`, and all that ask for the same.

    A wish for an item becomes a draft, unless the canon has the address by now. Returns the item
    that it became, or that a reported link belongs to. Raises AlreadyAnsweredError if it is not
    open, ValidationError if there is no section that a draft could stand in.
    """
    waiting = lock_open(suggestion)
    if not suggestion.is_report:
        lock_outline()
        item = item_at(suggestion.url) or make_draft(suggestion, curator)
        for one in waiting:
            one.item = item
    close(waiting, Suggestion.State.ACCEPTED, answer)
    return waiting[0].item


@transaction.atomic
def decline(suggestion: Suggestion, answer: str) -> None:
    """Decline `suggestion`, and all that ask for the same; the readers are told `answer`.

    Raises AlreadyAnsweredError if it is not open, ValidationError if there is no answer.
    """
    if not answer.strip():
        raise ValidationError(_("Say why: the reader waits for an answer."))
    close(lock_open(suggestion), Suggestion.State.DECLINED, answer)


def mend_answer(suggestion: Suggestion, answer: str) -> None:
    """Change the words of an answer, for all who got it; nobody is written to again.

    Raises ValidationError if what was declined would be left without an answer.
    """
    if suggestion.state == Suggestion.State.DECLINED and not answer.strip():
        raise ValidationError(_("Say why: the reader waits for an answer."))
    together = Suggestion.objects.alike(suggestion).filter(
        state=suggestion.state, answered_at=suggestion.answered_at
    )
    together.update(answer=answer)


def item_at(url: str) -> Item | None:
    """Return the item that has an address by now: best one of its own, and not a retired one."""
    key = comparable(url)
    found = items_at(url)
    return min(found, key=lambda item: (item.is_retired, item.address_key != key), default=None)


def make_draft(suggestion: Suggestion, curator: Any) -> Item:
    """Save and return the draft of a suggested item, at the end of its section, as one revision."""
    section = suggestion.section or Section.objects.first()
    if section is None:
        raise ValidationError(_("A draft needs a section: make one first."))
    with reversion.create_revision():
        reversion.set_user(curator)
        reversion.set_comment(_("Suggested by a reader."))
        return Item.objects.create(
            slug=free_slug(suggestion),
            section=section,
            title=suggestion.title or host_of(suggestion.url),
            url=suggestion.url,
            kind=KINDS.get(host_of(suggestion.url), Item.Kind.ARTICLE),
            difficulty=Item.Difficulty.INTERMEDIATE,
            effort=Item.Effort.HOUR,
        )


def host_of(url: str) -> str:
    """Return the host of an address, without “www.”."""
    return (urlsplit(url).hostname or url).removeprefix("www.")


def free_slug(suggestion: Suggestion) -> str:
    """Return a slug from the title, or else from the address, that no item has."""
    stem = slugify(suggestion.title) or slugify(suggestion.address_key.replace("/", "-")) or "item"
    stem = stem[:90].strip("-")
    taken = set(Item.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    names = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
