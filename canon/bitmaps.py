"""Bitmaps: sets of the items of an edition, each a whole number with a bit for every item.

The first item in canon order has the lowest bit. What two sets share is `&`, and how many that is
`bit_count()`: one step over a kilobyte, where ten thousand ids would be looked at one by one. So
the counts beside hundreds of choices cost what hundreds of such steps do (Chan, Ioannidis, “Bitmap
index design and evaluation”, SIGMOD 1998).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice
from typing import TypeVar, overload

T = TypeVar("T")
Bitmap = int
# From binary digits to what is true and what is not.
TRUTH = bytes.maketrans(b"01", b"\0\1")


def bitmap_of(places: Iterable[int], size: int) -> Bitmap:
    """Return the set of `places`, each from 0 to less than `size`."""
    digits = bytearray(b"0") * (size + 1)
    for place in places:
        digits[~place] = ord("1")
    return int(digits, 2)


class Selection(Sequence[T]):
    """Those of several things whose places are in a bitmap, in their order."""

    def __init__(self, things: Sequence[T], bitmap: Bitmap) -> None:
        """Select from `things`."""
        self.things, self.bitmap = things, bitmap

    def __len__(self) -> int:
        """How many there are: told without looking at any."""
        return self.bitmap.bit_count()

    def __iter__(self) -> Iterator[T]:
        """Go through them."""
        digits = f"{self.bitmap:b}".encode().translate(TRUTH)
        return compress(self.things, reversed(digits))

    @overload
    def __getitem__(self, place: int) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> list[T]: ...
    def __getitem__(self, place: int | slice) -> T | list[T]:
        """Return one of them or, as a list, several: no more are looked at than are needed."""
        if isinstance(place, slice) and not place.step:
            return list(islice(self, *place.indices(len(self))))
        return list(self)[place]
