"""Finding words anywhere in many texts, without looking through all of them."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence


class TextIndex:
    """Which items have a word in their texts: as a part of another word, too, as Chinese needs it.

    It is an inverted index of bigrams (Manning, Raghavan, Schütze, Introduction to Information
    Retrieval, 3.2.2): only texts with the rarest pair of letters of a word are looked through.
    Pairs and not threes, since many Chinese words have two characters.
    """

    def __init__(self, texts: Iterable[tuple[int, str]]) -> None:
        """Take in each item's id and its text, folded."""
        self.texts = list(texts)
        # The places of the texts that hold a pair of letters.
        self.places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, (_id, text) in enumerate(self.texts):
            for pair in pairs_of(text):
                self.places[pair].append(place)

    def having(self, word: str) -> set[int]:
        """Return the ids of the items in whose text `word`, folded, stands."""
        return {pk for pk, text in self.candidates(word) if word in text}

    def candidates(self, word: str) -> Iterable[tuple[int, str]]:
        """Return the items that may have `word`, with their texts."""
        rarest: Sequence[int] | None = min(
            (self.places.get(pair, ()) for pair in pairs_of(word)), key=len, default=None
        )
        return self.texts if rarest is None else (self.texts[place] for place in rarest)


def pairs_of(text: str) -> set[str]:
    """Return every two letters that stand side by side in `text`."""
    return {text[place : place + 2] for place in range(len(text) - 1)}
