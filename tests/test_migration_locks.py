"""No migration since the first release makes readers wait for as long as a table is large."""

import re
from contextlib import closing

import pytest
from django.contrib.auth import get_user_model
from django.contrib.postgres.operations import AddIndexConcurrently
from django.contrib.sessions.models import Session
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from tests.test_reader_keys import owned_models

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks the whole file"),
]

# What the first release has: its migrations run on empty tables, or on those of nobody yet.
FIRST_RELEASE = {"accounts": "0002_keyboard", "canon": "0005_editions"}

# Statements that read or write a whole table while nobody else may write to it, and those after
# which the code before cannot write any more. `\0` stands for the table.
SLOW = {
    "makes an index that is not concurrent": r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY).* ON \0 ",
    "checks every row for a constraint": r"ALTER TABLE \0 ADD CONSTRAINT (?!.*NOT VALID)",
    "may write every row anew": r"ALTER TABLE \0 ALTER COLUMN .* TYPE ",
    "checks every row for NULL": r"ALTER TABLE \0 ALTER COLUMN .* SET NOT NULL",
    "makes an index for a column": r"ALTER TABLE \0 ADD COLUMN .* UNIQUE",
    "computes a default for every row": r"ALTER TABLE \0 ADD .* DEFAULT \(?(?!STATEMENT)\w+\(",
    "computes a column for every row": r"ALTER TABLE \0 ADD COLUMN .* GENERATED ALWAYS",
    "changes every row": r"(UPDATE|DELETE FROM) \0 ",
    "refuses rows of the code before": r"ALTER TABLE \0 ALTER COLUMN .* DROP DEFAULT",
}


def large_tables():
    """Return the names of the tables that grow with readers."""
    found = {get_user_model(), Session, *owned_models()}
    return {model._meta.db_table for model in found}


def obstacles(migration, state):
    """Return what is wrong with a migration of a site in use, whose models are `state` before."""
    # A connection of its own: what is made concurrently refuses the transaction of a test.
    with (
        closing(connection.copy()) as own,
        own.schema_editor(collect_sql=True, atomic=migration.atomic) as editor,
    ):
        migration.apply(state, editor, collect_sql=True)
    statements = [" ".join(line.split()) for line in editor.collected_sql]
    made = {found[1] for line in statements if (found := re.match(r'CREATE TABLE "(\w+)"', line))}
    wrong = [
        f"{table}: {complaint}"
        for line in statements
        for table in large_tables() - made
        for complaint, pattern in SLOW.items()
        if re.match(pattern.replace(r"\0", f'"{table}"'), line)
    ]
    runs_code = any(isinstance(found, migrations.RunPython) for found in migration.operations)
    if runs_code and migration.atomic:
        wrong.append("runs code in one transaction, not in batches (atomic = False)")
    return wrong


def test_no_migration_stops_a_busy_table():
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    seen = 0
    for app, first in FIRST_RELEASE.items():
        for key in graph.forwards_plan(graph.leaf_nodes(app)[0]):
            if key[0] == app and key[1] > first:
                seen += 1
                state = executor.loader.project_state(key, at_end=False)
                assert obstacles(graph.nodes[key], state) == [], key
    assert seen


def field(kind, **options):
    return migrations.AddField("Mark", "new", kind(**options))


INDEX = models.Index(fields=["status"], name="by_status")
CHECK = models.CheckConstraint(condition=~models.Q(status=""), name="has_status")


@pytest.mark.parametrize(
    ("operation", "complaint"),
    [
        (migrations.AddIndex("Mark", INDEX), "not concurrent"),
        (field(models.IntegerField, null=True, db_index=True), "not concurrent"),
        (field(models.IntegerField, null=True, unique=True), "an index for a column"),
        (migrations.AddConstraint("Mark", CHECK), "checks every row for a constraint"),
        (migrations.AlterField("Mark", "status", models.IntegerField()), "every row anew"),
        (
            migrations.AlterField("Mark", "started_on", models.DateField(default="2026-01-01")),
            "NULL",
        ),
        (field(models.IntegerField, default=0), "the code before"),
        (
            field(models.UUIDField, db_default=models.Func(function="gen_random_uuid")),
            "computes a default",
        ),
        (migrations.RunSQL('UPDATE "canon_mark" SET started_on = NULL'), "changes every row"),
        (migrations.RunPython(migrations.RunPython.noop), "in one transaction"),
    ],
)
def test_what_would_stop_one_is_found(operation, complaint):
    assert complaint in "; ".join(obstacles(migration_of(operation), state_of_canon()))


@pytest.mark.parametrize(
    "operation",
    [
        field(models.IntegerField, null=True),
        field(models.IntegerField, db_default=0),
        field(models.DateTimeField, db_default=Now()),
        migrations.AddIndex("Section", models.Index(fields=["title"], name="by_title")),
        migrations.RemoveField("Mark", "started_on"),
        migrations.CreateModel(
            "Shelf",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("user", models.ForeignKey("accounts.User", models.CASCADE)),
            ],
        ),
    ],
)
def test_what_only_takes_a_moment_is_not(operation):
    assert obstacles(migration_of(operation), state_of_canon()) == []


def test_an_index_can_be_made_while_readers_write():
    migration = migration_of(AddIndexConcurrently("Mark", INDEX))
    migration.atomic = False
    assert obstacles(migration, state_of_canon()) == []


def migration_of(operation):
    migration = migrations.Migration("0999_new", "canon")
    migration.operations = [operation]
    return migration


def state_of_canon():
    loader = MigrationExecutor(connection).loader
    return loader.project_state(loader.graph.leaf_nodes())
