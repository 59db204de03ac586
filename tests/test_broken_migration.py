"""A migration that is killed or fails half-way leaves nothing, and the next start goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.commands import command, complaint, environment, run
from tests.killing import own_database, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="There is no kill -9 elsewhere.")

SETTINGS = """
from canon.settings import *
MIGRATION_MODULES = {"canon": "later"}
"""
PACKAGE = """
import canon.migrations
__path__ = [*canon.migrations.__path__, *__path__]
"""
# It changes the table of notes, fills it, and then waits, or fails, as files beside it say.
HALF_WAY = """
import time
from pathlib import Path
from django.db import migrations, models

FOLDER = Path(__file__).parent.parent

def go_on(apps, schema_editor):
    (FOLDER / "reached").touch()
    while (FOLDER / "waits").exists():
        time.sleep(0.02)
    if (FOLDER / "fails").exists():
        schema_editor.execute("INSERT INTO canon_editionstamp (id, stamp) VALUES (1, NULL)")

class Migration(migrations.Migration):
    dependencies = [("canon", "LAST")]
    operations = [
        migrations.AddField("note", "extra", models.TextField(default="")),
        migrations.RunSQL("UPDATE canon_note SET extra = text"),
        migrations.RunPython(go_on),
    ]
"""
AFTERWARDS = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("canon", "9000_half_way")]
    operations = [migrations.RenameField("note", "extra", "more")]
"""
WRITE = """
from django.contrib.auth import get_user_model
from canon.models import Item, write_note
reader = get_user_model().objects.create_user("reader@example.org")
write_note(reader, Item.objects.get(slug="bert"), "Mine.", based_on=0)
"""
LOOK = """
import json
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from canon.models import Note
with connection.cursor() as cursor:
    columns = [c.name for c in connection.introspection.get_table_description(cursor, "canon_note")]
ready = Client().get("/readyz", SERVER_NAME="127.0.0.1")
print(json.dumps({
    "columns": sorted({"extra", "more"}.intersection(columns)),
    "notes": list(Note.objects.values_list("text", flat=True)),
    "applied": MigrationRecorder.Migration.objects.filter(name__startswith="9").count(),
    "ready": [ready.status_code, ready.json()["migrations"]],
}))
"""


@pytest.fixture
def database():
    with own_database() as variables:
        yield variables


@pytest.fixture
def later(tmp_path, database):
    """A folder with the code of a later version; its data folder, and its environment."""
    migrations = Path(settings.BASE_DIR) / "canon" / "migrations"
    last = max(path.stem for path in migrations.glob("0*.py"))
    package = tmp_path / "later"
    package.mkdir()
    (tmp_path / "later_settings.py").write_text(SETTINGS)
    (package / "__init__.py").write_text(PACKAGE)
    (package / "9000_half_way.py").write_text(HALF_WAY.replace("LAST", last))
    (package / "9001_afterwards.py").write_text(AFTERWARDS)
    later = {"DJANGO_SETTINGS_MODULE": "later_settings", "PYTHONPATH": str(tmp_path)}
    return {"data": tmp_path / "data", **database, **later}


def look(later):
    """Return what the later version finds in the database."""
    ended = run("shell", "-v0", f"--command={LOOK}", **later)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_nothing_is_half_done_and_the_next_start_goes_on(tmp_path, later, database):
    data = tmp_path / "data"
    for arguments in (["migrate"], ["createcachetable"], ["loaddata", *fixtures()]):
        assert run(*arguments, data=data, **database).returncode == 0
    assert run("shell", f"--command={WRITE}", data=data, **database).returncode == 0
    before = {"columns": [], "notes": ["Mine."], "applied": 0, "ready": [503, "missing"]}
    assert look(later) == before

    (tmp_path / "waits").touch()
    process = subprocess.Popen(
        command("migrate"),
        cwd=settings.BASE_DIR,
        env=environment(**later),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until((tmp_path / "reached").exists, "The migration never got there.")
    process.kill()
    process.wait()
    assert look(later) == before

    (tmp_path / "waits").unlink()
    (tmp_path / "fails").touch()
    line = complaint(run("serve", **later))
    assert "The database cannot be brought up to date: " in line
    assert "it goes on where it stopped" in line
    assert look(later) == before

    (tmp_path / "fails").unlink()
    assert run("migrate", **later).returncode == 0
    after = {"columns": ["more"], "applied": 2, "ready": [200, "ok"]}
    assert look(later) == before | after


def fixtures():
    """Return the files of the shipped canon."""
    return sorted(str(path) for path in Path(settings.FIXTURE_DIRS[0]).glob("*.json"))
