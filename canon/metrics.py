"""Metrics for Prometheus: how many requests, of which kind, and how long they took.

Each worker process writes its figures to files that all share, and any of them adds them up; so
they listen on one port together, and it does not matter which of them is asked. The package
prometheus-client is imported only where metrics are on.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

Measure = Callable[[str, str, int, float], None]

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


@functools.cache
def meter() -> Measure:
    """Return a function that counts one request: its method, route, status, and seconds."""
    from prometheus_client import Counter, Histogram

    requests = Counter("canon_requests", "Requests answered", ["method", "route", "status"])
    seconds = Histogram(
        "canon_request_seconds", "Time to answer a request", ["route"], buckets=BUCKETS
    )

    def measure(method: str, route: str, status: int, duration: float) -> None:
        requests.labels(method if method in METHODS else "other", route, status).inc()
        seconds.labels(route).observe(duration)

    return measure


# A browser may send any word, and each would be kept for ever.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class MetricsServer(ThreadingMixIn, WSGIServer):
    """A server that shares its port with those of the other workers."""

    daemon_threads = True
    allow_reuse_port = True


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_arguments: object) -> None:
        """Keep quiet."""


def listen(host: str, port: int) -> None:
    """Serve the figures of all workers on `port` from a thread of this one."""
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    server = MetricsServer((host, port), Quiet)
    server.set_app(make_wsgi_app(registry))
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def forget_worker(pid: int) -> None:
    """Drop what a worker that has ended only said of its own present."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
