"""How two notes on one item become one, without a word lost."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _

from canon.models.notes import MAX_LENGTH, tidy


class TooLongError(ValueError):
    """Two notes are too long for one."""


def merge_texts(present: str, saved: str, today: datetime.date) -> str:
    """Return the note that keeps all of `present` and all of `saved`.

    Where there is only one, or one holds the other as whole lines, that one is it. Else `saved`
    goes below `present`, under a heading with the day: doing so again changes nothing. Raises
    TooLongError if that is longer than a note may be.
    """
    if not present:
        return saved
    if not saved.strip() or holds(present, saved):
        return present
    if not present.strip() or holds(saved, present):
        return saved
    heading = _("Imported on %(day)s") % {"day": today.isoformat()}
    above, below = present.rstrip("\n"), saved.strip("\n")
    merged = f"{above}\n\n## {heading}\n\n{below}\n"
    if len(merged) > MAX_LENGTH:
        raise TooLongError
    return merged


def holds(text: str, part: str) -> bool:
    """Tell whether `part` stands in `text` as whole lines."""
    return f"\n{plain(part)}\n" in f"\n{plain(text)}\n"


def plain(text: str) -> str:
    """Return `text` with plain ends of lines, and no empty ones around it."""
    return tidy(text).strip("\n")
