"""What is made once and kept with what it was made from."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Once:
    """Keeps a few things that were made from it, each made when it is first needed."""

    def __init__(self) -> None:
        """Begin with none."""
        self.made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returned for `key` the first time."""
        if key not in self.made:
            self.made[key] = make()
        found: T = self.made[key]
        return found
