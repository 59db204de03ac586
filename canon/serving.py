"""gunicorn's settings, and what happens as its workers come and go.

`manage.py serve` passes this as `--config python:canon.serving`. The master process keeps what is
imported here over a reload that brings new code, so that it is as little as can be.
"""

import os
from typing import Any

from canon.logs import logging_settings

worker_class = "canon.slow_clients.PatientWorker"
# A line for each request is Canon's own affair: gunicorn's would name addresses.
accesslog = None
logconfig_dict = logging_settings(os.environ.get("LOG_FORMAT", "json"), "INFO")
# A worker that is told to stop answers what it has begun, for as long as a browser would wait.
graceful_timeout = 30
# Longer than proxies keep an idle connection (nginx a minute, Caddy two): else it is closed here at
# the very moment something is sent on it, and a form that cannot be sent twice is an error.
keepalive = 130


def post_worker_init(_worker: Any) -> None:
    """Let a worker that is ready serve metrics, where they are on."""
    from django.conf import settings

    if settings.METRICS_PORT:
        from canon.metrics import listen

        listen(settings.METRICS_HOST, settings.METRICS_PORT)


def child_exit(_server: Any, worker: Any) -> None:
    """Clean up behind a worker that has ended."""
    from canon.metrics import forget_worker

    forget_worker(worker.pid)
