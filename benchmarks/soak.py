"""`make soak`: many readers at once, for minutes, on this machine alone.

gunicorn serves with the settings of production, behind an address with https, on a PostgreSQL of
its own that is as durable as in use. Each reader has a session, thinks, and reads, filters,
searches, marks, takes back and writes notes. It fails on any error, on growing memory, and if
anything acknowledged is not in the database afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from benchmarks.bench import versions
from benchmarks.server import Site, running_site
from benchmarks.soak_memory import MOST_GROWTH, WARM_UP, Memory
from benchmarks.soak_readers import Reader, Tally
from tests.postgres import find_binaries, server

RESULTS = Path(__file__).parent / "soak.md"
ADDRESS = "https://canon.example.org"
WORKERS = 2
SAMPLE = 5  # seconds between two looks at the memory
SETTLE = 10  # seconds for what is under way in the end

# Readers have been here before, and between them know every item in every status: so each card of
# the canon is printed soon, and what grows after the warm-up is no cache that fills.
PREPARE = """
import json
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from canon.models import Item, Mark, write_note
items = list(Item.objects.published().in_canon_order())
statuses = ("queued", "reading", "read", "skipped", "")
readers = {}
for number in range(%d):
    user = get_user_model().objects.create_user(f"reader{number}@example.org")
    client = Client()
    client.force_login(user)
    marks = {item: statuses[(place + number) %% 5] for place, item in enumerate(items)}
    rows = [Mark(user=user, item=item, status=marks[item]) for item in items if marks[item]]
    Mark.objects.bulk_create(rows)
    noted = items[number %% 2 :: 10]
    for item in noted:
        write_note(user, item, "An older thought.", based_on=0)
    readers[user.pk] = {
        "session": client.session.session_key,
        "marks": {item.slug: status for item, status in marks.items()},
        "notes": {item.slug: "An older thought." for item in noted},
    }
cookie = settings.SESSION_COOKIE_NAME
print(json.dumps({"cookie": cookie, "readers": readers}))
"""

STANDS = """
import json
from collections import Counter
from canon.models import Mark, Note, ReadingEvent
marks = list(Mark.objects.values_list("user_id", "item__slug", "status"))
notes = list(Note.objects.values_list("user_id", "item__slug", "text"))
log = Counter(ReadingEvent.objects.order_by().values_list("user_id", flat=True))
print(json.dumps({"marks": marks, "notes": notes, "log": log}))
"""


@contextmanager
def database(*, is_sqlite: bool) -> Iterator[dict[str, str]]:
    """Yield the setting of a fresh database: none for SQLite.

    Ends the program if there is no PostgreSQL.
    """
    binaries = find_binaries()
    if is_sqlite:
        yield {}
    elif binaries is None:
        sys.exit("NOT RUN: install PostgreSQL (on Debian: apt install postgresql), or --sqlite.")
    else:
        with server(binaries, settings="") as address:
            yield {"DATABASE_URL": address}


async def soak(readers: dict[int, Reader], memory: Memory, options: Options) -> None:
    """Let all readers act until the time is up, and look at the memory meanwhile."""
    watching = asyncio.create_task(memory.watch(SAMPLE))
    until = time.monotonic() + options.minutes * 60
    acting = [reader.act(until, options.think) for reader in readers.values()]
    async with asyncio.timeout(options.minutes * 60 + options.think * 5 + SETTLE):
        await asyncio.gather(*acting)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    memory.take()


async def run(site: Site, options: Options, memory: Memory, tally: Tally) -> dict[int, Reader]:
    """Make the readers, and let them act; return them by their ids.

    They share connections, as those behind a proxy do, and keep them for as long as nginx does.
    """
    prepared = json.loads(site.run(PREPARE % options.readers))
    headers = {
        "Host": ADDRESS.partition("//")[2],
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
        "Origin": ADDRESS,
        "Accept-Encoding": "gzip, br",
    }
    limits = httpx.Limits(max_connections=options.readers, keepalive_expiry=60)
    async with httpx.AsyncClient(
        base_url=site.url, headers=headers, limits=limits, timeout=30
    ) as client:
        readers = {
            int(pk): Reader(client, {prepared["cookie"]: held["session"]}, held, tally)
            for pk, held in prepared["readers"].items()
        }
        memory.start = time.monotonic()
        await soak(readers, memory, options)
    return readers


def find_lost(site: Site, readers: dict[int, Reader]) -> list[str]:
    """Return what was acknowledged and is not in the database."""
    rows = json.loads(site.run(STANDS))
    stands: dict[int, dict[str, dict[str, str]]] = {
        pk: {"marks": {}, "notes": {}} for pk in readers
    }
    for kind in ("marks", "notes"):
        for pk, slug, value in rows[kind]:
            stands[pk][kind][slug] = value
    return [
        f"reader {pk}: {loss}"
        for pk, reader in readers.items()
        for loss in reader.lost(stands[pk], rows["log"].get(str(pk), 0))
    ]


def complaints(log: Path) -> list[str]:
    """Return the lines of the site's log that tell of an error."""
    telling = ('"level": "ERROR"', '"level": "CRITICAL"', "Traceback")
    return [line for line in log.read_text().splitlines() if any(word in line for word in telling)]


