"""Guests' pages from a copy of the database, where REPLICA_URL names one.

Only who brings no session reads there, and only the canon: the stamp of the edition and its rows,
all of one request from the same database, so that what is kept in memory goes with its stamp. A
copy is behind by moments. Who has marked, signed in or curated has a session, and with it always
what they themselves have written.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.http import HttpRequest, HttpResponseBase

from canon.models.editions import PARTS

ALIAS = "replica"
CANON = frozenset(f"canon.{name}" for name in ("editionstamp", *PARTS))
Handler = Callable[[HttpRequest], HttpResponseBase]

canon_alias: ContextVar[str] = ContextVar("canon_alias", default=DEFAULT_DB_ALIAS)


class Router:
    """Sends the canon's reads to the database of the request, and all else to the first one."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str:
        """Return the database to read `model` from, wherever a related row came from."""
        return canon_alias.get() if model._meta.label_lower in CANON else DEFAULT_DB_ALIAS

    def db_for_write(self, _model: type[Model], **_hints: Any) -> str:
        """Return the one database that is written."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, _one: Model, _other: Model, **_hints: Any) -> bool:
        """Let rows of both stand together: they are the same rows."""
        return True

    def allow_migrate(self, db: str, _app_label: str, **_hints: Any) -> bool:
        """Migrate the first one: the copy follows."""
        return db == DEFAULT_DB_ALIAS


def is_guests(request: HttpRequest) -> bool:
    """Tell whether `request` only reads, and comes from a browser without a session."""
    is_reading = request.method in {"GET", "HEAD"}
    return is_reading and settings.SESSION_COOKIE_NAME not in request.COOKIES


def read_for_guests(get_response: Handler) -> Handler:
    """Return middleware that lets the pages of guests be read from the copy."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not is_guests(request):
            return get_response(request)
        before = canon_alias.set(ALIAS)
        try:
            return get_response(request)
        finally:
            canon_alias.reset(before)

    return answer
