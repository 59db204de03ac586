"""Puts off a module of a package we cannot change, until somebody asks something of it."""

from __future__ import annotations

import sys
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any

loading = RLock()


class LateModule(ModuleType):
    """Stands in `sys.modules` for a module that is loaded at the first question about it.

    Whoever takes names out of it at once loads it at once: then nothing is saved, or lost. (The
    library's own `LazyLoader` is not for several threads before Python 3.12.)
    """

    def __getattr__(self, name: str) -> Any:
        """Answer as the module itself would."""
        if name.startswith("__"):  # asked by whoever looks through all modules
            raise AttributeError(name)
        return getattr(load(self), name)


def put_off(name: str) -> None:
    """Let the module of this name be loaded when it is used, unless it is loaded already."""
    sys.modules.setdefault(name, LateModule(name))


def load(late: LateModule) -> ModuleType:
    """Return the module for which another stood."""
    with loading:
        if sys.modules.get(late.__name__) is late:
            del sys.modules[late.__name__]
        return import_module(late.__name__)
