"""Stencils: text rendered once, with blanks that are filled for each reader.

Most of a page is the same for everybody who reads it in one language. A stencil keeps that part as
text, so that showing it once more costs a join instead of a run of the template engine.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import cached_property
from html import escape
from typing import Any

from django.utils.safestring import SafeString

# Stands around the name of a blank; made anew by each process, so that no text can hold it.
EDGE = f"\x1f{secrets.token_hex(8)}\x1f"


def leave_open(names: Iterable[str]) -> dict[str, SafeString]:
    """Return the values to render a template with where the variables `names` are to be blanks."""
    return {name: SafeString(f"{EDGE}{name}{EDGE}") for name in names}


class Stencil:
    """A text with blanks, kept encoded; only one that is filled is decoded, once."""

    def __init__(self, text: str) -> None:
        """Keep `text`, rendered with values from `leave_open`."""
        parts = text.split(EDGE)
        *texts, self.end = (part.encode() for part in parts[::2])
        self.steps = list(zip(texts, parts[1::2], strict=True))

    @cached_property
    def pieces(self) -> list[SafeString]:
        """The texts around the blanks."""
        return [
            SafeString(text.decode()) for text in (*(text for text, _name in self.steps), self.end)
        ]

    def fill(self, **values: Any) -> SafeString:
        """Return the text with a value in every blank, escaped as a template would do it.

        Raises KeyError if a blank stays open.
        """
        first, *rest = self.pieces
        if not rest:
            return first
        parts: list[str] = [first]
        for (_text, name), piece in zip(self.steps, rest, strict=True):
            parts += (escaped(values[name]), piece)
        return SafeString("".join(parts))

    def pour(self, into: list[bytes], **values: list[bytes]) -> None:
        """Add the text to `into`, encoded, with pieces that need no more escaping in its blanks.

        Raises KeyError if a blank stays open.
        """
        for before, name in self.steps:
            into.append(before)
            into += values[name]
        into.append(self.end)


class Inserts:
    """Long texts that go into a page at the very end.

    A template engine copies a text for every node that stands around it, a dozen times for the
    list of the canon. So the template is given a mark in its place.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.left: list[list[bytes]] = []

    def leave(self, pieces: list[bytes]) -> SafeString:
        """Return the mark to render where `pieces`, which are safe and encoded, belong."""
        self.left.append(pieces)
        return SafeString(f"{EDGE}{len(self.left) - 1}{EDGE}")

    def fill(self, text: str) -> bytes:
        """Return a rendered `text`, encoded, with what was left out in its places."""
        whole: list[bytes] = []
        for place, part in enumerate(text.split(EDGE)):
            whole += self.left[int(part)] if place % 2 else [part.encode()]
        return b"".join(whole)


def encoded(value: Any) -> list[bytes]:
    """Return `value` as one piece to pour, escaped as a template would do it."""
    return [escaped(value).encode()]


def escaped(value: Any) -> str:
    """Return `value` as text, escaped as a template would do it: most are safe, or numbers."""
    if type(value) is SafeString:
        return value
    return str(value) if type(value) is int else escape(str(value))
