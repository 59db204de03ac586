"""PostgreSQL is killed while readers write: what was acknowledged is there, and they are told."""

import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from benchmarks.bench import Browser
from tests.killing import Server, kill_under_load, wait_until
from tests.pages import read
from tests.postgres import find_binaries

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="It is PostgreSQL that is killed."
)


class Database:
    """A PostgreSQL as durable as in use, in a folder of its own."""

    def __init__(self, folder, *options):
        self.folder, self.data, self.options = folder, folder / "data", options
        self.binaries = find_binaries()
        self.as_user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
        self.address = f"postgresql://canon@/postgres?host={folder}"
        if self.as_user:
            shutil.chown(folder, **self.as_user)
        arguments = (f"--pgdata={self.data}", "--username=canon", "--auth=trust", "--no-sync")
        initdb = [self.binaries / "initdb", *arguments, "--locale=C.UTF-8"]
        subprocess.run(initdb, check=True, cwd=folder, stdout=subprocess.DEVNULL, **self.as_user)

    def start(self):
        """Start, and return when it takes connections: after a crash it has to recover first."""
        options = ["-D", self.data, "-k", self.folder, "-c", "listen_addresses=", *self.options]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", *options],
                cwd=self.folder,
                stdout=log,
                stderr=log,
                **self.as_user,
            )
        wait_until(self.answers, "PostgreSQL does not come back.")

    def answers(self):
        """Tell whether it takes connections."""
        assert self.process.poll() is None, (self.folder / "log").read_text()[-3000:]
        with suppress(psycopg.OperationalError), psycopg.connect(self.address):
            return True
        return False

    def kill(self):
        """Kill it and every process it has started."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def database():
    """A server that is running, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="canon-killed-", ignore_cleanup_errors=True) as folder:
        made = Database(Path(folder))
        made.start()
        yield made
        made.kill()


def check_what_is_said(site):
    """Ask the site while its database is away: every answer says so, in the language asked for."""
    assert site.status_of("/healthz") == 200
    assert site.status_of("/readyz") == 503
    browser = Browser(site.url)
    for prefix, language in (("", "en"), ("/zh-hans", "zh-hans")):
        answer, body = browser.ask("GET", f"{prefix}/", **{"Accept-Encoding": "identity"})
        page = read(body.decode())
        assert (answer.status, answer.headers["Retry-After"]) == (503, "10")
        assert page.one("html")["lang"] == language
        with translation.override(language):
            assert page.one("h1").text == gettext("Closed for a moment")
    browser.connect()


def test_killed_twenty_times_postgresql_has_lost_nothing_that_was_acknowledged(tmp_path, database):
    site = Server(tmp_path / "data", DATABASE_URL=database.address)
    site.start()

    def kill():
        database.kill()
        check_what_is_said(site)
        database.start()

    try:
        kill_under_load(site, kill)
    finally:
        site.kill()
