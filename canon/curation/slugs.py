"""Slugs for what is new: out of the title, each only once."""

from __future__ import annotations

from collections.abc import Container
from itertools import count
from urllib.parse import unquote, urlsplit

from django.utils.text import slugify

SHORTEST = 2
ENDINGS = (".html", ".htm", ".pdf", ".php", ".aspx")


def make_slug(
    title: str, taken: Container[str], *, address: str = "", longest: int = 100, word: str = "item"
) -> str:
    """Return a slug that is not `taken`: of the title or, without Latin letters, of the address.

    Where neither gives one, it is the `word` with a number.
    """
    base = slugify(title)
    if len(base) < SHORTEST:
        base = slug_of_address(address)
    base = base[: longest - 6].strip("-_")
    if len(base) >= SHORTEST and base not in taken:
        return base
    base = base if len(base) >= SHORTEST else word
    numbers = count(2 if base != word else 1)
    return next(slug for number in numbers if (slug := f"{base}-{number}") not in taken)


def slug_of_address(address: str) -> str:
    """Return a slug of the last part of an address that has letters, or of its host."""
    parts = urlsplit(address)
    path = unquote(parts.path).lower()
    for ending in ENDINGS:
        path = path.removesuffix(ending)
    words = [slugify(part) for part in path.split("/")]
    named = [word for word in words if len(word) >= SHORTEST and not word.isdigit()]
    return named[-1] if named else slugify((parts.hostname or "").removeprefix("www."))
