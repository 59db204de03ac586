"""`make costs`: what the parts between the server and a view take, and what others would.

Everything is measured in one process, in processor time, on a fresh site: each middleware around
the canon page of a reader without what it lets pass through, and the back ends that could be
chosen. The tables are written to `benchmarks/costs.md`.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.server import running_site

RESULTS = Path(__file__).parent / "costs.md"
ROUNDS, PER_ROUND = 15, 20
HOST = "127.0.0.1"
SESSIONS = ("db", "cached_db", "cache", "signed_cookies", "file")
MESSAGES = ("fallback.FallbackStorage", "cookie.CookieStorage", "session.SessionStorage")

Handler = Callable[[Any], Any]
# In microseconds, by the name of a part.
Times = dict[str, float]


def clock(act: Callable[[], object], times: int = PER_ROUND) -> float:
    """Return the microseconds that `act` takes at its quickest, of several rounds."""
    act()
    found = []
    for _ in range(ROUNDS):
        start = time.thread_time_ns()
        for _ in range(times):
            act()
        found.append((time.thread_time_ns() - start) / times / 1000)
    return min(found)


class Stopwatch:
    """Takes the time of each middleware, without that of what it wraps."""

    def __init__(self) -> None:
        """Begin with nothing taken."""
        self.taken: Counter[str] = Counter()
        self.inner: list[int] = []

    def around(self, path: str) -> Callable[[Handler], Handler]:
        """Return the middleware at `path`, watched."""
        from django.utils.module_loading import import_string

        def make(get_response: Handler) -> Handler:
            def within(request: Any) -> Any:
                start = time.thread_time_ns()
                try:
                    return get_response(request)
                finally:
                    self.inner[-1] += time.thread_time_ns() - start

            middleware = import_string(path)(within)

            def watched(request: Any) -> Any:
                self.inner.append(0)
                start = time.thread_time_ns()
                try:
                    return middleware(request)
                finally:
                    taken = time.thread_time_ns() - start
                    self.taken[path] += taken - self.inner.pop()

            if hasattr(middleware, "process_view"):
                watched.process_view = middleware.process_view  # type: ignore[attr-defined]
            return watched

        return make


def middleware() -> Times:
    """Return what each middleware takes of a reader's canon page."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    watch, module = Stopwatch(), ModuleType("watched")
    sys.modules["watched"] = module
    paths = list(settings.MIDDLEWARE)
    for number, path in enumerate(paths):
        setattr(module, f"number_{number}", watch.around(path))
    settings.MIDDLEWARE = [f"watched.number_{number}" for number in range(len(paths))]
    client = Client(SERVER_NAME=HOST, headers={"Accept-Encoding": "br"})
    client.force_login(get_user_model().objects.create_user("reader@example.org", "x"))
    rounds = []
    for _ in range(ROUNDS + 1):
        watch.taken.clear()
        for _ in range(PER_ROUND):
            client.get("/")
        rounds.append(dict(watch.taken))
    settings.MIDDLEWARE = paths
    return {path: min(one[path] for one in rounds[1:]) / PER_ROUND / 1000 for path in paths}


def sessions() -> Times:
    """Return what it takes to read a session from each back end."""
    found = {}
    for name in SESSIONS:
        store = import_module(f"django.contrib.sessions.backends.{name}").SessionStore
        session = store()
        session["_auth_user_hash"], session["_auth_user_id"] = "x" * 64, "1"
        session.save()
        key = session.session_key
        found[name] = clock(lambda store=store, key=key: store(key)["_auth_user_id"])
    return found


def messages() -> Times:
    """Return what it takes each back end to say that there is no message."""
    from django.contrib.sessions.backends.db import SessionStore
    from django.test import RequestFactory
    from django.utils.module_loading import import_string

    request = RequestFactory().get("/")
    request.session = SessionStore()
    storages = {name: import_string(f"django.contrib.messages.storage.{name}") for name in MESSAGES}
    return {
        name: clock(lambda storage=storage: len(storage(request)))
        for name, storage in storages.items()
    }


def templates() -> Times:
    """Return what it takes to get the template of the canon page, kept and not."""
    from django.template import Engine, engines

    engine: Engine = engines["django"].engine
    loaders = ["django.template.loaders.filesystem.Loader"]
    plain = Engine(
        engine.dirs, loaders=loaders, libraries=engine.libraries, builtins=engine.builtins
    )
    name = "canon/item_list.html"
    return {
        "cached": clock(lambda: engine.get_template(name)),
        "read each time": clock(lambda: plain.get_template(name), times=2),
    }


def compression() -> list[tuple[str, float, int]]:
    """Return what ways of compressing the canon page take, and what they make of it in bytes."""
    import brotli
    from django.test import Client

    page = Client(SERVER_NAME=HOST).get("/").content
    ways: dict[str, Callable[[], bytes]] = {
        "none": lambda: page,
        "gzip 6": lambda: gzip.compress(page, 6),
        **{
            f"Brotli {quality}": lambda quality=quality: brotli.compress(page, quality=quality)
            for quality in (4, 5, 6, 11)
        },
    }
    return [(name, clock(way, times=1), len(way())) for name, way in ways.items()]


def connections() -> Times:
    """Return what it takes to ask for the stamp with a connection that is kept, and a new one."""
    from django.db import connection

    from canon.models import current_stamp

    def anew() -> None:
        connection.close()
        current_stamp()

    return {"kept": clock(current_stamp), "new": clock(anew)}


def measure() -> None:
    """Measure everything, inside the site; print it as JSON."""
    found = [middleware(), sessions(), messages(), templates(), connections(), compression()]
    print(json.dumps(found))


def rows(title: str, times: Times) -> Iterator[str]:
    """Yield the lines of a table of `times`."""
    yield from ("", f"| {title} | µs |", "|---|--:|")
    for name, taken in times.items():
        yield f"| `{name}` | {taken:.0f} |" if "." in name else f"| {name} | {taken:.0f} |"


def main() -> None:
    """Measure, print the tables, and write them down."""
    with running_site(LOG_LEVEL="WARNING") as site:
        said = site.run("from benchmarks.costs import measure; measure()")
    *times, ways = json.loads(said.splitlines()[-1])
    titles = ("middleware, around a reader’s canon page", "a session read from", "messages, none")
    titles += ("the template of the canon page", "a query, its connection")
    lines = [
        line for title, taken in zip(titles, times, strict=True) for line in rows(title, taken)
    ]
    lines += ["", "| the canon page compressed by | ms | bytes |", "|---|--:|--:|"]
    lines += [f"| {name} | {taken / 1000:.2f} | {size:,} |" for name, taken, size in ways]
    text = "\n".join(lines)
    print(text)
    about = "Processor time in one process, at its quickest; made by `make costs`."
    RESULTS.write_text(f"# What the parts around a view take\n\n{about}\n{text}\n")


if __name__ == "__main__":
    main()
