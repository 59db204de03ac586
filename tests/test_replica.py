"""With a replica, guests read the canon there; whoever has a session reads what they wrote."""

import shutil

import pytest

from tests.commands import run

BUILD = """
from canon.models import Item, Section
section = Section.objects.create(slug="s", title_en="Section", position=1)
Item.objects.create(slug="i", section=section, title="As it was", state="published",
    url="https://example.org/", kind="paper", difficulty="advanced", effort="hour")
"""
CHANGE = "from canon.models import Item; Item.objects.update(title='As it is')"
PLAIN_FILES = """
from django.conf import settings
files = "django.contrib.staticfiles.storage.StaticFilesStorage"
settings.STORAGES["staticfiles"]["BACKEND"] = files
"""
ASK = """
from django.contrib.auth import get_user_model
from django.test import Client
from canon.models import Item
def shown(client):
    for path in ("/", "/items/i/", "/?q=as"):
        answer = client.get(path, SERVER_NAME="localhost")
        yield "was" if b"As it was" in answer.content else "is" * (b"As it is" in answer.content)
reader = Client()
reader.force_login(get_user_model().objects.create_user("reader@example.org"))
guest = Client()
print(*shown(guest), *shown(reader), *shown(guest))
guest.post("/items/i/mark/", {"status": "read"}, SERVER_NAME="localhost")
print(*shown(guest), Item.objects.get().title)
"""


@pytest.fixture
def data(tmp_path):
    """A site whose replica has not heard of the last change."""
    data = tmp_path / "data"
    assert run("migrate", "--verbosity=0", data=data).stderr == ""
    evaluate(BUILD, data)
    shutil.copy(data / "canon.sqlite3", tmp_path / "replica.sqlite3")
    evaluate(CHANGE, data)
    return data


def evaluate(code, data, **variables):
    ended = run("shell", "--no-imports", "-c", code, data=data, LOG_FORMAT="text", **variables)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_only_guests_without_a_session_read_the_replica(data, tmp_path):
    address = f"sqlite:///{tmp_path / 'replica.sqlite3'}"
    said = evaluate(PLAIN_FILES + ASK, data, REPLICA_URL=address)
    assert said == ["was"] * 3 + ["is"] * 3 + ["was"] * 3 + ["is"] * 3 + ["As", "it", "is"]
