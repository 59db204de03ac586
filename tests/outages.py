"""Takes from the database what it needs, while requests are answered: real refusals of its own."""

from contextlib import contextmanager

from django.core.signals import request_finished, request_started
from django.db import connection


@contextmanager
def while_requests_last(begin, end):
    """Let every request, in whatever thread, meet a connection on which `begin` was executed."""

    def execute(statements):
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def take(**_details):
        execute(begin)

    def give_back(**_details):
        execute(end)

    request_started.connect(take)
    request_finished.connect(give_back)
    try:
        yield
    finally:
        request_started.disconnect(take)
        request_finished.disconnect(give_back)


def read_only():
    """Let the database take no changes."""
    if connection.vendor == "sqlite":
        return while_requests_last(["PRAGMA query_only = ON"], ["PRAGMA query_only = OFF"])
    setting = "default_transaction_read_only"
    return while_requests_last([f"SET {setting} = on"], [f"SET {setting} = off"])


@contextmanager
def full():
    """Let the database have no room for another row of readers.

    SQLite may not grow its file by a single page, and says what it says when the disk is full. On
    PostgreSQL, whose disk cannot be filled from here, a trigger says it in its stead.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")  # other tests have left pages that are free
        with while_requests_last(
            ["PRAGMA max_page_count = 1"], ["PRAGMA max_page_count = 1000000"]
        ):
            yield
        return
    tables = ("canon_note", "canon_readingevent")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        for table in tables:
            cursor.execute(
                f"CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} "
                "EXECUTE FUNCTION pg_temp.refuse()"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DROP TRIGGER refuse ON {table}")
            cursor.execute("DROP FUNCTION pg_temp.refuse()")
