"""A database that was there at every state of the schema still holds everything in the newest."""

import uuid
from importlib import import_module

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from canon.addresses import comparable
from canon.models import Item, Note
from tests.databases import empty_database

OURS = ("accounts", "canon")
DERIVED = ("canon", "0006_derived")


@pytest.fixture
def database(transactional_db, tmp_path):
    with empty_database(tmp_path) as connection:
        yield connection


def schemas(connection):
    """Return every migration of ours in the order in which a new site has them."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(step.app_label, step.name) for step, _ in plan if step.app_label in OURS]


def rows(connection):
    """Return every row of our tables, by table and id, as names and values of its columns."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(OURS):
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                names = [column[0] for column in cursor.description]
                for values in cursor.fetchall():
                    row = dict(zip(names, values, strict=True))
                    found[table, row["id"]] = row
    return found


def losses(before, after):
    """Return what of `before` is gone or another in `after`; what was empty may have been filled.

    Columns that are no more were taken out on purpose.
    """
    return [
        (place, name, value, after.get(place, {}).get(name))
        for place, row in before.items()
        for name, value in row.items()
        if place not in after
        or (value not in ("", None) and after[place].get(name, value) != value)
    ]


def live(apps, number):
    """Let a curator add an item, and a reader mark it, write on it, and suggest another."""
    get = apps.get_model
    section, _ = get("canon", "Section").objects.get_or_create(
        slug="papers", defaults={"position": 1, "title": "Papers", "title_en": "Papers"}
    )
    author = get("canon", "Author").objects.create(slug=f"ada-{number}", name=f"Ada {number}")
    item = get("canon", "Item").objects.create(
        slug=f"item-{number}",
        section=section,
        position=number,
        state="published",
        title=f"Item {number}",
        url=f"https://www.example.org/{number}/",
        kind="paper",
        difficulty="advanced",
        effort="hour",
        annotation_en="Why it is here.",
    )
    get("canon", "Authorship").objects.create(item=item, author=author)
    get("canon", "Link").objects.create(
        item=item, kind="website", url=f"https://www.example.org/{number}/more"
    )
    for other in get("canon", "Item").objects.filter(position=number - 1):
        get("canon", "Dependency").objects.create(item=item, builds_on=other)
    reader = get("accounts", "User").objects.create(
        email=f"reader{number}@example.org",
        password="!",
        handle=f"reader-{number}",
        is_public=True,
        weekly_goal=3,
        theme="dark",
    )
    state = {"status": "read", "finished_on": "2026-11-01"}
    get("canon", "Mark").objects.create(
        user=reader, item=item, status="read", finished_on="2026-11-01"
    )
    get("canon", "ReadingEvent").objects.create(
        user=reader, item=item, status="read", step=uuid.uuid4(), before={}, after=state
    )
    get("canon", "Note").objects.create(
        user=reader, item=item, text=f"# Thoughts\n\nOf *number* {number}.", search_text="thoughts"
    )
    models = {model._meta.model_name for model in apps.get_models()}
    if "suggestion" in models:
        get("canon", "Suggestion").objects.create(
            user=reader, kind="item", url=f"https://example.org/new/{number}", text="Because."
        )
        get("canon", "Change").objects.create(item=item, kind="added", at=timezone.now())
    if "linkcheck" in models:
        get("canon", "LinkCheck").objects.create(address=item.url, outcome="works")


def grow_old(connection):
    """Migrate step by step, and let a reader read at each older state; return how many these are.

    What is there in the newest is made by the newest code, as all other tests do it.
    """
    number = 0
    targets = schemas(connection)
    newest = max(target for target in targets if target[0] == "canon")
    for target in targets[: targets.index(newest)]:
        before = rows(connection)
        state = MigrationExecutor(connection).migrate([target])
        assert losses(before, rows(connection)) == [], target
        if {("accounts", "user"), ("canon", "mark")} <= state.models.keys():
            number += 1
            live(state.apps, number)
            if target >= DERIVED:  # whose code has derived it with each save
                derived = import_module(f"canon.migrations.{DERIVED[1]}")
                derived.fill_all(state.apps, connection.schema_editor())
    return number


def test_nothing_is_lost_and_every_page_works(database):
    count = grow_old(database)
    assert count >= 5
    before = rows(database)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)
    assert losses(before, rows(database)) == []
    for number, reader in enumerate(get_user_model().objects.order_by("pk"), start=1):
        look_around(reader, Item.objects.get(slug=f"item-{number}"))
    for item in Item.objects.all():
        assert item.address_key == comparable(item.url)
        assert all(link.address_key == comparable(link.url) for link in item.links.all())


def look_around(reader, item):
    """Let a reader of an old time use every page of today."""
    client = Client()
    client.force_login(reader)
    number = item.slug.removeprefix("item-")
    excerpt = f"Of number {number}."
    for path in ("/", "/notes/", f"/items/{item.slug}/", "/reading/canon.json"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "umber" in answer.content.decode(), path
    for path in (
        "/reading/",
        "/map/",
        "/changes/",
        f"/@{reader.handle}/",
        "/accounts/preferences/",
    ):
        assert client.get(path).status_code == 200, path
    assert Note.objects.get(user=reader).excerpt.endswith(excerpt)
    assert excerpt in client.get("/").content.decode()
    assert client.post(f"/items/{item.slug}/mark/", {"status": "queued"}).status_code == 302
    assert reader.marks.get().status == "queued"
