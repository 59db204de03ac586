"""Files that may not grow any more, under a served site: readers are told, and nothing is lost."""

import resource
import sys

import pytest
from django.db import connection

from tests.killing import FIND, PREPARE, Server, compare, has_reached, wait_until, writing
from tests.test_serve import workers_of

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="Limits of others are set on Linux only."),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL writes files elsewhere."),
]
ROOM = 200_000  # bytes: less than the log of SQLite grows to by itself


def let_files_grow_to(server, size):
    """Let no file of the site's workers grow beyond `size`."""
    for worker in workers_of(server.process):
        resource.prlimit(int(worker), resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_disk_that_fills_up_under_load_loses_nothing_and_stops_no_reading(tmp_path):
    server = Server(tmp_path / "data")
    server.start()
    try:
        sessions, slugs = server.shell(PREPARE)
        with writing(server.url, sessions, slugs) as writers:
            wait_until(lambda: has_reached(writers, 20), "Nothing is written.")
            let_files_grow_to(server, ROOM)
            is_full = lambda: all(writer.refused >= 3 for writer in writers)  # noqa: E731
            wait_until(is_full, "The disk never filled up.")
            assert server.status_of("/") == server.status_of("/zh-hans/map/") == 200
            let_files_grow_to(server, resource.RLIM_INFINITY)
            goal = sum(writer.acknowledged for writer in writers) + 40
            wait_until(lambda: has_reached(writers, goal), "Nothing is written any more.")
        verified = compare(server.shell(FIND), writers)
    finally:
        server.kill()
    refused = sum(writer.refused for writer in writers)
    print(f"\n{verified} acknowledged writes verified, {refused} refused by the page that says so.")
