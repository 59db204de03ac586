"""What is wrong with the database, told from what it says, so that readers can be told."""

from __future__ import annotations

from enum import StrEnum

from django.db import InterfaceError, OperationalError


class Outage(StrEnum):
    """What the database cannot do at the moment, through no fault of the code."""

    DOWN = "down"  # it does not answer, or is too busy to
    FULL = "full"  # there is no room left to write
    READ_ONLY = "read only"  # it is read, and takes no changes
    UPGRADING = "upgrading"  # its tables are not those of this code


# Seconds after which it is worth asking again.
RETRY_AFTER = {Outage.DOWN: 10, Outage.FULL: 300, Outage.READ_ONLY: 300, Outage.UPGRADING: 60}

# By the names that SQLite gives its results, the longer ones first.
SQLITE = {
    "SQLITE_IOERR_WRITE": Outage.READ_ONLY,
    "SQLITE_IOERR_FSYNC": Outage.READ_ONLY,
    "SQLITE_IOERR_TRUNCATE": Outage.READ_ONLY,
    "SQLITE_IOERR_SHMSIZE": Outage.READ_ONLY,
    "SQLITE_READONLY": Outage.READ_ONLY,
    "SQLITE_FULL": Outage.FULL,
    "SQLITE_BUSY": Outage.DOWN,
    "SQLITE_LOCKED": Outage.DOWN,
    "SQLITE_CANTOPEN": Outage.DOWN,
    "SQLITE_IOERR": Outage.DOWN,
}
# By how PostgreSQL's codes begin.
POSTGRESQL = {
    "53100": Outage.FULL,
    "25006": Outage.READ_ONLY,
    "42P01": Outage.UPGRADING,  # there is no such table
    "42703": Outage.UPGRADING,  # there is no such column
    "08": Outage.DOWN,  # the connection
    "40": Outage.DOWN,  # two transactions in each other's way
    "53": Outage.DOWN,  # too many connections, too little memory
    "55P03": Outage.DOWN,  # a lock is not to be had in time
    "57": Outage.DOWN,  # it is stopped, has crashed, or starts
    "58": Outage.DOWN,  # the system beneath it
}


def outage_behind(error: BaseException | None) -> Outage | None:
    """Return the outage that `error` comes from, also by way of others; None if it is a mistake."""
    while error is not None:
        if found := told_by_driver(error) or told_without_code(error):
            return found
        error = error.__cause__ or error.__context__
    return None


def told_by_driver(error: BaseException) -> Outage | None:
    """Return what the code says that a database gave a driver's error."""
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_ERROR" and str(error).startswith(("no such table", "no such column")):
        return Outage.UPGRADING
    known = SQLITE if name else POSTGRESQL
    code = name or getattr(error, "sqlstate", "") or ""
    return next((outage for start, outage in known.items() if code.startswith(start)), None)


def told_without_code(error: BaseException) -> Outage | None:
    """Return that the database is down if a connection to PostgreSQL failed: it said nothing."""
    cause = error.__cause__
    is_connection = isinstance(error, OperationalError | InterfaceError)
    is_silent = type(cause).__module__.startswith("psycopg") and not getattr(cause, "sqlstate", "")
    return Outage.DOWN if is_connection and is_silent else None