def machine(site: Site) -> str:
    """Return what was measured on: processors, memory, versions."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    model = "SQLite"
    if "DATABASE_URL" in site.environment:
        binaries = find_binaries() or Path()
        told = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
        model = told.stdout.strip().removeprefix("postgres (").replace(")", "", 1)
    return (
        f"{os.cpu_count()} processors, {pages / 2**30:.0f} GB of memory, "
        f"{platform.system()}; {versions()}; {model}"
    )


def times_table(tally: Tally) -> list[str]:
    """Return how long each kind of request took, in Markdown."""
    lines = ["| | requests | median ms | p95 ms | p99 ms |", "|---|--:|--:|--:|--:|"]
    every = [one for times in tally.times.values() for one in times]
    for kind, times in [*sorted(tally.times.items()), ("all", every)]:
        cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
        lines.append(
            f"| {kind} | {len(times):,} | {statistics.median(times):.0f} "
            f"| {cuts[94]:.0f} | {cuts[98]:.0f} |"
        )
    return lines


def report(
    site: Site,
    options: Options,
    tally: Tally,
    memory: Memory,
    readers: dict[int, Reader],
    faults: list[str],
) -> str:
    """Return all that was counted, in Markdown."""
    asked = sum(len(times) for times in tally.times.values())
    verified = {
        name: sum(reader.acknowledged[name] for reader in readers.values())
        for name in ("marks", "undos", "notes")
    }
    return "\n".join(
        [
            f"{machine(site)}. The readers ran on the same machine; its load was "
            f"{os.getloadavg()[1]:.1f} in the end.",
            "",
            f"{options.readers} readers for {options.minutes:g} minutes, each thinking for "
            f"{options.think:g} seconds on average: {asked / options.minutes / 60:.0f} requests "
            f"a second on {WORKERS} workers of four threads.",
            "",
            *times_table(tally),
            "",
            f"- Errors: {sum(tally.errors.values())}; lines of the log that tell of one: "
            f"{len(complaints(site.log))}.",
            f"- Acknowledged, and found in the database: {verified['marks']:,} marks, "
            f"{verified['undos']:,} of them taken back, {verified['notes']:,} versions of notes.",
            f"- Faults: {len(faults)}.",
            "",
            f"Memory of the workers in MB; a worker may grow by {MOST_GROWTH} MB a minute after "
            f"the first {WARM_UP:.0%} of the time:",
            "",
            *memory.table(),
        ]
    )


class Options(argparse.Namespace):
    """What `make soak` can be told."""

    minutes: float
    readers: int
    think: float
    sqlite: bool
    write: str


def read_options() -> Options:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--think", type=float, default=8, help="seconds between two requests")
    parser.add_argument("--sqlite", action="store_true", help="on SQLite, not on PostgreSQL")
    parser.add_argument("--write", default=str(RESULTS), help="the file to write the figures to")
    return parser.parse_args(namespace=Options())


def main() -> None:
    """Run it, print the figures, write them down; fail if anything went wrong."""
    options = read_options()
    tally = Tally()
    variables = {"SITE_URL": ADDRESS}
    with (
        database(is_sqlite=options.sqlite) as address,
        running_site(WORKERS, **variables, **address) as site,
    ):
        memory = Memory(site)
        readers = asyncio.run(run(site, options, memory, tally))
        faults = [f"{count} × {error}" for error, count in tally.errors.most_common()]
        faults += complaints(site.log) + memory.faults(WORKERS) + find_lost(site, readers)
        text = report(site, options, tally, memory, readers, faults)
    print(text, "", *faults, sep="\n")
    Path(options.write).write_text(f"# Many readers at once\n\n{text}\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
