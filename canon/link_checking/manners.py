"""How politely other people's servers are asked: pauses, robots.txt, one request at a time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.robotparser import RobotFileParser

import httpx
from django.conf import settings

from canon.link_checking.guard import (
    GuardedTransport,
    Policy,
    RefusedAddressError,
    Resolver,
    is_anywhere,
    is_public,
    resolve,
)

AGENT = "CanonLinkCheck"
LARGEST_ROBOTS = 500 * 1024  # bytes; what stands behind them is not read
LONGEST_PAUSE = 30.0  # seconds; a robots.txt may ask for a day
REDIRECTS_OF_ROBOTS = 5
REDIRECTS = {301, 302, 303, 307, 308}

# All that can go wrong between us and an answer.
TROUBLE = (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError)


@dataclass(frozen=True)
class Manners:
    """How long to wait and how often to try, in seconds and times."""

    host_pause: float = 1.0
    timeout: float = 20.0  # from the name's resolution to the head of the answer
    retries: int = 2
    backoff: float = 2.0  # before the first retry; twice as long before each further one
    at_once: int = 8
    most_redirects: int = 10
    allows: Policy = is_public
    resolver: Resolver = resolve
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @classmethod
    def of_site(cls, host_pause: float = 1.0) -> Manners:
        """Return the manners that the settings ask for."""
        allows = is_anywhere if settings.LINK_CHECK_ALLOW_PRIVATE else is_public
        return cls(host_pause=host_pause, allows=allows)


@dataclass
class Host:
    """One server: its turn, its rules, and when it may be asked again."""

    pause: float
    free_at: float = 0.0
    robots: RobotFileParser | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    robots_turn: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True)
class Answer:
    """The head of an answer; `body` is read for robots.txt only."""

    status: int
    location: httpx.URL | None
    body: bytes = b""


class PoliteClient:
    """Asks servers, each no more than one thing at a time and with a pause in between."""

    def __init__(self, manners: Manners) -> None:
        """Take the manners; use it as an async context manager."""
        self.manners = manners
        self.slots = asyncio.Semaphore(manners.at_once)
        self.hosts: defaultdict[str, Host] = defaultdict(lambda: Host(manners.host_pause))
        self.client = httpx.AsyncClient(
            transport=GuardedTransport(manners.allows, manners.resolver),
            headers={"User-Agent": f"{AGENT}/1 (+{settings.SITE_URL})", "Accept": "*/*"},
            # Half the time for one numeric address, so that a second one gets its turn.
            timeout=httpx.Timeout(manners.timeout, connect=manners.timeout / 2),
        )

    async def __aenter__(self) -> PoliteClient:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.client.aclose()

    def host_of(self, url: httpx.URL) -> Host:
        """Return the server of an address."""
        return self.hosts[f"{url.scheme}://{url.netloc.decode('ascii')}"]

    async def ask(self, method: str, url: httpx.URL, limit: int = 0) -> Answer:
        """Send one request when it is its host's turn; redirects are not followed.

        No more than `limit` bytes of the body are read, so that its size does not matter. Raises
        RefusedAddressError, TimeoutError, or one of TROUBLE.
        """
        host = self.host_of(url)
        loop = asyncio.get_running_loop()
        async with host.turn:
            wait = host.free_at - loop.time()
            if wait > 0:
                await self.manners.sleep(wait)
            async with self.slots:
                try:
                    async with asyncio.timeout(self.manners.timeout):
                        return await self.fetch(method, url, limit)
                finally:
                    host.free_at = loop.time() + host.pause

    async def fetch(self, method: str, url: httpx.URL, limit: int) -> Answer:
        """Send one request now; see `ask`."""
        async with self.client.stream(method, url) as response:
            status, location = response.status_code, response.headers.get("location")
            target = url.join(location) if location and status in REDIRECTS else None
            body = await read_start(response, limit) if limit else b""
            return Answer(status, target, body)

    async def may_ask(self, url: httpx.URL) -> bool:
        """Tell whether the robots.txt of the host lets us ask for `url`."""
        host = self.host_of(url)
        async with host.robots_turn:
            if host.robots is None:
                host.robots = await self.robots_of(url)
                delay = float(host.robots.crawl_delay(AGENT) or 0)
                host.pause = max(host.pause, min(delay, LONGEST_PAUSE))
        return host.robots.can_fetch(AGENT, str(url))

    async def robots_of(self, url: httpx.URL) -> RobotFileParser:
        """Return the rules of a host; one that has none to give allows everything.

        That a server which is out of order allows us, too, departs from RFC 9309 on purpose:
        otherwise its links could never be found dead.
        """
        rules = RobotFileParser()
        target: httpx.URL | None = url.copy_with(raw_path=b"/robots.txt", fragment=None)
        text = ""
        try:
            for _hop in range(REDIRECTS_OF_ROBOTS + 1):
                if target is None or target.scheme not in {"http", "https"}:
                    break
                answer = await self.ask("GET", target, limit=LARGEST_ROBOTS)
                if answer.status < 300:
                    text = answer.body.decode("utf-8", "replace")
                target = answer.location
        except (RefusedAddressError, TimeoutError, *TROUBLE):
            pass  # the link itself will show what is wrong
        rules.parse(text.removeprefix("\ufeff").splitlines())
        return rules


async def read_start(response: httpx.Response, limit: int) -> bytes:
    """Return at most `limit` bytes of a body, or what arrived before it broke off."""
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) >= limit:
                break
    except httpx.HTTPError:
        pass
    return body[:limit]
