"""The server is killed while readers write: whatever it acknowledged is there."""

import sys

import pytest

from tests.killing import Server, kill_under_load, own_database

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="It looks into /proc.")


def test_killed_twenty_times_the_server_has_lost_nothing_it_acknowledged(tmp_path):
    with own_database() as database:
        server = Server(tmp_path / "data", **database)
        server.start()

        def kill():
            server.kill()
            server.start()

        try:
            kill_under_load(server, kill)
        finally:
            server.kill()
