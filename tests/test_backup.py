"""A backup is consistent while readers write, and restores whole, also into the other database."""

import json
import random
import resource
import subprocess
import threading
import zipfile
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.fields import AutoFieldMixin

from canon.backups import BackupError, back_up, open_archive
from canon.backups.files import Writer
from canon.models import Item, Mark, Note, ReadingEvent, Section, change_marks
from tests.commands import command, complaint, environment, run
from tests.readers import make_reader

pytestmark = pytest.mark.usefixtures("canon")

# What migrating renews by itself, whatever a backup says.
RENEWED = {"canon_editionstamp", "canon_readerstamp"}


def rows(file, table):
    """Return the rows of a table in a backup, by column."""
    with open_archive(file) as archive:
        (record,) = (one for one in archive.manifest.tables if one.name == table)
        lines = list(archive.lines(record))
    return [dict(zip(record.columns, json.loads(line), strict=True)) for line in lines]


def contents(file):
    """Return what a backup says of each table, rows included, by their digest."""
    with open_archive(file) as archive:
        archive.check()
        return {one for one in archive.manifest.tables if one.name not in RENEWED}


def restore(file, *options):
    """Restore into the tests' database; return what was said."""
    said = StringIO()
    call_command("restore", str(file), *options, stdout=said)
    return said.getvalue()


def refusal(file, *options):
    """Return the line with which `restore` refuses."""
    with pytest.raises(CommandError) as refused:
        restore(file, *options)
    (line,) = str(refused.value).splitlines()
    assert line.startswith("Nothing was changed")
    return line


def finish(file, manifest_of, tables):
    """Write an archive of our own: `tables` by name, the rest of the manifest as in another."""
    with file.open("wb") as stream:
        writer = Writer(stream)
        for record, lines in tables:
            writer.add_table(record.name, record.columns, lines, record.last_id)
        writer.finish(manifest_of.made_at, manifest_of.database, manifest_of.migrations)


def altered(file, target, table, change):
    """Copy a backup to `target` with the lines of one table changed, and digests that fit."""
    with open_archive(file) as archive:
        tables = [(one, list(archive.lines(one))) for one in archive.manifest.tables]
        changed = [(one, change(lines) if one.name == table else lines) for one, lines in tables]
        finish(target, archive.manifest, changed)
    return target


@pytest.fixture
def reader():
    """A reader with marks, a note in three scripts, and a gap in the ids."""
    reader = make_reader(handle="ada")
    items = list(Item.objects.order_by("slug")[:5])
    change_marks(reader, items, "read")
    change_marks(reader, items[:2], "queued")
    reader.notes.create(item=items[0], text="“Größe”, 注意力 🙂\n\n\\u0000 \"'")
    Section.objects.create(slug="gone", title="Gone").delete()
    return reader


@pytest.fixture
def backup(reader, tmp_path):
    """A backup of the tests' database."""
    file = tmp_path / "canon.zip"
    back_up(file)
    return file


def write_until(stop, reader_id):
    """Mark items, each change with its event, until told to stop."""
    reader = get_user_model().objects.get(pk=reader_id)
    items = list(Item.objects.all())
    statuses = ("queued", "reading", "read", "skipped")
    try:
        while not stop.is_set():
            change_marks(reader, random.sample(items, 3), random.choice(statuses))
    finally:
        connection.close()


