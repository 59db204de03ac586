"""Finding words anywhere in many texts, without looking through all of them."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable

# To look through a text costs as much as to find so many places in another list.
LESS = 2
NOWHERE = array("I")


class TextIndex:
    """Which texts have a word in them: as a part of another word, too, as Chinese needs it.

    It is an inverted index of bigrams (Manning, Raghavan, Schütze, Introduction to Information
    Retrieval, 3.2.2): only texts with the pairs of letters of a word are looked through. Pairs
    and not threes, since many Chinese words have two characters.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Take in the texts, folded."""
        self.texts = list(texts)
        # The places of the texts that hold a pair of letters.
        self.places: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for place, text in enumerate(self.texts):
            for pair in pairs_of(text):
                self.places[pair].append(place)

    def having(self, word: str) -> Collection[int]:
        """Return the places of the texts in which `word`, folded, stands."""
        candidates = self.candidates(word)
        if len(word) == len("扩散"):  # a pair itself
            return candidates
        return [place for place in candidates if word in self.texts[place]]

    def candidates(self, word: str) -> Collection[int]:
        """Return the places of the texts that may have `word`."""
        lists = sorted((self.places.get(pair, NOWHERE) for pair in pairs_of(word)), key=len)
        if not lists:
            return range(len(self.texts))
        rarest, *others = lists
        found: Collection[int] = rarest
        for other in others:
            if len(other) > LESS * len(found):
                break
            found = set(found).intersection(other)
        return found


def pairs_of(text: str) -> set[str]:
    """Return every two letters that stand side by side in `text`."""
    return {text[place : place + 2] for place in range(len(text) - 1)}
