"""Readers help: what they suggest and report, and what is known of an address already."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from canon.models import Item, Reader, Suggestion, items_at
from canon.models.reading import lock_reader


@dataclass(frozen=True)
class Known:
    """What is known of an address that a reader would suggest or report."""

    # In the canon, or once in it.
    item: Item | None = None
    # What the reader said of it themselves.
    own: Suggestion | None = None
    # Whether a curator has it in hand for others: as a draft, or because somebody else said so.
    # Which of these, and who, no reader is told.
    is_in_hand: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing for the reader to add."""
        return bool(self.item or self.own)


class AlreadyKnownError(Exception):
    """There is nothing to add to what is known of an address.

    `known` says what that is.
    """

    def __init__(self, known: Known) -> None:
        """Keep what is known."""
        super().__init__("The address is known.")
        self.known = known


def look_up(user: Reader, url: str) -> Known:
    """Return what is known of `url`, as far as `user` may know."""
    items = list(items_at(url).select_related("replaced_by"))
    shown = [item for item in items if item.state != Item.State.DRAFT]
    if shown:
        return Known(item=min(shown, key=lambda item: (item.is_retired, item.pk)))
    wish = Suggestion(kind=Suggestion.Kind.ITEM, url=url)
    said = list(Suggestion.objects.alike(wish))
    own = [one for one in said if one.user_id == user.pk and not is_past(one, items)]
    return Known(
        own=own[0] if own else None,
        is_in_hand=bool(items) or any(one.is_open for one in said),
    )


def is_past(suggestion: Suggestion, items: list[Item]) -> bool:
    """Tell whether a wish was granted, but what came of it is no longer among `items`."""
    return suggestion.is_accepted and suggestion.item_id not in {item.pk for item in items}


@transaction.atomic
def suggest(user: Reader, wish: Suggestion) -> Known:
    """Save `wish`, for an item the canon lacks, as the suggestion of `user`.

    Returns what was known of the address before. Raises AlreadyKnownError if it is in the canon,
    or `user` has suggested it; also where that came to be in another tab at the same moment.
    """
    lock_reader(user)
    known = look_up(user, wish.url)
    if known.is_settled:
        raise AlreadyKnownError(known)
    wish.user, wish.kind = user, Suggestion.Kind.ITEM
    wish.save()
    return known


def look_up_report(user: Reader, report: Suggestion) -> Known:
    """Return who has reported the same and waits for an answer; one that is answered is past."""
    said = list(Suggestion.objects.open().alike(report))
    own = [one for one in said if one.user_id == user.pk]
    return Known(own=own[0] if own else None, is_in_hand=bool(said))


@transaction.atomic
def save_report(user: Reader, report: Suggestion) -> Known:
    """Save `report`, on an address of an item, as that of `user`.

    Returns what was known before. Raises AlreadyKnownError if `user` has reported it and waits for
    an answer; also where that came to be in another tab at the same moment.
    """
    lock_reader(user)
    known = look_up_report(user, report)
    if known.is_settled:
        raise AlreadyKnownError(known)
    report.user = user
    report.save()
    return known


def withdraw(user: Reader, suggestion: Suggestion) -> bool:
    """Take an open suggestion of `user` back; tell whether it was still open."""
    deleted, _rows = user.suggestions.open().filter(pk=suggestion.pk).delete()
    return bool(deleted)
