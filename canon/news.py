"""News: what became of the canon since a reader last looked, and marks that can move on."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from canon.models import UNREAD, Item, MarkState, Reader, Status, set_states
from canon.models.marking import StateChange

# What is still to be done moves on to the replacement; what was finished or skipped stays, too.
MOVES_ON = {Status.QUEUED, Status.READING}


@dataclass(frozen=True)
class Replacement:
    """A retired item, and the published one that stands in its place."""

    old: Item
    new: Item
    # The mark of the old item, if it would tell something new about the new one.
    offered: MarkState | None = None


@dataclass
class News:
    """What was added, retired and replaced since a moment, each in canon order."""

    added: list[Item] = field(default_factory=list)
    retired: list[Item] = field(default_factory=list)
    replaced: list[Replacement] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.added or self.retired or self.replaced)


def news(items: Iterable[Item], states: Mapping[int, MarkState], since: datetime.datetime) -> News:
    """Return what happened to `items`, all of the canon in its order, since `since`.

    `states` are the reader's marks by item id. What was added and retired again in the meantime
    is no news, unless the reader has marked it.
    """
    everything = list(items)
    by_id = {item.id: item for item in everything}
    found = News()
    for item in everything:
        if item.state == Item.State.PUBLISHED and is_after(item.published_at, since):
            found.added.append(item)
        if item.state != Item.State.RETIRED or not is_after(item.retired_at, since):
            continue
        if is_after(item.published_at, since) and item.pk not in states:
            continue
        replacement = replacement_of(item, by_id, states)
        if replacement:
            found.replaced.append(replacement)
        else:
            found.retired.append(item)
    return found


def is_after(moment: datetime.datetime | None, since: datetime.datetime) -> bool:
    """Tell whether `moment` is known, and after `since`."""
    return moment is not None and moment > since


def replacement_of(
    item: Item, by_id: Mapping[int, Item], states: Mapping[int, MarkState]
) -> Replacement | None:
    """Return what readers of the retired `item` should turn to, None where there is nothing.

    A replacement that was itself replaced leads on to the next, until one is published.
    """
    new, seen = item, set[int]()
    while new.state == Item.State.RETIRED:
        seen.add(new.pk)
        following = by_id.get(new.replaced_by_id or 0)
        if following is None or following.pk in seen:
            return None
        new = following
    if new is item or new.state != Item.State.PUBLISHED:
        return None
    old_state, new_state = states.get(item.pk, UNREAD), states.get(new.pk, UNREAD)
    carried = new_state.merged_with(old_state)
    is_told = carried.says_the_same_as(new_state)
    return Replacement(item, new, None if is_told else old_state)


def replacement_for(user: Reader, item: Item) -> Replacement | None:
    """Return what `user` should turn to instead of `item`, None where there is nothing."""
    chain = Item.objects.filter(Q(pk=item.pk) | Q(replaces__isnull=False)).distinct()
    states = {mark.item_id: mark.state for mark in user.marks.filter(item__in=chain)}
    by_id = {candidate.pk: candidate for candidate in chain}
    return replacement_of(by_id[item.pk], by_id, states)


def carry_over(user: Reader, replacement: Replacement) -> uuid.UUID | None:
    """Give the new item what the mark of the old one says, where that is further.

    The two marks merge as `MarkState.merged_with` has it. A queued or begun item moves on: the
    new one takes its place, and the old one its leave. Returns the step that undoes it all, or
    None if nothing changed.
    """
    offered = replacement.offered
    if offered is None:
        return None
    changes: dict[Item, StateChange] = {replacement.new: lambda state: state.merged_with(offered)}
    if offered.status in MOVES_ON:
        changes[replacement.old] = lambda state: UNREAD if state == offered else state
    return set_states(user, changes)


def see_news(user: Reader, until: datetime.datetime) -> None:
    """Remember that `user` has seen what happened up to `until`; never forgets what they saw."""
    # `__class__`, not `type`: request.user is a proxy until it is asked.
    readers = user.__class__._default_manager
    readers.filter(pk=user.pk, news_seen_at__lt=until).update(news_seen_at=until)
