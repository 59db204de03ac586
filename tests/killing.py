"""A served site that can be killed, and readers who write all the while and forget nothing.

Each of them sends one mark or note after the other, and the same one again until it is
acknowledged. So in the end it is known exactly what must be there: everything that was, once and in
order.
"""

import json
import os
import secrets
import signal
import subprocess
import threading
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from benchmarks.bench import Browser
from benchmarks.server import free_port
from tests.commands import command, environment, run
from tests.processes import database_url

KILLS = 20
READERS = 4
STATUSES = ("queued", "reading", "read", "skipped")
LONGEST = 120  # seconds that anything may take

PREPARE = f"""
import json
from django.contrib.auth import get_user_model
from django.test import Client
from canon.models import Item
sessions = {{}}
for number in range({READERS}):
    user = get_user_model().objects.create_user(f"reader{{number}}@example.org")
    client = Client()
    client.force_login(user)
    sessions[user.pk] = client.cookies["sessionid"].value
slugs = list(Item.objects.published().in_canon_order().values_list("slug", flat=True))
print(json.dumps([list(sessions.items()), slugs[:12]]))
"""

FIND = """
import json
from canon.models import Mark, Note, ReadingEvent
print(json.dumps([
    list(Mark.objects.values_list("user_id", "item__slug", "status")),
    list(ReadingEvent.objects.order_by("pk").values_list("user_id", "item__slug", "status")),
    list(Note.objects.values_list("user_id", "item__slug", "text", "version")),
]))
"""


def wait_until(holds, what):
    """Wait until `holds()`; fail after a long time with `what`."""
    pause = threading.Event()
    for _poll in range(LONGEST * 50):
        if holds():
            return
        pause.wait(1 / 50)
    raise AssertionError(what)


@contextmanager
def own_database():
    """Yield variables of a database for one site: SQLite's default, or an empty one."""
    if connection.vendor == "sqlite":
        yield {}
        return
    name = f"killed_{secrets.token_hex(4)}"
    address, tests = database_url(), connection.settings_dict["NAME"]
    with psycopg.connect(address.replace(f"/{tests}?", "/postgres?"), autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {"DATABASE_URL": address.replace(f"/{tests}?", f"/{name}?")}
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


class Server:
    """The site as `make run` serves it; after a kill, gunicorn alone is started again."""

    def __init__(self, data, **variables):
        self.data, self.variables, self.port = data, variables, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data.with_suffix(".log")
        self.command = command("serve", "--host=127.0.0.1", f"--port={self.port}")
        self.process = None

    def start(self):
        """Start, and return when readers can come in."""
        with self.log.open("a") as output:
            self.process = subprocess.Popen(
                self.command,
                cwd=settings.BASE_DIR,
                env=environment(self.data, **self.variables, LOG_FORMAT="json"),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self.is_ready, "The site is not ready.")
        became = Path(f"/proc/{self.process.pid}/cmdline").read_text()
        self.command = became.rstrip("\0").split("\0")

    def status_of(self, path):
        """Return how a path is answered, None if nobody listens."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except (OSError, HTTPException):
                return None

    def is_ready(self):
        """Tell whether the site answers, and has what it needs."""
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return self.status_of("/readyz") == 200

    def kill(self):
        """Kill gunicorn and its workers all at once, which nothing can prepare for."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: self.status_of("/healthz") is None, "Somebody still listens.")

    def shell(self, script):
        """Run Python code on the site's database; return what it prints as JSON."""
        ended = run("shell", "-v0", f"--command={script}", data=self.data, **self.variables)
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)


