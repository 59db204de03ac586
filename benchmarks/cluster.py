"""`make cluster`: a whole cluster on this machine, under load, while parts of it are killed.

Readers mark items, and remember what was acknowledged; guests read; a curator saves, and looks at
both web servers at once whether it is there. Meanwhile a web server is killed and started again,
and the primary database crashes and comes back. In the end the database is asked for every mark.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import psycopg

from benchmarks.bench import Browser
from benchmarks.cluster_parts import Cluster, missing_packages, running_cluster

RESULTS = Path(__file__).parent / "cluster.md"
READERS, GUESTS = 6, 2
STATUSES = ("queued", "reading", "read", "skipped")
DATABASE_DOWN = "the database down"
CALM, DOWN = 12, 3  # seconds: between what happens, and that the database stays away
PAUSE = 0.2  # seconds after an error
LONGEST_LAG = 30  # seconds a guest's page may be behind before nobody waits any more

PREPARE = """
import json
from django.contrib.auth import get_user_model
from django.test import Client
from canon.models import Item
sessions = {}
for number in range(%d):
    user = get_user_model().objects.create_user(f"reader{number}@example.org")
    client = Client()
    client.force_login(user)
    sessions[user.pk] = client.cookies["sessionid"].value
items = dict(Item.objects.published().in_canon_order().values_list("slug", "pk"))
print(json.dumps({"sessions": sessions, "items": items}))
"""


@dataclass
class Counts:
    """What happened, added up by several threads."""

    phase: str = "all well"
    requests: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    phases: list[str] = field(default_factory=list)
    acknowledged: int = 0
    uncertain: int = 0
    saves: int = 0
    compared: int = 0
    stale: int = 0
    lags: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)

    def enter(self, phase: str) -> None:
        """Begin another phase."""
        print(phase, flush=True)
        self.phase = phase
        self.phases.append(phase)

    def ask(self, kind: str, browser: Browser, *request: object, **headers: str) -> bytes | None:
        """Send a request and count it; return the body of its answer, None if it failed."""
        before = self.phase
        try:
            answer, content = browser.ask(*request, **headers)  # type: ignore[arg-type]
            is_answered = answer.status < 400
        except (OSError, HTTPException):
            browser.connect()
            is_answered = False
        # What was begun while the database was away fails after it is back, and the reverse.
        phase = DATABASE_DOWN if DATABASE_DOWN in (before, self.phase) else before
        with self.lock:
            self.requests[phase] += 1
            if not is_answered:
                self.errors[phase, kind] += 1
        if not is_answered:
            time.sleep(PAUSE)
            return None
        return content


class Reader:
    """Someone who marks one item after the other, all over again."""

    def __init__(self, url: str, session: str, slugs: list[str], counts: Counts) -> None:
        """Come in with a session that is there already."""
        self.browser, self.slugs, self.counts = Browser(url), slugs, counts
        self.browser.cookies["sessionid"] = session
        self.browser.take_token("/")
        # What each item may be by now: one status, or several after an answer that never came.
        self.possible: dict[str, set[str]] = defaultdict(lambda: {""})
        self.acknowledged = self.uncertain = 0

    def mark(self, number: int) -> None:
        """Mark the next item, by a status that it does not have."""
        round_, place = divmod(number, len(self.slugs))
        slug, status = self.slugs[place], STATUSES[round_ % len(STATUSES)]
        request = ("POST", f"/items/{slug}/mark/", {"status": status})
        if self.counts.ask("marks", self.browser, *request, **{"HX-Request": "true"}) is None:
            self.possible[slug].add(status)
            self.uncertain += 1
        else:
            self.possible[slug] = {status}
            self.acknowledged += 1

    def act(self) -> None:
        """Mark, and look at the canon now and then, until it is over."""
        number = 0
        while not self.counts.over.is_set():
            self.mark(number)
            number += 1
            if number % 8 == 0:
                self.counts.ask("readers' pages", self.browser, "GET", "/")


def act_as_guest(url: str, slugs: list[str], counts: Counts) -> None:
    """Read page after page, each time as somebody who has never been here."""
    browser = Browser(url)
    number = 0
    while not counts.over.wait(0.02):
        browser.cookies.clear()
        path = "/" if number % 2 else f"/items/{slugs[number % len(slugs)]}/"
        counts.ask("guests' pages", browser, "GET", path)
        number += 1


class Curator:
    """Someone who saves, and then looks at every web server itself."""

    def __init__(self, cluster: Cluster, session: str, slug: str, counts: Counts) -> None:
        """Save the item `slug`, and look with `session`."""
        self.cluster, self.slug, self.counts = cluster, slug, counts
        self.cookies = {"sessionid": session}

    def save(self, title: str) -> bool:
        """Save as anything may, by a statement; tell whether the database acknowledged it."""
        statement = "UPDATE canon_item SET title = %s WHERE slug = %s"
        try:
            with psycopg.connect(self.cluster.database(), connect_timeout=2) as connection:
                connection.execute(statement, (title, self.slug))
        except psycopg.Error:
            return False
        return True

    def sees(self, server: str, title: str, cookies: dict[str, str]) -> bool | None:
        """Tell whether a server shows `title` on both pages; None if it does not answer."""
        browser = Browser(self.cluster.address_of(server))
        for path in ("/", f"/items/{self.slug}/"):
            browser.cookies = dict(cookies)
            try:
                answer, content = browser.ask("GET", path, **{"Accept-Encoding": "identity"})
            except (OSError, HTTPException):
                return None
            if answer.status != 200:
                return None
            if title.encode() not in content:
                return False
        return True

    def compare(self, title: str) -> None:
        """Look at both servers, as a reader and as a guest."""
        saved = time.monotonic()
        for server in ("first", "second"):
            seen = self.sees(server, title, self.cookies)
            self.counts.compared += seen is not None
            self.counts.stale += seen is False
        for server in ("first", "second"):
            while self.sees(server, title, {}) is False:
                if time.monotonic() - saved > LONGEST_LAG:
                    self.counts.stale += 1
                    break
                self.counts.lags.append((time.monotonic() - saved) * 1000)

    def act(self) -> None:
        """Save and compare until it is over."""
        while not self.counts.over.wait(0.5):
            title = f"Edition {self.counts.saves + 1} of many."
            if self.save(title):
                self.counts.saves += 1
                self.compare(title)


def make_trouble(cluster: Cluster, counts: Counts) -> None:
    """Let things go well, kill a web server, bring it back, crash the database, bring it back."""
    counts.enter("all well")
    time.sleep(CALM)
    counts.enter("a web server killed")
    cluster.kill("first")
    time.sleep(CALM)
    counts.enter("the web server back")
    cluster.start_web("first")
    time.sleep(CALM)
    counts.enter(DATABASE_DOWN)
    cluster.stop_database("primary")
    time.sleep(DOWN)
    cluster.start_database("primary")
    time.sleep(1.5)  # so long PgBouncer may take to notice
    counts.enter("the database back")
    time.sleep(CALM)


def find_lost(cluster: Cluster, readers: dict[int, Reader], items: dict[str, int]) -> list[str]:
    """Return what was acknowledged and is not in the database: marks, and lines of the log."""
    with psycopg.connect(cluster.database()) as connection:
        rows = connection.execute("SELECT user_id, item_id, status FROM canon_mark").fetchall()
        logged = dict(
            connection.execute(
                "SELECT user_id, count(*) FROM canon_readingevent GROUP BY user_id"
            ).fetchall()
        )
    found = {(user, item): status for user, item, status in rows}
    lost = []
    for user, reader in readers.items():
        for slug, possible in reader.possible.items():
            status = found.get((user, items[slug]), "")
            if status not in possible:
                lost.append(f"{slug} of reader {user} is {status!r}, not any of {possible}")
        if logged.get(user, 0) < reader.acknowledged:
            lost.append(f"the log of reader {user} has {logged.get(user, 0)} lines")
    return lost


def static_is_kept(url: str) -> bool:
    """Tell whether a style sheet may be kept for ever, and comes from nginx the second time."""
    browser = Browser(url)
    page = browser.ask("GET", "/", **{"Accept-Encoding": "identity"})[1].decode()
    start = page.index("/static/")
    path = page[start : page.index('"', start)]
    browser.ask("GET", path)
    answer = browser.ask("GET", path)[0]
    is_immutable = "immutable" in (answer.headers["Cache-Control"] or "")
    return is_immutable and answer.headers["X-Cache"] == "HIT"


def report(counts: Counts, lost: list[str], *, is_kept: bool) -> str:
    """Return the counts in Markdown."""
    kinds = sorted({kind for _phase, kind in counts.errors})
    heads = [f"errors: {kind}" for kind in kinds] or ["errors"]
    lines = [f"| while | requests | {' | '.join(heads)} |", f"|---|--:|{'--:|' * len(heads)}"]
    for phase in counts.phases:
        errors = [str(counts.errors[phase, kind]) for kind in kinds] or ["0"]
        lines.append(f"| {phase} | {counts.requests[phase]:,} | {' | '.join(errors)} |")
    lag = f"{max(counts.lags):.0f} ms" if counts.lags else "none that could be seen"
    lines += [
        "",
        f"- Marks acknowledged: {counts.acknowledged:,}; of them lost: {len(lost)}.",
        f"- Marks sent without an answer that says so: {counts.uncertain:,}.",
        f"- Saves of a curator: {counts.saves:,}; compared on a web server: {counts.compared:,}; "
        f"stale pages of those with a session: {counts.stale}.",
        f"- Longest a guest's page, read from the replica, was behind: {lag}.",
        f"- Static files kept for ever, and by nginx: {'yes' if is_kept else 'no'}.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run it, print the counts, write them down; fail if anything acknowledged was lost."""
    if missing := missing_packages():
        print(f"NOT RUN: install what is missing: apt install {' '.join(missing)}")
        sys.exit(1)
    counts = Counts()
    with running_cluster() as cluster:
        prepared = json.loads(cluster.run(PREPARE % (READERS + 1)))
        *members, (_last, curators) = prepared["sessions"].items()
        items: dict[str, int] = prepared["items"]
        *slugs, saved = items
        is_kept = static_is_kept(cluster.url)
        readers = {int(pk): Reader(cluster.url, key, slugs, counts) for pk, key in members}
        work: list[Callable[[], None]] = [reader.act for reader in readers.values()]
        work += [lambda: act_as_guest(cluster.url, slugs, counts)] * GUESTS
        work.append(Curator(cluster, curators, saved, counts).act)
        threads = [threading.Thread(target=act) for act in work]
        for thread in threads:
            thread.start()
        try:
            make_trouble(cluster, counts)
        finally:
            counts.over.set()
            for thread in threads:
                thread.join()
        counts.acknowledged = sum(reader.acknowledged for reader in readers.values())
        counts.uncertain = sum(reader.uncertain for reader in readers.values())
        lost = find_lost(cluster, readers, items)
    text = report(counts, lost, is_kept=is_kept)
    print(f"\n{text}", *lost, sep="\n")
    title = "# A cluster while parts of it are killed\n\nWhat `make cluster` counted."
    RESULTS.write_text(f"{title}\n\n{text}\n")
    sys.exit(1 if lost or counts.stale or not is_kept else 0)


if __name__ == "__main__":
    main()
