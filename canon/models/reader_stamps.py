"""Which marks and notes a reader has, told by a stamp, so that they need not be read each time."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.signals import post_migrate

from canon.models.prepared import Prepared
from canon.models.triggers import RANDOM, Stamping, Triggers

# Whatever a reader's record is made of.
WATCHED = ("mark", "note")

RENEW = "UPDATE canon_readerstamp SET stamp = {random}"
RENEW_ALL = {vendor: RENEW.format(random=random) for vendor, random in RANDOM.items()}

# A stamp is made with a reader's first row. What goes only renews one: the reader may be going too.
MAKE = """
INSERT INTO canon_readerstamp (user_id, stamp) VALUES (NEW.user_id, {random})
ON CONFLICT (user_id) DO UPDATE SET stamp = excluded.stamp
"""
SQLITE_MAKE = MAKE.format(random=RANDOM["sqlite"])
SQLITE_RENEW = f"{RENEW_ALL['sqlite']} WHERE user_id = OLD.user_id"
SQLITE_ACTS = {
    "INSERT": SQLITE_MAKE,
    "UPDATE": f"{SQLITE_MAKE}; {SQLITE_RENEW} AND OLD.user_id <> NEW.user_id",
    "DELETE": SQLITE_RENEW,
}

# Once for each statement, however many rows it changes, and always in the order of the readers.
BODY = """
CREATE OR REPLACE FUNCTION canon_new_reader_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO canon_readerstamp (user_id, stamp)
        SELECT user_id, {random}
        FROM (SELECT DISTINCT user_id FROM rows_after ORDER BY user_id) AS readers
        ON CONFLICT (user_id) DO UPDATE SET stamp = excluded.stamp;
    END IF;
    IF TG_OP = 'DELETE' THEN
        UPDATE canon_readerstamp SET stamp = {random}
        WHERE user_id IN (SELECT user_id FROM rows_before);
    ELSIF TG_OP = 'UPDATE' THEN
        UPDATE canon_readerstamp SET stamp = {random} WHERE user_id IN
        (SELECT user_id FROM rows_before EXCEPT SELECT user_id FROM rows_after);
    END IF;
    RETURN NULL;
END $$
"""
POSTGRESQL_FUNCTION = BODY.format(random=RANDOM["postgresql"])
POSTGRESQL_ACTS = {
    "INSERT": "NEW TABLE AS rows_after",
    "UPDATE": "OLD TABLE AS rows_before NEW TABLE AS rows_after",
    "DELETE": "OLD TABLE AS rows_before",
}


class ReaderStamp(models.Model):
    """Names a reader's marks and notes as they stand; triggers write it, nobody else.

    A reader who never had any has none, and neither has one whose triggers were switched off.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    stamp = models.CharField(max_length=32)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.stamp


STAMP = Prepared(lambda user: ReaderStamp.objects.filter(user=user).values_list("stamp"))


def stamp_of(user: int) -> str:
    """Return the stamp of the reader of the id `user`; empty where they have none."""
    for (stamp,) in STAMP.rows(user):
        return str(stamp)
    return ""


def sqlite_triggers(tables: list[str]) -> Triggers:
    """Return the triggers on `tables` by name."""
    return {
        (name := f"{table}_{act.lower()}_stamps_reader"): (
            f"CREATE TRIGGER {name} AFTER {act} ON {table} BEGIN {acts}; END"
        )
        for table in tables
        for act, acts in SQLITE_ACTS.items()
    }


def postgresql_triggers(tables: list[str]) -> Triggers:
    """Return the triggers on `tables` by name."""
    return {
        (name := f"{table}_{act.lower()}_stamps_reader"): (
            f"CREATE TRIGGER {name} AFTER {act} ON {table} REFERENCING {seen}"
            " FOR EACH STATEMENT EXECUTE FUNCTION canon_new_reader_stamp()"
        )
        for table in tables
        for act, seen in POSTGRESQL_ACTS.items()
    }


STAMPING = Stamping(
    "readerstamp", WATCHED, sqlite_triggers, postgresql_triggers, POSTGRESQL_FUNCTION, RENEW_ALL
)
post_migrate.connect(STAMPING.install, dispatch_uid="canon.reader_stamps")