def test_a_backup_under_load_holds_one_moment(tmp_path):
    reader = make_reader()
    stop = threading.Event()
    writers = [threading.Thread(target=write_until, args=(stop, reader.pk)) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        for n in range(4):
            before = ReadingEvent.objects.count()
            file = tmp_path / f"{n}.zip"
            back_up(file)
            after = ReadingEvent.objects.count()
            events = rows(file, "canon_readingevent")
            assert before <= len(events) < after, "nothing was written meanwhile"
            last = {event["item_id"]: event["after"]["status"] for event in events}
            marks = {mark["item_id"]: mark["status"] for mark in rows(file, "canon_mark")}
            assert marks == last
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def everything():
    """Return every row that a backup keeps, as Python values."""
    return {
        model: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table not in {"django_session", "usersessions_usersession", *RENEWED}
    }


def test_it_goes_through_sqlite_and_back_without_a_difference(reader, backup, tmp_path):
    before = everything()
    through = tmp_path / "through"
    said = run("restore", str(backup), data=through)
    assert said.returncode == 0, said.stderr
    second = tmp_path / "second.zip"
    assert run("backup", str(second), data=through).returncode == 0
    assert contents(second) == contents(backup)
    reader.notes.all().delete()
    restore(second, "--replace", "--no-input")
    third = tmp_path / "third.zip"
    back_up(third)
    assert contents(third) == contents(backup)
    assert everything() == before
    assert reader.notes.get().text.startswith("“Größe”, 注意力 🙂")
    assert reader.check_password("an unlikely phrase")


def test_an_id_that_a_deleted_row_had_is_not_given_out_again(backup):
    gone = max(record.last_id for record in contents(backup) if record.name == "canon_section")
    assert not Section.objects.filter(pk__gte=gone).exists()
    restore(backup, "--replace", "--no-input")
    assert Section.objects.create(slug="new", title="New").pk > gone


def test_every_table_is_kept_but_the_sessions(client, reader, tmp_path):
    client.force_login(reader)
    assert Session.objects.exists()
    file = tmp_path / "canon.zip"
    back_up(file)
    kept = {record.name for record in contents(file)} | RENEWED
    there = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert there - kept == {"django_session", "usersessions_usersession"}
    assert "canon_note" in kept
    session = Session.objects.get().pk.encode()
    with open_archive(file) as archive:
        for record in archive.manifest.tables:
            assert not any(session in line for line in archive.lines(record))


def test_ids_order_rows_alike_in_every_database():
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table not in {"django_session", "usersessions_usersession"}:
            assert isinstance(model._meta.pk, AutoFieldMixin), model


def test_it_is_private_compressed_and_never_overwrites(backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert backup.stat().st_size < sum(record.size for record in contents(backup)) / 2
    before = backup.read_bytes()
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", str(backup))
    assert backup.read_bytes() == before
    assert [file.name for file in backup.parent.glob("*canon.zip*")] == ["canon.zip"]


def test_a_disk_that_is_full_leaves_no_file_behind(tmp_path):
    data, folder = tmp_path / "data", tmp_path / "backups"
    folder.mkdir()
    assert run("migrate", "--verbosity=0", data=data).returncode == 0
    ended = subprocess.run(
        command("backup", str(folder / "canon.zip")),
        cwd=settings.BASE_DIR,
        # Python, too, would write files that end there, of code that others read afterwards.
        env=environment(data, PYTHONDONTWRITEBYTECODE="1"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)),
        capture_output=True,
        text=True,
    )
    assert "No backup was made" in complaint(ended)
    assert list(folder.iterdir()) == []


def test_a_database_that_holds_something_is_replaced_only_when_one_says_so(backup, monkeypatch):
    Note.objects.all().delete()
    assert "--replace" in refusal(backup)
    assert "--no-input" in refusal(backup, "--replace")  # nobody sits at the keyboard
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: "yes")
    refusal(backup, "--replace")
    assert not Note.objects.exists()
    monkeypatch.setattr("builtins.input", lambda _question: "replace")
    restore(backup, "--replace")
    assert Note.objects.exists()


def test_checking_changes_nothing(backup):
    Note.objects.all().delete()
    assert "is whole" in restore(backup, "--check")
    assert not Note.objects.exists()


def bomb(file, _backup):
    """A zip of 256 megabytes of nothing in a quarter of one."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("tables/canon_note.jsonl", "w", force_zip64=True) as stream:
            for _megabyte in range(256):
                stream.write(bytes(1024 * 1024))
        archive.writestr("manifest.json", "{}")


def foreign_zip(file, _backup):
    """A zip of something else."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", '{"name": "AI Canon", "icons": []}')


