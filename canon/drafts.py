"""Drafts: texts of notes that could not be saved, kept in the session until they can be.

A text is refused because its reader's session has ended, because the note is newer, or because it
is too long. The draft then waits in that browser's session, through sign-in, and only the reader
it was written by gets it back: the editor names its reader in a signed field.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.core.signing import BadSignature, Signer

# So that a session stays small; the oldest goes first.
MOST_DRAFTS = 5

signer = Signer(salt="canon.drafts")


def sign_reader(user: Any) -> str:
    """Return what the editor names its reader by."""
    return signer.sign(str(user.pk))


def read_reader(signed: str) -> str:
    """Return the id of the reader whom `sign_reader` named; empty for a forgery."""
    try:
        return signer.unsign(signed)
    except BadSignature:
        return ""


@dataclass(frozen=True)
class Draft:
    """A text that waits to be saved."""

    reader: str
    text: str
    # The version of the note that the writer saw.
    version: int

    def is_by(self, user: Any) -> bool:
        """Tell whether `user` wrote this."""
        return bool(self.reader) and self.reader == str(user.pk)


def find_draft(session: SessionBase, slug: str, user: Any) -> Draft | None:
    """Return what `user` wrote on the item `slug` and could not save, if there is such a text."""
    kept = session.get("drafts", {}).get(slug)
    draft = Draft(**kept) if kept else None
    return draft if draft and draft.is_by(user) else None


def keep_draft(session: SessionBase, slug: str, draft: Draft) -> None:
    """Keep the text of `draft`, instead of an older one on the same item."""
    drafts = {other: kept for other, kept in session.get("drafts", {}).items() if other != slug}
    drafts[slug] = asdict(draft)
    session["drafts"] = dict(list(drafts.items())[-MOST_DRAFTS:])


def drop_draft(session: SessionBase, slug: str) -> None:
    """Forget the text kept on the item `slug`."""
    drafts = dict(session.get("drafts", {}))
    if drafts.pop(slug, None):
        session["drafts"] = drafts
