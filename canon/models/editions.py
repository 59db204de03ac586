"""Which edition of the canon the database holds, so that what is kept in memory is never stale."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.signals import post_migrate

from canon.models.prepared import Prepared
from canon.models.triggers import RANDOM, Stamping, Triggers

# Whatever a card, the outline or the map shows.
PARTS = ("section", "item", "author", "authorship", "link", "dependency", "linkcheck")

RENEW_ONE = """
INSERT INTO canon_editionstamp (id, stamp) VALUES (1, {random})
ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp
"""
RENEW = {vendor: RENEW_ONE.format(random=random) for vendor, random in RANDOM.items()}

SQLITE_TRIGGER = f"CREATE TRIGGER {{name}} AFTER {{act}} ON {{table}} BEGIN {RENEW['sqlite']}; END"

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION canon_new_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {RENEW["postgresql"]}; RETURN NULL; END $$
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


def sqlite_triggers(tables: list[str]) -> Triggers:
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


def postgresql_triggers(tables: list[str]) -> Triggers:
    """Return the triggers on `tables` by name."""
    named = {f"{table}_makes_edition": table for table in tables}
    return {
        name: POSTGRESQL_TRIGGER.format(name=name, table=table) for name, table in named.items()
    }


STAMPING = Stamping(
    "editionstamp", PARTS, sqlite_triggers, postgresql_triggers, POSTGRESQL_FUNCTION, RENEW
)
post_migrate.connect(STAMPING.install, dispatch_uid="canon.editions")
