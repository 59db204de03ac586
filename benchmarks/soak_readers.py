"""The readers of a soak: each thinks, does something, and remembers what was acknowledged."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

# What readers do, and how often each. Undoing needs a mark to undo: until then it is a mark.
WEIGHTS = {
    "canon page": 12,
    "filter": 14,
    "search": 12,
    "item page": 18,
    "mark": 18,
    "undo": 6,
    "note": 12,
    "My reading": 6,
    "notes": 4,
    "map": 2,
}
STATUSES = ("queued", "reading", "read", "skipped", "")
FILTERS = ("kind=paper", "kind=video", "difficulty=advanced", "status=unread", "language=en")
SEARCHES = ("language", "attention", "注意力", "reward model", "zzz")
SENTENCE = "It **matters** more than it seems; 这一段值得再读一遍, with `code` and <b>markup</b>. "


@dataclass
class Tally:
    """What all readers together have seen."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)


class Reader:
    """Someone who is signed in, and does one thing after the other."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        cookies: dict[str, str],
        held: dict[str, dict[str, str]],
        tally: Tally,
    ) -> None:
        """Come in with `cookies`, of a session that is there, and with what one `held` before.

        That is the status of every item, and the notes, all in their first version.
        """
        self.client, self.cookies, self.tally = client, cookies, tally
        self.token = ""
        self.draw = random.Random()  # noqa: S311
        self.slugs = list(held["marks"])
        self.marks, self.notes = dict(held["marks"]), dict(held["notes"])
        self.versions = dict.fromkeys(self.notes, "1")
        self.acknowledged: Counter[str] = Counter()
        # The last mark, as long as nothing came after it: its step, its item, what stood before.
        self.last: tuple[str, str, str] | None = None
        # Items whose state nobody knows, since an answer was missing.
        self.uncertain: set[str] = set()

    async def ask(self, kind: str, method: str, path: str, **form: str) -> str | None:
        """Send a request as the site's pages do; return the answer, None if it is an error."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if kind in ("filter", "search", "mark", "undo", "note"):
            headers |= {"HX-Request": "true", "X-CSRFToken": self.token}
        start = time.perf_counter()
        try:
            answer = await self.client.request(method, path, headers=headers, data=form or None)
        except httpx.HTTPError as error:
            self.tally.errors[f"{kind}: {type(error).__name__}"] += 1
            return None
        self.tally.times[kind].append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            self.tally.errors[f"{kind}: status {answer.status_code}"] += 1
            return None
        for line in answer.headers.get_list("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.text

    async def enter(self) -> None:
        """Look at the canon page, and keep the token of its forms."""
        page = await self.ask("canon page", "GET", "/") or ""
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        self.token = found[1] if found else ""

    async def act(self, until: float, think: float) -> None:
        """Think, and do something, until the time `until`."""
        await asyncio.sleep(self.draw.uniform(0, think * 2))
        await self.enter()
        others: dict[str, Callable[[], Awaitable[object]]] = {
            "mark": self.mark,
            "undo": self.undo,
            "note": self.write,
        }
        while True:
            await asyncio.sleep(min(self.draw.expovariate(1 / think), think * 5))
            if time.monotonic() > until:
                return
            [kind] = self.draw.choices(list(WEIGHTS), list(WEIGHTS.values()))
            await (others[kind]() if kind in others else self.read(kind))

    async def read(self, kind: str) -> None:
        """Ask for a page, in one of the two languages."""
        path = {
            "canon page": "/",
            "filter": f"/?{self.draw.choice(FILTERS)}",
            "search": f"/?q={self.draw.choice(SEARCHES)}",
            "item page": f"/items/{self.draw.choice(self.slugs)}/",
            "My reading": "/reading/",
            "notes": "/notes/",
            "map": "/map/",
        }[kind]
        await self.ask(kind, "GET", self.draw.choice(("", "", "", "/zh-hans")) + path)

    async def mark(self) -> None:
        """Give an item another status than it has."""
        slug = self.draw.choice([slug for slug in self.slugs if slug not in self.uncertain])
        before = self.marks[slug]
        status = self.draw.choice([status for status in STATUSES if status != before])
        answer = await self.ask("mark", "POST", f"/items/{slug}/mark/", status=status)
        self.last = None
        if answer is None:
            self.uncertain.add(slug)
            return
        self.marks[slug] = status
        self.acknowledged["marks"] += 1
        if step := re.search(r"/undo/([0-9a-f-]{36})/", answer):
            self.last = step[1], slug, before
        else:
            self.tally.errors["mark: no undo in the answer"] += 1

    async def undo(self) -> None:
        """Take the last mark back, or mark where there is none."""
        if not self.last:
            return await self.mark()
        step, slug, before = self.last
        self.last = None
        if await self.ask("undo", "POST", f"/undo/{step}/", undo="1") is None:
            self.uncertain.add(slug)
        else:
            self.marks[slug] = before
            self.acknowledged["undos"] += 1
        return None

    async def write(self) -> None:
        """Write another text on one of a few items, over the one that stands."""
        slug = self.draw.choice(self.slugs[:: len(self.slugs) // 10])
        if f"note {slug}" in self.uncertain:
            return
        number = self.acknowledged["notes"] + 1
        text = f"# Thought {number}\n\n{SENTENCE * self.draw.randrange(1, 30)}".strip()
        version = self.versions.get(slug, "0")
        path = f"/items/{slug}/note/"
        answer = await self.ask("note", "POST", path, text=text, version=version)
        if answer is None:
            self.uncertain.add(f"note {slug}")
            return
        self.notes[slug] = text
        self.acknowledged["notes"] += 1
        found = re.search(r'name="version"[^>]*value="(\d+)"', answer)
        self.versions[slug] = found[1] if found else str(int(version) + 1)

    def lost(self, stands: dict[str, dict[str, str]], logged: int) -> list[str]:
        """Return what was acknowledged and is not in the database, nor as the reader left it.

        `stands` holds the reader's marks and notes there by item, `logged` the lines of the log.
        """
        found = [
            f"{slug}: {stands['marks'].get(slug, '')!r}, not {status!r}"
            for slug, status in self.marks.items()
            if slug not in self.uncertain and stands["marks"].get(slug, "") != status
        ]
        found += [
            f"the note on {slug}"
            for slug, text in self.notes.items()
            if f"note {slug}" not in self.uncertain and stands["notes"].get(slug) != text
        ]
        if logged < self.acknowledged["marks"] + self.acknowledged["undos"]:
            found.append(f"the log has {logged} lines")
        return found
