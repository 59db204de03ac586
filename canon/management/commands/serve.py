"""Brings the site up to date and serves it: what `make run` calls."""

import hashlib
import os
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, OperationalError, connection

from canon.environment import env, read_number
from canon.shipping import (
    FixtureError,
    canon_is_empty,
    is_news,
    last_shipment,
    open_canon,
    read_fixtures,
)


class Command(BaseCommand):
    """`manage.py serve [--host HOST] [--port PORT] [--reload]`."""

    help = "Migrates, loads the canon once, collects static files, and serves with gunicorn."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen."""
        parser.add_argument("--host", default=env.str("HOST", default="127.0.0.1"))
        parser.add_argument("--port", default=env.str("PORT", default="8000"))
        parser.add_argument("--reload", action="store_true", help="use the development server")

    def handle(self, *, host: str, port: str, reload: bool, **_options: Any) -> None:
        """Prepare the site, then become gunicorn or the development server."""
        if reload and os.environ.get("RUN_MAIN"):  # a reload: all this was done at the start
            call_command("runserver", f"{host}:{port}")
            return
        number = check_port(host, port)
        migrate()
        news = load_canon_once()
        if news:
            self.stdout.write(news)
        if reload:
            call_command("runserver", f"{host}:{port}")
            return
        collect_static_once()
        self.greet(host, number)
        serve(host, number)

    def greet(self, host: str, port: int) -> None:
        """Print where the site and its mail are, and how to become its first curator."""
        folder = getattr(settings, "EMAIL_FILE_PATH", "")
        mail = f" Its mail is kept in {folder}." if folder else ""
        self.stdout.write(f"Canon is open at http://{host}:{port}/ (stop it with Ctrl-C).{mail}")
        if not get_user_model().objects.filter(is_staff=True).exists():
            self.stdout.write("To become its first curator: make curator")
        self.stdout.flush()


def migrate() -> None:
    """Bring the database up to date. Raises CommandError if it cannot be, or is not there.

    A database that is only read can still be served.
    """
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise CommandError(f"The database cannot be reached: {error}".strip()) from error
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)  # rate limits are counted there
    except DatabaseError as error:
        reason = str(error).strip().partition("\n")[0]  # what follows may hold readers' values
        raise CommandError(
            f"The database cannot be brought up to date: {reason}. What was begun has been taken "
            "back: mend the cause and start again, it goes on where it stopped."
        ) from error
    with suppress(DatabaseError):
        call_command("clearsessions", verbosity=0)


def check_port(host: str, port: str) -> int:
    """Return `port` as a number; raises CommandError unless one can listen there."""
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not “{port}”.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}): stop what listens there, "
                f"or choose another, as in PORT=8001 make run."
            ) from error
    return int(port)


def load_canon_once() -> str:
    """Load the shipped canon into an empty database; later return what is to be said about it.

    A canon that curators keep is never overwritten from here: `load_canon` shows and asks.
    """
    try:
        shipped = read_fixtures(Path(settings.FIXTURE_DIRS[0]))
    except FixtureError as error:
        if canon_is_empty():
            raise CommandError(f"The shipped canon cannot be loaded. {error}") from error
        return f"The shipped canon cannot be read. {error}"
    if canon_is_empty():
        open_canon(shipped)
    elif last_shipment() is None:
        return "Which canon was shipped to this site is not known: manage.py load_canon compares."
    elif is_news(shipped):
        return "The shipped canon has changed: manage.py load_canon shows what it would bring."
    return ""


def collect_static_once() -> None:
    """Collect and compress static files, unless none has changed since: it takes seconds."""
    stamp = settings.STATIC_ROOT / "collected"
    state = static_state()
    if not stamp.exists() or stamp.read_text() != state:
        call_command("collectstatic", verbosity=0, interactive=False, clear=True)
        stamp.write_text(state)


def static_state() -> str:
    """Return a digest of the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(host: str, port: int) -> None:
    """Replace this process by gunicorn, with more than one worker."""
    workers = read_number("WEB_CONCURRENCY", default=2, most=1000)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    command = [sys.executable, "-m", "gunicorn", "canon.wsgi", f"--bind={address}"]
    command += ["--config=python:canon.serving", f"--workers={workers}", "--threads=4"]
    os.environ["LOG_FORMAT"] = settings.LOG_FORMAT
    # glibc gives each thread a heap of its own, and keeps in each what pages took for a moment.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    if settings.METRICS_PORT:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(empty_folder(settings.DATA_DIR / "metrics"))
    os.execv(sys.executable, [*command, "--no-control-socket"])  # noqa: S606


def empty_folder(folder: Path) -> Path:
    """Return a folder without the files that workers of an earlier start left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
