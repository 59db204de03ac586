"""`manage.py serve`, which is `make run`: a fresh site is served whole, a curated one as it was."""

import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

from tests.commands import command, complaint, environment, run
from tests.pages import cards

LONGEST_START = 120  # seconds


class Site(NamedTuple):
    """A served site: its data folder, where it is, what it said at the start, its process."""

    data: Path
    port: int
    said: list[str]
    process: subprocess.Popen

    def get(self, path, **headers):
        """Return the answer for `path` and its body."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer, answer.read()

    def page(self):
        """Return the canon page."""
        answer, body = self.get("/")
        assert answer.status == 200
        return body.decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_over(process, seconds):
    """Tell whether `process` ends within `seconds`."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextmanager
def served(data, **variables):
    """Start the site on a free port, wait until the port answers, and stop it in the end."""
    port = free_port()
    log = data.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(
            command("serve", "--host=127.0.0.1", f"--port={port}"),
            cwd=settings.BASE_DIR,
            env=environment(data, **variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        for _poll in range(LONGEST_START * 20):
            assert not is_over(process, 1 / 20), log.read_text()
            if listens(port):
                break
        else:
            pytest.fail(f"After {LONGEST_START} seconds nothing listens: {log.read_text()}")
        yield Site(data, port, log.read_text().splitlines(), process)
    finally:
        process.terminate()
        if not is_over(process, 10):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A site started for the first time. Tests only look at it."""
    with served(tmp_path_factory.mktemp("site") / "data") as site:
        yield site


def copy_data(source, target):
    """Copy the data folder of a site that runs: SQLite's own files come and go meanwhile."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("canon.sqlite3*"))
    with (
        closing(sqlite3.connect(source / "canon.sqlite3")) as original,
        closing(sqlite3.connect(target / "canon.sqlite3")) as copy,
    ):
        original.backup(copy)
    return target


@pytest.fixture(scope="module")
def curated(fresh, tmp_path_factory):
    """A copy of that site with a curator's changes, started once more. Tests only look at it."""
    data = copy_data(fresh.data, tmp_path_factory.mktemp("curated") / "data")
    made = run(
        "createsuperuser",
        "--no-input",
        "--email=ada@example.org",
        data=data,
        DJANGO_SUPERUSER_PASSWORD="correct horse battery",
    )
    assert made.returncode == 0, made.stderr
    connection = sqlite3.connect(data / "canon.sqlite3")
    with connection:
        connection.execute("UPDATE canon_item SET title = 'Mended' WHERE slug = 'gpt-3'")
        connection.execute("UPDATE canon_item SET state = 'retired' WHERE slug = 'babyagi'")
    connection.close()
    (data / "static" / "canon" / "left-over.css").touch()
    with served(data) as site:
        yield site


def test_the_first_start_says_where_the_site_is_and_how_to_become_a_curator(fresh):
    assert len(fresh.said) == 2
    assert f"http://127.0.0.1:{fresh.port}/" in fresh.said[0]
    assert "make curator" in fresh.said[1]


def test_a_fresh_site_shows_all_96_items(fresh):
    assert len(cards(fresh.page())) == 96


@pytest.mark.parametrize("name", ["canon.css", "canon.js"])
@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_static_files_are_hashed_compressed_and_cached_for_ever(fresh, name, coding):
    stem, suffix = name.split(".")
    (path,) = set(re.findall(rf'"(/static/canon/{stem}\.[0-9a-f]{{12}}\.{suffix})"', fresh.page()))
    answer, body = fresh.get(path, **{"Accept-Encoding": coding})
    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == coding
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(body) < len(fresh.get(path)[1])


def test_a_second_start_keeps_curated_changes(curated):
    page = curated.page()
    assert ">Mended</a>" in page
    assert "babyagi" not in cards(page)
    assert len(cards(page)) == 95


def test_a_second_start_does_not_collect_static_files_again(curated):
    assert (curated.data / "static" / "canon" / "left-over.css").exists()


def test_a_site_that_has_a_curator_is_not_told_how_to_make_one(curated):
    assert len(curated.said) == 1
    assert f"http://127.0.0.1:{curated.port}/" in curated.said[0]


def test_a_taken_port_ends_in_one_sentence_that_says_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = complaint(run("serve", f"--port={port}", data=tmp_path / "data"))
    assert f"Port {port} cannot be used" in line
    assert "choose another" in line


@pytest.mark.parametrize("port", ["eighty", "0", "65536", ""])
def test_a_nonsense_port_ends_in_one_sentence(tmp_path, port):
    line = complaint(run("serve", data=tmp_path / "data", PORT=port))
    assert f"PORT must be a number from 1 to 65535, not “{port}”." in line


def test_a_database_that_cannot_be_reached_ends_in_its_reason(tmp_path):
    nowhere = f"postgresql://canon@127.0.0.1:{free_port()}/canon"
    port = f"--port={free_port()}"
    ended = run("serve", port, data=tmp_path / "data", DATABASE_URL=nowhere)
    assert ended.returncode != 0
    assert ended.stderr.startswith("CommandError: The database cannot be reached: ")
    assert "refused" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="The environment is found in /proc.")
def test_the_threads_of_a_worker_share_one_heap(fresh):
    given = Path(f"/proc/{fresh.process.pid}/environ").read_bytes().split(b"\0")
    assert b"MALLOC_ARENA_MAX=1" in given


def workers_of(process):
    """Return the ids of gunicorn's workers."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return set(children.read_text().split())


def wait_for(condition, seconds=60):
    """Wait until `condition` holds."""
    pause = threading.Event()
    for _poll in range(seconds * 20):
        if condition():
            return
        pause.wait(1 / 20)
    pytest.fail("It never came to that.")


@pytest.mark.skipif(sys.platform != "linux", reason="The workers are found in /proc.")
def test_a_reload_drops_no_request_and_a_stop_answers_what_is_under_way(fresh, tmp_path):
    with served(copy_data(fresh.data, tmp_path / "data")) as site:
        statuses, done = [], threading.Event()

        def ask():
            while not done.is_set():
                try:
                    statuses.append(site.get("/robots.txt")[0].status)
                except OSError as error:
                    statuses.append(error)

        readers = [threading.Thread(target=ask) for _ in range(4)]
        for reader in readers:
            reader.start()
        before = workers_of(site.process)
        site.process.send_signal(signal.SIGHUP)
        try:
            wait_for(lambda: len(new := workers_of(site.process)) == 2 and not new & before)
        finally:
            done.set()
            for reader in readers:
                reader.join()
        assert set(statuses) == {200}

        answer, _body = site.get("/accounts/login/")
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        slow = HTTPConnection("127.0.0.1", site.port, timeout=60)
        slow.putrequest("POST", "/accounts/login/")
        slow.putheader("Cookie", cookie)
        slow.putheader("Content-Type", "application/x-www-form-urlencoded")
        slow.putheader("Content-Length", "7")
        slow.endheaders(b"login")
        # Whoever asks after it is answered after it has been taken in.
        assert site.get("/robots.txt")[0].status == 200
        site.process.terminate()
        wait_for(lambda: len(workers_of(site.process)) == 1)  # the other one had nothing to do
        slow.send(b"=a")
        assert slow.getresponse().status == 403  # the form has no token: the page says so
        slow.close()
        assert is_over(site.process, 30)
