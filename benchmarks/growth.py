"""`make growth`: what the pages cost when the canon, the marks and the readers are many.

The canon grows on both databases, with one reader's marks; the readers grow on PostgreSQL, by COPY.
Each case is measured as `make bench` does, and compared with the shipped canon on the same
database, both in multiples of the floor of their own run: else a machine that is busier the second
time would count as growth. `--readers` and `--marks` make it as large as there is room for.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks import bench
from benchmarks.server import Site, running_site
from tests.postgres import find_binaries, server

RESULTS = Path(__file__).parent / "growth.md"
SECONDS = 15  # of measuring, for each case
SMALL = 96  # the shipped canon
SEARCHES = ("text search", "text search in Chinese")
SHOWN = ("canon page, reader", "canon page, guest", *SEARCHES, "My reading", "marking an item")
# What promises to stay within twice the small case, however much there is.
PROMISED = ("canon page, reader", "marking an item")
MOST = 2.0

GROW = """
import random
from django.utils import timezone
from canon.models import Author, Authorship, Dependency, Item
from canon.models.items import prepare_item
words = {{
    "en": "attention model scaling learning reward language agent memory policy search".split(),
    "zh": "注意力 模型 规模 学习 奖励 语言 智能体 记忆 策略 搜索".split(),
}}
draw = random.Random(1)
syllables = "ba de fi go ku la me ni po ru sa te vi wo xu za".split()
characters = [chr(0x4E00 + number) for number in range(0, 4_000, 4)]
def word(language):
    # Each of the given ones is one word in a thousand, and in four texts of a hundred.
    if draw.random() < 0.01:
        return draw.choice(words[language])
    parts = syllables if language == "en" else characters
    return "".join(draw.choices(parts, k=draw.choice((2, 3, 4) if language == "en" else (1, 2))))
def text(language, length):
    space = " " if language == "en" else ""
    return space.join(word(language) for _ in range(length)).capitalize()
old = list(Item.objects.in_canon_order())
sections = sorted({{item.section_id for item in old}})
authors = list(Author.objects.all())
items = []
for number in range({items} - len(old)):
    item = Item(
        slug=f"item-{{number}}", section_id=sections[number % len(sections)],
        position=1_000 + number, state="published", title=text("en", 6) + f" {{number}}",
        url=f"https://example.org/{{number}}", kind=draw.choice(Item.Kind.values),
        difficulty=draw.choice(Item.Difficulty.values), effort=draw.choice(Item.Effort.values),
        year=draw.randrange(1950, 2027), annotation_en=text("en", 40),
        annotation_zh_hans=text("zh", 40), published_at=timezone.now(),
    )
    prepare_item(item)
    items.append(item)
Item.objects.bulk_create(items, batch_size=500)
Authorship.objects.bulk_create(
    [Authorship(item=item, author=draw.choice(authors)) for item in items], batch_size=500)
everything = [*old, *items]
Dependency.objects.bulk_create(
    [Dependency(item=item, builds_on=everything[draw.randrange(len(old) + number)])
     for number, item in enumerate(items)], batch_size=500)
"""

# The bench marks the first items of its readers; these are the rest.
MARK = """
from django.contrib.auth import get_user_model
from canon.models import Item, Mark, ReadingEvent
import uuid
for user in get_user_model().objects.filter(email__in={emails}):
    marked = set(user.marks.values_list("item_id", flat=True))
    ids = [pk for pk in Item.objects.published().values_list("pk", flat=True) if pk not in marked]
    rows = [Mark(user=user, item_id=pk, status="read") for pk in ids[:{marks}]]
    Mark.objects.bulk_create(rows, batch_size=500)
    ReadingEvent.objects.bulk_create([ReadingEvent(user=user, item_id=row.item_id, status="read",
        step=uuid.uuid4(), before={{}}, after={{"status": "read"}}) for row in rows],
        batch_size=500)
