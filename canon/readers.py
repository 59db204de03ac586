"""Who reads: a member, whose marks are rows, or a guest, whose marks lie in the session.

Views ask `reader_of(request)` and need not know which of the two it is.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.contrib.messages import add_message, constants
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import receiver
from django.http import Http404, HttpRequest
from django.shortcuts import get_list_or_404
from django.utils import timezone
from django.utils.translation import ngettext

from canon.models import (
    Item,
    MarkState,
    Note,
    Record,
    Status,
    change_marks,
    record_left_by,
    record_of,
    set_states,
    take_held_mark,
    undo_step,
)
from canon.models.marking import go_back

# How many steps a guest can take back.
GUEST_STEPS = 20
SIGN_IN = {"password", "last_login"}


class MemberRequest(HttpRequest):
    """A request to a view behind `login_required`."""

    # The user model, which canon names only in settings.
    user: Any


class Member:
    """A reader who is signed in."""

    is_member = True

    def __init__(self, user: Any) -> None:
        """Stand for `user`, whose rows are reached through their own relations."""
        self.user = user

    @cached_property
    def record(self) -> Record:
        """What this reader has marked and noted, from one query."""
        return record_of(self.user)

    @property
    def marks(self) -> Mapping[int, MarkState]:
        """What each marked item is to this reader, by the item's id."""
        return self.record.marks

    @property
    def notes(self) -> Mapping[int, str]:
        """How each note begins, as plain text, by the item's id."""
        return self.record.notes

    @property
    def traits(self) -> list[Any]:
        """Everything that is kept of this reader themselves, but of how they sign in."""
        names = [field.attname for field in self.user._meta.concrete_fields]
        return [getattr(self.user, name) for name in names if name not in SIGN_IN]

    def note_on(self, item: Item) -> Note | None:
        """Return this reader's note on `item`, None where there is none."""
        note: Note | None = self.user.notes.on(item)
        return note

    def today(self) -> datetime.date:
        """Return the reader's date."""
        today: datetime.date = self.user.today()
        return today

    def change(self, items: Iterable[Item], status: str) -> uuid.UUID | None:
        """Give `items` a status; see `canon.models.change_marks`."""
        step = change_marks(self.user, items, status)
        vars(self)["record"] = record_left_by(self.user)
        return step

    def take(
        self, item: Item, status: str, *, step: uuid.UUID, made_at: datetime.datetime
    ) -> uuid.UUID | None:
        """Take a mark that was made offline; see `canon.models.take_held_mark`."""
        taken = take_held_mark(self.user, item, status, step=step, made_at=made_at)
        vars(self).pop("record", None)
        return taken

    def undo(self, step: uuid.UUID) -> list[Item]:
        """Take `step` back; return the items that went back.

        Raises Http404 if this reader has made no such step.
        """
        get_list_or_404(self.user.reading_events, step=step)
        undone = undo_step(self.user, step)
        vars(self).pop("record", None)
        return list(Item.objects.filter(reading_events__in=undone))


