"""Logs what a request waits long for in the database: the statement, never the values."""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from canon.logs import request_id

logger = logging.getLogger("canon.queries")

LONGEST = 2000  # characters of a statement


def watch(connection: BaseDatabaseWrapper, **_options: Any) -> None:
    """Time every statement of a connection: a receiver of `connection_created`."""
    if log_if_slow not in connection.execute_wrappers:
        connection.execute_wrappers.append(log_if_slow)


def log_if_slow(execute: Callable[..., Any], sql: Any, *rest: Any) -> Any:
    """Execute a statement, and log it if that took too long while a reader waited.

    Commands such as `migrate` are left to take their time.
    """
    started = time.perf_counter()
    try:
        return execute(sql, *rest)
    finally:
        milliseconds = (time.perf_counter() - started) * 1000
        if request_id.get() and milliseconds >= settings.SLOW_QUERY_MS:
            data = {"ms": round(milliseconds, 1), "sql": str(sql)[:LONGEST]}
            logger.warning("slow query", extra={"data": data})