"""


@dataclass(frozen=True)
class Size:
    """How much there is: items, marks of the bench's readers, and a crowd of others with theirs."""

    name: str
    items: int
    marks: int
    # The address of an empty database; a fresh SQLite if there is none.
    database: str = ""
    readers: int = 0
    marks_of_all: int = 0


@dataclass
class Result:
    """What was measured of one size."""

    size: Size
    cases: dict[str, bench.Case]
    seconds: float

    def cost(self, name: str) -> float:
        """Return the p95 of a case in multiples of that of its floor."""
        case = self.cases[name]
        return case.p95 / self.cases[case.floor].p95

    def usual_cost(self, name: str) -> float:
        """Return the median of a case in multiples of that of its floor, as `make bench` does."""
        case = self.cases[name]
        return case.median / self.cases[case.floor].median

    def is_dear(self, name: str) -> bool:
        """Tell whether a case costs more than `make bench` allows it."""
        return self.usual_cost(name) > (self.cases[name].goal or MOST)


def grow(site: Site, items: int, marks: int) -> None:
    """Make the canon `items` large, and the bench's readers with `marks` more marks."""
    if items > SMALL:
        site.run(GROW.format(items=items))
    few = {"emails": (bench.EMAIL, bench.WRITER), "password": bench.PASSWORD, "marks": 40}
    site.run(bench.READER.format(**few))
    if marks:
        site.run(MARK.format(emails=(bench.EMAIL, bench.WRITER), marks=marks))


def copy_readers(address: str, readers: int, marks: int) -> None:
    """Make `readers`, with `marks` and as many lines of their log between them, by COPY.

    Foreign keys are not checked row by row: the rows are made to fit.
    """
    draw = random.Random(1)  # noqa: S311
    with psycopg.connect(address) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        items = [pk for (pk,) in connection.execute("SELECT id FROM canon_item")]
        found = connection.execute("SELECT coalesce(max(id), 0) FROM accounts_user").fetchone()
        first = (found[0] if found else 0) + 1
        cursor = connection.cursor()
        connection.execute(
            "INSERT INTO accounts_user (id, email, password, is_superuser, is_staff, is_active,"
            " date_joined, language, time_zone, theme, shortcuts, is_public, news_seen_at)"
            " SELECT n, 'crowd' || n || '@example.org', '!', false, false, true, now(), 'en',"
            " 'UTC', 'system', true, false, now() FROM generate_series(%s::int, %s::int) AS n",
            (first, first + readers - 1),
        )
        each = marks // readers
        rows = [draw.sample(items, each) for _ in range(1000)]
        statement = "COPY canon_mark (user_id, item_id, status) FROM STDIN"
        with cursor.copy(statement) as copy:
            for user in range(first, first + readers):
                lines = [f"{user}\t{item}\tread\n" for item in rows[user % 1000]]
                copy.write("".join(lines))
        statement = (
            'COPY canon_readingevent (user_id, item_id, step, at, status, "before", "after")'
            " FROM STDIN"
        )
        with cursor.copy(statement) as copy:
            for user in range(first, first + readers):
                copy.write("".join(map(event_of(user), rows[user % 1000])))
        connection.execute(
            "INSERT INTO canon_readerstamp (user_id, stamp)"
            " SELECT id, md5(random()::text) FROM accounts_user WHERE id >= %s",
            (first,),
        )
        connection.execute("SELECT setval('accounts_user_id_seq', %s)", (first + readers,))
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def event_of(user: int) -> Callable[[int], str]:
    """Return a function from an item to a line of the log of `user`, as COPY wants it."""
    at = "2026-01-01 00:00+00"
    return lambda item: (
        f"{user}\t{item}\t{uuid.UUID(int=user << 64 | item)}\t{at}\tread\t{{}}"
        '\t{"status": "read"}\n'
    )


