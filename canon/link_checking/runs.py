"""A run over many addresses, and keeping what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterable, Iterator
from queue import SimpleQueue

from canon.link_checking.manners import Manners, PoliteClient
from canon.link_checking.trying import try_address
from canon.models import Finding, Item, Link, LinkCheck, Outcome

# If so many addresses in a row give no answer at all, it is our own network that is down.
SILENT_MEANS_OFFLINE = 10
# Outcomes for which nothing beyond our own network need have answered.
SILENCE = {Outcome.UNREACHABLE, Outcome.TIMED_OUT, Outcome.REFUSED}

Found = tuple[str, Finding]


class OfflineError(Exception):
    """Nothing at all could be reached, so that nothing can be said about any link."""


def watch_canon() -> None:
    """Bring the rows of checks in line with the addresses that items and links have now."""
    addresses = {*Item.objects.values_list("url", flat=True)}
    addresses |= {*Link.objects.values_list("url", flat=True)}
    known = {*LinkCheck.objects.values_list("address", flat=True)}
    rows = [LinkCheck(address=address) for address in sorted(addresses - known)]
    LinkCheck.objects.bulk_create(rows, ignore_conflicts=True)
    gone = known - addresses
    if gone:
        LinkCheck.objects.filter(address__in=gone).delete()


def try_all(addresses: Iterable[str], manners: Manners) -> Iterator[Found]:
    """Yield each of `addresses` with what it came to, as they come in.

    The event loop runs in a thread of its own: the caller stays where the database is, and may
    itself stand in a loop. To stop early, close the iterator.
    """
    crawl = Crawl(list(addresses), manners)
    thread = threading.Thread(target=crawl.run, daemon=True)
    thread.start()
    try:
        while (found := crawl.found.get()) is not None:
            yield found
    finally:
        crawl.stop()
        thread.join()
    if crawl.error:
        raise crawl.error


class Crawl:
    """The thread behind `try_all`."""

    def __init__(self, addresses: list[str], manners: Manners) -> None:
        """Take what to try and how."""
        self.addresses = addresses
        self.manners = manners
        self.found: SimpleQueue[Found | None] = SimpleQueue()
        self.error: Exception | None = None
        self.loop = asyncio.new_event_loop()
        self.task: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Try all of them; None in the queue says that it is over."""
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self.try_all())
        except asyncio.CancelledError:
            pass
        except Exception as error:  # raised again where the iterator ends
            self.error = error
        finally:
            self.found.put(None)

    def stop(self) -> None:
        """Give up what is still under way."""
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            self.loop.call_soon_threadsafe(lambda: self.task and self.task.cancel())

    async def try_all(self) -> None:
        """Try all addresses at once; the client sees to the manners."""
        self.task = asyncio.current_task()
        async with PoliteClient(self.manners) as client, asyncio.TaskGroup() as group:
            for address in self.addresses:
                group.create_task(self.try_one(client, address))

    async def try_one(self, client: PoliteClient, address: str) -> None:
        """Try one address and hand over what it came to."""
        self.found.put((address, await try_address(client, address)))


def check_links(addresses: Iterable[str], manners: Manners) -> Iterator[Found]:
    """Try `addresses` and record what they come to, one by one; yield it after it is recorded.

    Raises OfflineError, and records nothing, if ten or more are tried and none answers.
    """
    silent: list[Found] = []
    is_online = False
    for address, finding in try_all(addresses, manners):
        is_online = is_online or finding.outcome not in SILENCE
        silent.append((address, finding))
        if is_online:
            yield from record_all(silent)
            silent = []
    if len(silent) >= SILENT_MEANS_OFFLINE:
        raise OfflineError
    yield from record_all(silent)


def record_all(found: Iterable[Found]) -> Iterator[Found]:
    """Record what addresses came to, and yield each after it is recorded."""
    for address, finding in found:
        LinkCheck.objects.record(address, finding)
        yield address, finding
