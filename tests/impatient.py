"""gunicorn's settings as Canon has them, with less patience, and a page for them to serve."""

from canon import slow_clients
from canon.serving import worker_class  # noqa: F401

slow_clients.PATIENCE = 1


def application(_environment, start_response):
    """Answer with a word."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
    return [b"here"]
