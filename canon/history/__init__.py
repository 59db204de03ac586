"""The history of the canon: every act of a curator is one revision, with all that it changed."""

from canon.history import keeping, registered
from canon.history.differences import Difference, RowDifference, differences
from canon.history.log import Entry, HistoryPage
from canon.history.returning import CannotBringBackError, bring_back, recover, what_would_change
from canon.history.snapshots import Snapshot, snapshot_at, snapshot_of

__all__ = [
    "CannotBringBackError",
    "Difference",
    "Entry",
    "HistoryPage",
    "RowDifference",
    "Snapshot",
    "bring_back",
    "differences",
    "keeping",
    "recover",
    "registered",
    "snapshot_at",
    "snapshot_of",
    "what_would_change",
]