def deep(file, _backup):
    """A manifest of brackets in brackets."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", "[" * 100_000)


def tampered(file, backup):
    """A backup with one letter of one row changed, in a zip that is whole."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(file, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info).replace(b"gpt-3", b"gpt-4"))


def newer(file, backup):
    """A backup of a version to come."""
    with open_archive(backup) as archive:
        manifest = archive.manifest
        tables = [(one, list(archive.lines(one))) for one in manifest.tables]
    with file.open("wb") as stream:
        writer = Writer(stream)
        for record, lines in tables:
            writer.add_table(record.name, record.columns, lines, record.last_id)
        migrations = (*manifest.migrations, ("canon", "0999_to_come"))
        writer.finish(manifest.made_at, manifest.database, migrations)


# Each spoils a file, given a good backup, and is to be told so with these words.
WRONG = {
    "cut short": [
        lambda file, _backup: file.write_bytes(b""),
        lambda file, backup: file.write_bytes(backup.read_bytes()[:-1]),
        lambda file, backup: file.write_bytes(backup.read_bytes()[: 2**14]),
        lambda file, _backup: file.write_bytes(b"SQLite format 3\0" * 999),
    ],
    "the table canon_item is not as it was written": [tampered],
    "No such file": [lambda _file, _backup: None],
    "manifest": [foreign_zip, deep],
    "far more": [bomb],
    "canon.0999_to_come is not known here": [newer],
}


def test_a_file_that_is_no_whole_backup_is_refused_in_one_line(backup, tmp_path):
    for said, ways in WRONG.items():
        for spoil in ways:
            file = tmp_path / "wrong.zip"
            file.unlink(missing_ok=True)
            spoil(file, backup)
            assert said in refusal(file, "--replace", "--no-input")
    assert Mark.objects.count() == 5


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("canon_mark", lambda lines: [*lines, b"[1]\n"]),
        ("canon_mark", lambda lines: lines * 2),
        ("canon_item", lambda lines: lines[:-9]),
    ],
    ids=["no row", "a row twice", "marks of nothing"],
)
def test_what_the_database_refuses_half_way_changes_nothing(backup, tmp_path, table, change):
    file = altered(backup, tmp_path / "wrong.zip", table, change)
    Note.objects.all().delete()
    refusal(file, "--replace", "--no-input")
    assert Mark.objects.count() == 5
    assert not Note.objects.exists()


def test_no_changed_byte_goes_unnoticed_or_matters(backup, tmp_path):
    whole, intact = backup.read_bytes(), contents(backup)
    changed = tmp_path / "changed.zip"
    noticed = 0
    positions = random.Random(7).sample(range(len(whole)), 100)
    for position in positions:
        damaged = bytearray(whole)
        damaged[position] ^= 1 << (position % 8)
        changed.write_bytes(damaged)
        try:
            assert contents(changed) == intact, position
        except BackupError:
            noticed += 1
    assert noticed > 80


def test_what_a_newer_version_made_goes_with_the_rest(backup):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE canon_to_come (item_id bigint REFERENCES canon_item (id))")
    MigrationRecorder(connection).record_applied("canon", "0999_to_come")
    restore(backup, "--replace", "--no-input")
    assert "canon_to_come" not in connection.introspection.table_names()
    assert ("canon", "0999_to_come") not in MigrationRecorder(connection).applied_migrations()
    assert Mark.objects.count() == 5


def test_an_older_backup_is_brought_up_to_date(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    assert run("migrate", "canon", "0002", "--verbosity=0", data=old).returncode == 0
    assert run("migrate", "accounts", "--verbosity=0", data=old).returncode == 0
    code = "from django.db import connection as c; c.cursor().execute({!r})"
    insert = "INSERT INTO canon_linkcheck (address, failures) VALUES ('https://example.org', 1)"
    made = run("shell", "--no-imports", "-c", code.format(insert), data=old)
    file = tmp_path / "old.zip"
    assert run("backup", str(file), data=old).returncode == 0, made.stderr
    ended = run("restore", str(file), data=new)
    assert ended.returncode == 0, ended.stderr
    assert run("migrate", "--check", data=new).returncode == 0
