"""Titles made short enough to stand on the map. The whole title is always near."""

from __future__ import annotations

import unicodedata

# How much fits into one line, in ems of the map's lettering.
WIDTH = 11.7
NARROW = frozenset("iljtfrI.,:;'’‘!|()-– ")
BROAD = frozenset("mwMW@")
ELLIPSIS = "…"


def name_of(title: str) -> str:
    """Return what a work is called for short: its title without what follows a colon."""
    for colon in (": ", "："):
        name, found, _ = title.partition(colon)
        if found and name:
            return name
    return title


def rest_of(gloss: str, name: str) -> str:
    """Return a gloss without the name of the work, which stands beside it already."""
    for colon in ("：", ": "):
        if gloss.startswith(name + colon):
            return gloss.removeprefix(name + colon)
    return "" if gloss == name else gloss


def width(text: str) -> float:
    """Return about how wide `text` is, in ems."""
    return sum(map(width_of, text))


def width_of(character: str) -> float:
    """Return about how wide a character is: Chinese ones are square, Latin ones are not."""
    if is_wide(character):
        return 1.0
    if character in NARROW:
        return 0.3
    if character in BROAD:
        return 0.86
    return 0.68 if character.isupper() or character.isdigit() else 0.51


def is_wide(character: str) -> bool:
    """Tell whether a character is as wide as Chinese ones are."""
    return unicodedata.east_asian_width(character) in "WF"


def fit(text: str, *, lines: int) -> list[str]:
    """Return `text` in at most so many lines; what does not fit gives way to an ellipsis."""
    found: list[str] = []
    words = pieces(text)
    while words and len(found) < lines:
        line = words.pop(0)
        while words and width(line + words[0].rstrip()) <= WIDTH:
            line += words.pop(0)
        found.append(line.strip())
    if words:
        found[-1] = cut(found[-1] + " " + words[0].strip())
    return [cut(line) if width(line) > WIDTH else line for line in found]


def pieces(text: str) -> list[str]:
    """Return `text` in parts between which a line may end: words, and single Chinese characters."""
    found: list[str] = []
    before = " "
    for character in text:
        closes = is_wide(character) and unicodedata.category(character).startswith("P")
        if before == " " or ((is_wide(before) or is_wide(character)) and not closes):
            found.append(character)
        else:
            found[-1] += character
        before = character
    return found


def cut(text: str) -> str:
    """Return as much of `text` as fits, with an ellipsis."""
    while text and width(text + ELLIPSIS) > WIDTH:
        text = text[:-1]
    return text.rstrip(" ,.;:-，、…") + ELLIPSIS
