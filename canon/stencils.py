"""Stencils: text rendered once, with blanks that are filled for each reader.

Most of a page is the same for everybody who reads it in one language. A stencil keeps that part as
text, so that showing it once more costs a join instead of a run of the template engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from html import escape
from typing import Any

from django.utils.safestring import SafeString

# Stands around the name of a blank; made anew by each process, so that no text can hold it.
EDGE = f"\x1f{secrets.token_hex(8)}\x1f"


def leave_open(names: Iterable[str]) -> dict[str, SafeString]:
    """Return the values to render a template with where the variables `names` are to be blanks."""
    return {name: SafeString(f"{EDGE}{name}{EDGE}") for name in names}


class Stencil:
    """A text with blanks."""

    def __init__(self, text: str) -> None:
        """Keep `text`, rendered with values from `leave_open`."""
        self.parts = text.split(EDGE)
        self.text = SafeString(text)
        self.places = [(place, self.parts[place]) for place in range(1, len(self.parts), 2)]

    def fill(self, **values: Any) -> SafeString:
        """Return the text with a value in every blank, escaped as a template would do it.

        Raises KeyError if a blank stays open.
        """
        if not self.places:
            return self.text
        parts = self.parts.copy()
        for place, name in self.places:
            value = values[name]
            parts[place] = value if type(value) is SafeString else escape(str(value))
        return SafeString("".join(parts))
