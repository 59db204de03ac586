"""The editor of a note as data: what was typed, what is saved, and how the two stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from canon.drafts import sign_reader
from canon.markdown import render_markdown
from canon.models import Item, Note
from canon.models.notes import MAX_LENGTH


@dataclass(frozen=True)
class Editor:
    """What the editor of a note shows."""

    user: Any
    item: Item
    text: str
    # The version that the text is based on.
    version: int
    # The note as it stands, None where there is none.
    saved: Note | None
    # Why the text is not saved, a sentence.
    problem: str = ""
    # Whether the session keeps the text as a draft.
    is_kept: bool = False
    has_just_saved: bool = False

    limit = MAX_LENGTH

    @classmethod
    def of(cls, user: Any, note: Note | None, item: Item) -> Editor:
        """Return the editor of a note as it stands, or of none yet."""
        return cls(user, item, note.text if note else "", note.version if note else 0, note)

    @property
    def is_saved(self) -> bool:
        """Whether what is typed is what is saved."""
        return self.text == (self.saved.text if self.saved else "")

    @property
    def conflict(self) -> Note | None:
        """The note as it stands, where the writer did not know it and it says something else."""
        if self.saved and self.saved.version != self.version and not self.is_saved:
            return self.saved
        return None

    @property
    def reader(self) -> str:
        """What the form names its reader by."""
        return sign_reader(self.user)

    @property
    def length(self) -> int:
        """How many characters the text has."""
        return len(self.text)

    @property
    def preview(self) -> SafeString:
        """The text as it will be shown."""
        return render_markdown(self.text[:MAX_LENGTH])
