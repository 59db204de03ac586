"""What a machine asks to learn whether this one is alive, and ready to serve."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# Migrations that were there once stay: later the question costs nothing.
migrated = {"is_seen": False}


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is asked."""
    return JsonResponse({"process": "ok"})


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say of each thing a page needs whether it is there; 503 if one is not."""
    states = {name: state_of(check) for name, check in CHECKS.items()}
    is_ready = all(state == "ok" for state in states.values())
    return JsonResponse(states, status=200 if is_ready else 503)


def state_of(check: Callable[[], bool]) -> str:
    """Return how a check ended; why it failed is for the log only."""
    try:
        return "ok" if check() else "missing"
    except Exception as error:  # whatever drivers raise
        logger.warning("%s failed", check.__name__, exc_info=error)
        return "failed"


def ask_database() -> bool:
    """Tell whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def ask_cache() -> bool:
    """Tell whether the cache answers; reading suffices, and wears nothing out."""
    cache.get("readyz")
    return True


def ask_migrations() -> bool:
    """Tell whether all migrations are applied."""
    if not migrated["is_seen"]:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        migrated["is_seen"] = not plan
    return migrated["is_seen"]


CHECKS = {"database": ask_database, "cache": ask_cache, "migrations": ask_migrations}

# Answered before anything else is asked: a probe comes by any name, without https, and often.
PROBES = {"/healthz": healthz, "/readyz": readyz}