class Writer:
    """A reader who marks and notes the same items over and over again."""

    def __init__(self, url, reader, session, slugs):
        self.browser, self.reader, self.slugs = Browser(url), reader, slugs
        self.browser.cookies["sessionid"] = session
        self.browser.take_token("/")
        # By slug: the statuses acknowledged, and the text with how often one was acknowledged.
        self.marks = {slug: [] for slug in slugs}
        self.notes = dict.fromkeys(slugs, ("", 0))
        self.acknowledged = self.cut = self.refused = 0
        self.wrong = set()
        self.gives_up = False

    def send(self, path, form):
        """Send a form; tell whether it was acknowledged. A refusal must say so with a page."""
        try:
            answer, _body = self.browser.ask("POST", path, form)
        except (OSError, HTTPException) as error:
            self.cut += not isinstance(error, ConnectionRefusedError)
            self.browser.connect()
            return False
        if answer.status < 400:
            self.acknowledged += 1
            return True
        self.refused += 1
        if answer.status != 503 or not answer.headers["Retry-After"]:
            self.wrong.add(answer.status)
        return False

    def insist(self, path, form):
        """Send a form until it is acknowledged; tell whether it was."""
        pause = threading.Event()
        while not self.send(path, form):
            if self.gives_up:
                return False
            pause.wait(1 / 50)
        return True

    def write(self, over):
        """Write until it is over, and then until the last is acknowledged."""
        number = 0
        while not over.is_set():
            round_, place = divmod(number, len(self.slugs))
            slug = self.slugs[place]
            status = STATUSES[round_ % len(STATUSES)]
            if not self.insist(f"/items/{slug}/mark/", {"status": status}):
                return
            self.marks[slug].append(status)
            text, version = f"{slug}, for the {round_}th time.", self.notes[slug][1]
            form = {"text": text, "version": str(version)}
            if not self.insist(f"/items/{slug}/note/", form):
                return
            self.notes[slug] = (text, version + 1)
            number += 1


@contextmanager
def writing(url, sessions, slugs):
    """Let readers write for as long as the block lasts; yield them."""
    over = threading.Event()
    writers = [Writer(url, reader, session, slugs) for reader, session in sessions]
    threads = [
        threading.Thread(target=writer.write, args=[over], daemon=True) for writer in writers
    ]
    for thread in threads:
        thread.start()
    is_well = False
    try:
        yield writers
        is_well = True
    finally:
        over.set()
        for writer, thread in zip(writers, threads, strict=True):
            writer.gives_up = not is_well
            thread.join(LONGEST)
            writer.browser.connection.close()


def has_reached(writers, goal):
    """Tell whether so many writes are acknowledged; fail if one was refused for any other reason
    than that the database is away, as where a version that was acknowledged is not there.
    """
    wrong = {status for writer in writers for status in writer.wrong}
    assert not wrong, f"Answered with {wrong}."
    return sum(writer.acknowledged for writer in writers) >= goal


def kill_under_load(server, kill):
    """Let readers write on `server`, call `kill` twenty times, and compare what is there then.

    Prints, and returns, how many writes were verified.
    """
    sessions, slugs = server.shell(PREPARE)
    with writing(server.url, sessions, slugs) as writers:
        for number in range(KILLS):
            # Never at the same place of a write.
            goal = sum(writer.acknowledged for writer in writers) + 20 + 7 * number % 23
            wait_until(lambda: has_reached(writers, goal), "Nothing is written any more.")  # noqa: B023
            kill()
    verified = compare(server.shell(FIND), writers)
    cut = sum(writer.cut for writer in writers)
    refused = sum(writer.refused for writer in writers)
    print(f"\n{KILLS} kills survived; {verified} acknowledged writes verified, none lost;", end=" ")
    print(f"{cut} requests cut off, {refused} answered by the page that says so.")
    assert cut + refused, "No kill met anybody at work."
    return verified


def compare(found, writers):
    """Hold what the database has against what was acknowledged; return how many writes that is."""
    marks, events, notes = found
    for writer in writers:
        mine = [[slug, status] for reader, slug, status in marks if reader == writer.reader]
        last = [[slug, statuses[-1]] for slug, statuses in writer.marks.items() if statuses]
        assert sorted(mine) == sorted(last)
        for slug, statuses in writer.marks.items():
            logged = [e[2] for e in events if e[:2] == [writer.reader, slug]]
            assert logged == statuses, slug
        texts = {
            slug: (text, version)
            for reader, slug, text, version in notes
            if reader == writer.reader
        }
        assert texts == {slug: note for slug, note in writer.notes.items() if note[1]}
    return sum(writer.acknowledged for writer in writers)
