"""Trying the addresses of the canon, politely, to see which of them still lead somewhere."""

from canon.link_checking.guard import (
    GuardedTransport,
    RefusedAddressError,
    is_anywhere,
    is_public,
)
from canon.link_checking.manners import Manners
from canon.link_checking.runs import OfflineError, check_links, try_all, watch_canon

__all__ = [
    "GuardedTransport",
    "Manners",
    "OfflineError",
    "RefusedAddressError",
    "check_links",
    "is_anywhere",
    "is_public",
    "try_all",
    "watch_canon",
]
