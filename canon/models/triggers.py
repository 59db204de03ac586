"""Triggers: stamps that the database itself renews with whatever they stand for.

A stamp changes in the same transaction as the rows it stands for. Whoever writes, a form, a bulk
update, a fixture, `psql`, cannot forget it. Stamps are random, not counted, so that no two states
of a database ever share one, not even after a backup is restored or a change is taken back: what
was read under a stamp is true as long as the database has that stamp.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db import connections

# For each trigger its name, and what makes it.
Triggers = dict[str, str]
# What makes a stamp, by the database.
RANDOM = {
    "sqlite": "lower(hex(randomblob(16)))",
    "postgresql": "md5(gen_random_uuid()::text)",
}


@dataclass(frozen=True)
class Stamping:
    """The triggers that renew one kind of stamp."""

    # The models of what they watch; `stamp` is the one in which they write.
    stamp: str
    watched: tuple[str, ...]
    # From the names of the watched tables to the triggers on them.
    sqlite: Callable[[list[str]], Triggers]
    postgresql: Callable[[list[str]], Triggers]
    # What the triggers of PostgreSQL call.
    function: str
    # What renews all stamps there are, by the database.
    renew: dict[str, str]

    def install(
        self, app_config: AppConfig, using: str, apps: Any = global_apps, **_options: Any
    ) -> None:
        """Create the triggers that are missing, and renew all stamps if any was.

        This follows every migration, since none can do it for good: SQLite loses the triggers of
        a table whenever Django alters it.
        """
        if app_config.label != "canon":
            return
        try:
            apps.get_model("canon", self.stamp)
            watched = [apps.get_model("canon", name)._meta.db_table for name in self.watched]
        except LookupError:  # the migration went no further than to an older canon
            return
        connection = connections[using]
        is_postgresql = connection.vendor == "postgresql"
        triggers = (self.postgresql if is_postgresql else self.sqlite)(watched)
        with connection.cursor() as cursor:
            names = "tgname FROM pg_trigger" if is_postgresql else "name FROM sqlite_master"
            cursor.execute(f"SELECT {names}")
            missing = triggers.keys() - {name for (name,) in cursor.fetchall()}
            if not missing:
                return
            if is_postgresql:
                cursor.execute(self.function)
            for name in missing:
                cursor.execute(triggers[name])
            cursor.execute(self.renew[connection.vendor])