def measure(size: Size) -> Result:
    """Serve a site of this size, and measure it."""
    started = time.monotonic()
    variables = {"DATABASE_URL": size.database} if size.database else {}
    with running_site(workers=1, DJANGO_SETTINGS_MODULE="benchmarks.settings", **variables) as site:
        grow(site, size.items, size.marks)
        if size.readers:
            copy_readers(size.database, size.readers, size.marks_of_all)
        built = time.monotonic() - started
        found = [case for case in bench.cases(site) if not case.is_rare]
        bench.measure(found, longest=SECONDS)
    print(f"{size.name}: built in {built:.0f} s, measured.", flush=True)
    return Result(size, {case.name: case for case in found}, built)


def new_database(address: str, name: str) -> str:
    """Make a database on the server at `address`; return its own address."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")


def sizes(address: str, readers: int, marks: int) -> Iterator[tuple[str, list[Size]]]:
    """Yield each database with what is measured on it, the small case first."""
    grown = [(1_000, 0), (10_000, 10_000)]
    names = {
        (1_000, 0): "1,000 items",
        (10_000, 10_000): "10,000 items, all marked",
    }
    sqlite = [Size("the shipped canon", SMALL, 0)]
    sqlite += [Size(names[size], *size) for size in grown]
    yield "SQLite", sqlite
    if not address:
        return
    postgresql = [Size("the shipped canon", SMALL, 0, new_database(address, "small"))]
    for number, size in enumerate(grown):
        postgresql.append(Size(names[size], *size, new_database(address, f"grown{number}")))
    crowd = f"{readers:,} readers, {marks:,} marks"
    database = new_database(address, "crowd")
    postgresql.append(Size(crowd, SMALL, 0, database, readers, marks))
    yield "PostgreSQL", postgresql


def table(results: list[Result]) -> Iterator[str]:
    """Yield the lines of the table of one database."""
    small = results[0]
    heads = [f"{name} | times small" for name in SHOWN]
    yield f"| p95 in ms (times the floor) | {' | '.join(heads)} | canon page, bytes |"
    yield f"|---|{'--:|' * (2 * len(SHOWN) + 1)}"
    for result in results:
        cells = []
        for name in SHOWN:
            ratio = result.cost(name) / small.cost(name)
            is_dear = name in SEARCHES and result.is_dear(name)
            is_grown = name in PROMISED and ratio > MOST
            dear = " **missed**" if is_dear else ""
            grown = " **missed**" if is_grown else ""
            median = f"; median {result.usual_cost(name):.2f}" if name in SEARCHES else ""
            cells.append(f"{result.cases[name].p95:.1f} ({result.cost(name):.2f}{median}){dear}")
            cells.append(f"{ratio:.2f}{grown}")
        size = result.cases[SHOWN[0]].size
        yield f"| {result.size.name} | {' | '.join(cells)} | {size:,} |"


def main() -> None:
    """Measure, print the tables, and write them down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000, help="on PostgreSQL")
    parser.add_argument("--marks", type=int, default=2_000_000, help="of all these together")
    parser.add_argument("--write", default=str(RESULTS), help="the file to write the tables to")
    options = parser.parse_args()
    binaries = find_binaries()
    lines = []
    with server(binaries) if binaries else nullcontext("") as address:
        for database, found in sizes(address, options.readers, options.marks):
            print(f"{database}:", flush=True)
            results = [measure(size) for size in found]
            print(*table(results), sep="\n", flush=True)
            lines += [f"## {database}", "", *table(results), ""]
            if results[-1].size.readers:
                lines += [f"The crowd was made in {results[-1].seconds:.0f} s.", ""]
    if not binaries:
        lines.append("Not measured on PostgreSQL: it is not installed.")
    text = "\n".join(lines).rstrip()
    Path(options.write).write_text(f"# What pages cost when there is more\n\n{text}\n")
    sys.exit(1 if "missed" in text else 0)


if __name__ == "__main__":
    main()
