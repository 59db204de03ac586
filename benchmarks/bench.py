"""`make bench`: what the site's pages cost, in multiples of what Django costs for any page.

The floor and the pages are asked in turn, round after round, over one connection, so that whatever
else the machine does slows all of them alike: only the ratios mean something elsewhere.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.server import Site, running_site

RESULTS = Path(__file__).parent / "results.md"
LONGEST = 150  # seconds of measuring
ROUNDS = 40
PER_ROUND = 4
MODEL = "%E6%A8%A1%E5%9E%8B"  # 模型
EMAIL, PASSWORD = "reader@example.org", "correct horse battery staple"
# Another one, with the same marks and notes, who changes them.
WRITER = "writer@example.org"

READER = """
import json
from django.contrib.auth import get_user_model
from allauth.account.models import EmailAddress
from canon.models import Item, change_marks, write_note
items = list(Item.objects.published().in_canon_order())
text = "Why **this** matters to me, in a paragraph of my own that is not very long. "
for email in {emails}:
    user = get_user_model().objects.create_user(email, password="{password}")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    few = items[:{marks}]
    for number, status in enumerate(("read", "reading", "queued", "skipped")):
        change_marks(user, few[number::4] if number else few, status)
    for item in items[:80:4]:
        write_note(user, item, text * 3, based_on=0)
"""

QUERIES = """
import json
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from urllib.parse import urlsplit
reader, guest = Client(), Client()
reader.force_login(get_user_model().objects.get(email="{email}"))
def ask(client, path, headers):
    return client.get(path, headers=headers, SERVER_NAME="127.0.0.1")
counts = {{}}
for name, path, is_guest, is_htmx in {asked}:
    client, headers = guest if is_guest else reader, {{"HX-Request": "true"}} if is_htmx else {{}}
    ask(client, path, headers)
    with CaptureQueriesContext(connection) as found:
        ask(client, path, headers)
    counts[name] = len(found)
print(json.dumps(counts))
"""


class Browser:
    """One connection that keeps cookies, as a browser does."""

    def __init__(self, url: str) -> None:
        """Connect to the site at `url`."""
        parts = urlsplit(url)
        self.origin, self.host, self.port = url, parts.hostname or "", parts.port
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.connection = HTTPConnection(self.host, self.port, timeout=60)

    def connect(self) -> None:
        """Let the next request open a new connection."""
        self.connection.close()

    def ask(
        self, method: str, path: str, form: dict[str, str] | None = None, **headers: str
    ) -> tuple[HTTPResponse, bytes]:
        """Send a request; return the answer and its body as it was sent, compressed."""
        sent = {"Accept-Encoding": "gzip, br", "Accept": "text/html", **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if form is not None:
            sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.origin}
            body = urlencode({"csrfmiddlewaretoken": self.token, **form})
        try:
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        except ConnectionError:  # it was idle for too long, as between two kinds of work
            self.connect()
            self.connection.request(method, path, body, sent)
            answer = self.connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer, content

    def take_token(self, path: str) -> None:
        """Remember the CSRF token of the form on a page."""
        _answer, content = self.ask("GET", path, **{"Accept-Encoding": "identity"})
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', content)
        self.token = found[1].decode() if found else ""

    def sign_in(self, email: str) -> HTTPResponse:
        """Sign one of the benchmark's readers in."""
        self.take_token("/accounts/login/")
        answer, _ = self.ask("POST", "/accounts/login/", {"login": email, "password": PASSWORD})
        if answer.status != 302:
            raise RuntimeError(f"Signing in was answered with {answer.status}.")
        return answer


