"""What a reader typed into a form that could not be sent, kept until they open the form again.

Their session had ended, or they took back what they had said. Only whoever typed it gets it back:
the form names its reader in a signed field, as the editor of notes does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

FIELDS = ("url", "title", "text", "section", "wants_mail")
# So that a session stays small.
LONGEST = 2000


def keep_unsent(session: SessionBase, reader: str, form: str, typed: Mapping[str, Any]) -> None:
    """Keep what `reader`, by id, typed into `form`, instead of what was kept before."""
    fields = {name: str(typed.get(name) or "")[:LONGEST] for name in FIELDS}
    session["unsent"] = {"reader": reader, "form": form, "fields": fields}


def take_unsent(session: SessionBase, user: Any, form: str) -> dict[str, str]:
    """Return what was kept for `user` of `form`, and forget it; nothing if there is nothing."""
    kept = session.get("unsent")
    if not kept or kept["reader"] != str(user.pk) or kept["form"] != form:
        return {}
    fields: dict[str, str] = session.pop("unsent")["fields"]
    return fields
