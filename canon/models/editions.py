"""Which edition of the canon the database holds, so that what is kept in memory is never stale.

The stamp changes with every change of the canon and in the same transaction. The database itself
sees to that, by triggers: whoever writes, a form, a bulk update, a fixture, `psql`, cannot forget
it. The stamp is random, not counted, so that no two states of a database ever share one, not even
after a backup is restored.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db import connections, models
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from canon.models.prepared import Prepared

# Whatever a card, the outline or the map shows.
PARTS = ("section", "item", "author", "authorship", "link", "dependency", "linkcheck")

RENEW = """
INSERT INTO canon_editionstamp (id, stamp) VALUES (1, {random})
ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp
"""
SQLITE_RENEW = RENEW.format(random="lower(hex(randomblob(16)))")
POSTGRESQL_RENEW = RENEW.format(random="md5(gen_random_uuid()::text)")

SQLITE_TRIGGER = f"CREATE TRIGGER {{name}} AFTER {{act}} ON {{table}} BEGIN {SQLITE_RENEW}; END"

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION canon_new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {POSTGRESQL_RENEW}; RETURN NULL; END $$
"""

# Before, not after: who changes the canon takes the stamp first and the rows second, always in
# this order, so that two curators wait for each other and never lock each other out.
POSTGRESQL_TRIGGER = """
CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION canon_new_edition()
"""


class EditionStamp(models.Model):
    """The one row that names the present edition; triggers write it, nobody else."""

    stamp = models.CharField(max_length=32)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.stamp


STAMP = Prepared(lambda pk: EditionStamp.objects.filter(pk=pk).values_list("stamp"))


def current_stamp() -> str:
    """Return the stamp of the present edition; empty while nothing was ever written."""
    for (stamp,) in STAMP.rows(1):
        return str(stamp)
    return ""


def lock_stamp() -> None:
    """Take the stamp for the transaction at hand, before any row of the canon is locked."""
    list(EditionStamp.objects.select_for_update().values_list("pk"))


@receiver(post_migrate, dispatch_uid="canon.editions")
def install_triggers(
    app_config: AppConfig, using: str, apps: Any = global_apps, **_options: Any
) -> None:
    """Create the triggers that are missing, and begin a new edition if any was.

    This follows every migration, since none can do it for good: SQLite loses the triggers of a
    table whenever Django alters it.
    """
    if app_config.label != "canon":
        return
    try:
        tables = [apps.get_model("canon", name)._meta.db_table for name in ("editionstamp", *PARTS)]
    except LookupError:  # the migration went no further than to an older canon
        return
    connection = connections[using]
    is_postgresql = connection.vendor == "postgresql"
    triggers = (postgresql_triggers if is_postgresql else sqlite_triggers)(tables[1:])
    with connection.cursor() as cursor:
        names = "tgname FROM pg_trigger" if is_postgresql else "name FROM sqlite_master"
        cursor.execute(f"SELECT {names}")
        missing = triggers.keys() - {name for (name,) in cursor.fetchall()}
        if not missing:
            return
        if is_postgresql:
            cursor.execute(POSTGRESQL_FUNCTION)
        for name in missing:
            cursor.execute(triggers[name])
        cursor.execute(POSTGRESQL_RENEW if is_postgresql else SQLITE_RENEW)


def sqlite_triggers(tables: list[str]) -> dict[str, str]:
    """Return the triggers on `tables` by name: SQLite wants one for each act."""
    named = {
        f"{table}_{act.lower()}_makes_edition": (table, act)
        for table in tables
        for act in ("INSERT", "UPDATE", "DELETE")
    }
    return {
        name: SQLITE_TRIGGER.format(name=name, table=table, act=act)
        for name, (table, act) in named.items()
    }


def postgresql_triggers(tables: list[str]) -> dict[str, str]:
    """Return the triggers on `tables` by name."""
    named = {f"{table}_makes_edition": table for table in tables}
    return {
        name: POSTGRESQL_TRIGGER.format(name=name, table=table) for name, table in named.items()
    }