@dataclass
class Case:
    """One thing that is measured."""

    name: str
    send: Callable[[], tuple[HTTPResponse, bytes]]
    floor: str = "floor"
    # At most so many times the floor; None where nothing is promised.
    goal: float | None = None
    status: int = 200
    # Of how a page is asked: its address, whether by a guest, whether by htmx.
    path: tuple[str, bool, bool] | None = None
    is_rare: bool = False
    times: list[float] = field(default_factory=list)
    size: int = 0

    def measure(self) -> None:
        """Send the request once, and note how long the answer took."""
        start = time.perf_counter()
        answer, content = self.send()
        self.times.append((time.perf_counter() - start) * 1000)
        self.size = len(content)
        if answer.status != self.status:
            raise RuntimeError(f"{self.name} was answered with {answer.status}.")

    @property
    def median(self) -> float:
        """The median, in milliseconds."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """What all but one in twenty stay below, in milliseconds."""
        return sorted(self.times)[int(len(self.times) * 0.95)]


def alternate(*values: str) -> Iterator[str]:
    """Yield `values` in turn, without end."""
    while True:
        yield from values


def cases(site: Site) -> list[Case]:
    """Return everything that is measured on `site`, in the order of one round."""
    reader, guest, writer, other = (Browser(site.url) for _ in range(4))
    reader.sign_in(EMAIL)
    writer.sign_in(WRITER)
    reader.take_token("/")  # which also shows the greeting, once
    writer.take_token("/")
    htmx = {"HX-Request": "true", "HX-Current-URL": f"{site.url}/"}
    statuses, floors = alternate("read", ""), alternate("read", "queued")
    slugs = json.loads(site.run(SLUGS))
    item, last = slugs["first"], slugs["last"]
    etag = reader.ask("GET", "/")[0].headers.get("ETag", "")
    version = [0]

    def page(
        path: str, browser: Browser = reader, **headers: str
    ) -> Callable[[], tuple[HTTPResponse, bytes]]:
        return lambda: browser.ask("GET", path, **headers)

    def mark() -> tuple[HTTPResponse, bytes]:
        return writer.ask("POST", f"/items/{last}/mark/", {"status": next(statuses)}, **htmx)

    def floor_mark() -> tuple[HTTPResponse, bytes]:
        return writer.ask("POST", "/floor/mark/", {"status": next(floors)}, **htmx)

    def note() -> tuple[HTTPResponse, bytes]:
        form = {"text": f"Thought number {version[0]}.", "version": str(version[0])}
        version[0] += 1
        return writer.ask("POST", f"/items/{last}/note/", form, **htmx)

    def sign_in() -> tuple[HTTPResponse, bytes]:
        other.cookies.clear()
        return other.sign_in(WRITER), b""

    fragment = f"/?kind={slugs['kind']}"
    return [
        Case("floor", page("/floor/page/"), path=("/floor/page/", False, False)),
        Case("canon page, reader", page("/"), goal=1.5, path=("/", False, False)),
        Case("canon page, guest", page("/", guest), goal=0.8, path=("/", True, False)),
        Case("canon page, unchanged", page("/", **{"If-None-Match": etag}), goal=0.6, status=304),
        Case("filter fragment", page(fragment, **htmx), goal=1.2, path=(fragment, False, True)),
        Case(
            "text search",
            page("/?q=language", **htmx),
            goal=1.5,
            path=("/?q=language", False, True),
        ),
        Case(
            "text search in Chinese",
            page(f"/?q={MODEL}", **htmx),
            goal=1.5,
            path=(f"/?q={MODEL}", False, True),
        ),
        Case("item page", page(f"/items/{item}/"), goal=2, path=(f"/items/{item}/", False, False)),
        Case("My reading", page("/reading/"), goal=2, path=("/reading/", False, False)),
        Case("floor of a mark", floor_mark, floor="floor of a mark"),
        Case("marking an item", mark, floor="floor of a mark", goal=1.5),
        Case("saving a note", note, floor="floor of a mark"),
        Case("signing in", sign_in, status=302, is_rare=True),
    ]


SLUGS = """
import json
from canon.models import Item
items = list(Item.objects.published().in_canon_order())
print(json.dumps({"first": items[0].slug, "last": items[-1].slug, "kind": "article"}))
"""


def measure(found: list[Case], longest: float = LONGEST) -> None:
    """Measure all cases in turn, round after round, for `longest` seconds at most."""
    for case in found:
        case.measure()
        case.times.clear()
    deadline = time.monotonic() + longest
    for number in range(ROUNDS):
        if time.monotonic() > deadline:
            print(f"Stopped after {number} rounds: the time is up.", file=sys.stderr)
            break
        for case in found:
            if case.is_rare and number % 4:
                continue
            for _ in range(1 if case.is_rare else PER_ROUND):
                case.measure()


def memory(site: Site) -> float | None:
    """Return the resident memory of the largest worker in megabytes; None where /proc is not."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            words = (status.parent / "environ").read_bytes()
            text = status.read_text()
        except OSError:
            continue
        if str(site.data).encode() in words:
            sizes.append(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024)  # type: ignore[index]
    return max(sizes, default=None)


def queries(site: Site, found: list[Case]) -> dict[str, int]:
    """Return how many queries each page takes, by the name of its case."""
    asked = [(case.name, *case.path) for case in found if case.path]
    counts: dict[str, int] = json.loads(site.run(QUERIES.format(email=EMAIL, asked=asked)))
    return counts


def table(found: list[Case], counts: dict[str, int]) -> Iterator[str]:
    """Yield the lines of the table."""
    by_name = {case.name: case for case in found}
    yield "| | median ms | p95 ms | times the floor | goal | queries | bytes sent |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for case in found:
        ratio = case.median / by_name[case.floor].median
        goal = (
            ""
            if case.goal is None
            else f"≤ {case.goal:g}{'' if ratio <= case.goal else ' **missed**'}"
        )
        count = counts.get(case.name, "")
        yield (
            f"| {case.name} | {case.median:.1f} | {case.p95:.1f} | {ratio:.2f} | {goal} "
            f"| {count} | {case.size:,} |"
        )


def versions() -> str:
    """Return what was measured, in a line."""
    from importlib.metadata import version

    names = ("Django", "gunicorn", "django-allauth", "whitenoise", "Brotli")
    found = ", ".join(f"{name} {version(name)}" for name in names)
    return f"Python {platform.python_version()}, {found}; {platform.machine()}"


def main() -> None:
    """Measure, print the table, and write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--marks", type=int, default=40, help="how many items the reader marked")
    parser.add_argument("--database", default="", help="a DATABASE_URL; a fresh SQLite otherwise")
    parser.add_argument("--prepare", default="", help="a file of Python to run on the site first")
    parser.add_argument("--write", default=str(RESULTS), help="the file to write the table to")
    options = parser.parse_args()
    variables = {"DATABASE_URL": options.database} if options.database else {}
    with running_site(workers=1, DJANGO_SETTINGS_MODULE="benchmarks.settings", **variables) as site:
        if options.prepare:
            site.run(Path(options.prepare).read_text())
        site.run(READER.format(emails=(EMAIL, WRITER), password=PASSWORD, marks=options.marks))
        found = cases(site)
        measure(found)
        size = memory(site)
        lines = list(table(found, queries(site, found)))
    text = "\n".join(lines)
    said = f"Largest process after the run: {size:.0f} MB." if size else ""
    print(f"{text}\n\n{said}")
    Path(options.write).write_text(f"# What pages cost\n\n{versions()}.\n\n{text}\n\n{said}\n")
    missed = [line for line in lines if "missed" in line]
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