class Guest:
    """A visitor without an account; the session keeps their marks until they sign in."""

    is_member = False
    record = None
    notes: dict[int, str] = {}
    traits: tuple[Any, ...] = ()

    def __init__(self, session: SessionBase) -> None:
        """Stand for the visitor of `session`."""
        self.session = session

    def note_on(self, _item: Item) -> None:
        """Return None: only members write notes."""

    @cached_property
    def marks(self) -> dict[int, MarkState]:
        """What each marked item is to this visitor, by the item's id."""
        return read_guest_marks(self.session)

    def today(self) -> datetime.date:
        """Return the visitor's date: their time zone is in force during the request."""
        return timezone.localdate()

    def change(self, items: Iterable[Item], status: str) -> uuid.UUID | None:
        """Give `items` a status; takes, returns and raises what `change_marks` does."""
        if status and status not in Status.values:
            raise ValueError(f"There is no status {status!r}.")
        today = self.today()
        return self.set_states(
            {item.pk: lambda state: state.moved_to(status, today) for item in items}
        )

    def take(
        self, item: Item, status: str, *, step: uuid.UUID, made_at: datetime.datetime
    ) -> uuid.UUID | None:
        """Take a mark that was made offline, once; the session keeps no times to compare it by."""
        today = timezone.localdate(made_at)
        return self.set_states({item.pk: lambda state: state.moved_to(status, today)}, step)

    def undo(self, step: uuid.UUID) -> list[Item]:
        """Take `step` back; return the items that went back.

        Raises Http404 if this visitor has made no such step, or made it long ago.
        """
        taken = next((s for s in self.session.get("steps", []) if s["step"] == str(step)), None)
        if taken is None:
            raise Http404
        changes = {
            int(pk): go_back(MarkState.from_json(before), MarkState.from_json(after))
            for pk, (before, after) in taken["changes"].items()
        }
        return list(Item.objects.filter(pk__in=changes)) if self.set_states(changes) else []

    def set_states(
        self,
        changes: dict[int, Callable[[MarkState], MarkState]],
        step: uuid.UUID | None = None,
    ) -> uuid.UUID | None:
        """Change states, given for each item's id a function from the present to the next.

        Returns the step of the change, a new one unless it is given; None if nothing changed, or
        if this very step was made before.
        """
        step = step or uuid.uuid4()
        if not self.session.session_key:
            return self.write(self.session, changes, step)
        # Two presses at once would each save the session they had read, and one would be lost.
        # So the row is locked, read afresh and saved here, and not by the middleware later.
        with transaction.atomic():
            row = Session.objects.select_for_update().filter(pk=self.session.session_key).first()
            fresh = type(self.session)(self.session.session_key)
            if row:  # not what a cache says of it
                fresh.clear()
                fresh.update(row.get_decoded())
            return self.write(fresh, changes, step)

    def write(
        self,
        session: SessionBase,
        changes: dict[int, Callable[[MarkState], MarkState]],
        step: uuid.UUID,
    ) -> uuid.UUID | None:
        """Change states in `session`, and save it."""
        marks = self.marks = read_guest_marks(session)
        steps = session.get("steps", [])
        if any(made["step"] == str(step) for made in steps):
            return None
        undoable = {}
        for pk, change in changes.items():
            before = marks.pop(pk, MarkState())
            after = change(before)
            if after.status:
                marks[pk] = after
            if after != before:
                undoable[str(pk)] = (before.to_json(), after.to_json())
        if not undoable:
            return None
        session["marks"] = {str(pk): state.to_json() for pk, state in marks.items()}
        steps = [*steps, {"step": str(step), "changes": undoable}]
        session["steps"] = steps[-GUEST_STEPS:]
        session.save()
        return step


def read_guest_marks(session: SessionBase) -> dict[int, MarkState]:
    """Return the marks kept in `session`, by the item's id."""
    return {int(pk): MarkState.from_json(data) for pk, data in session.get("marks", {}).items()}


def reader_of(request: HttpRequest) -> Member | Guest:
    """Return who makes `request`: the same object each time, so that their rows are read once."""
    known: Member | Guest | None = getattr(request, "reader", None)
    is_member = request.user.is_authenticated
    if known is None or known.is_member != is_member:
        known = Member(request.user) if is_member else Guest(request.session)
        request.reader = known  # type: ignore[attr-defined]
    return known


@receiver(user_logged_in)
def merge_guest_marks(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Give a reader who signs in the marks they made as a guest, and say so.

    Where both have a mark of one item, `MarkState.merged_with` decides. The guest's marks are
    gone afterwards, so that merging twice changes nothing.
    """
    if not hasattr(request, "session") or "marks" not in request.session:
        return
    guest = read_guest_marks(request.session)
    del request.session["marks"]
    request.session.pop("steps", None)
    items = Item.objects.in_bulk(guest)
    step = set_states(user, {item: merging(guest[pk]) for pk, item in items.items()})
    if step:
        count = user.reading_events.filter(step=step).count()
        text = ngettext(
            "%(count)s mark you made before signing in is now yours.",
            "%(count)s marks you made before signing in are now yours.",
            count,
        )
        add_message(request, constants.SUCCESS, text % {"count": count}, extra_tags=str(step))


def merging(guest: MarkState) -> Callable[[MarkState], MarkState]:
    """Return the change that merges a guest's state into a member's."""
    return lambda state: state.merged_with(guest)
