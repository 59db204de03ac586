"""Who sends or reads slowly, or not at all, keeps nobody else waiting."""

import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from django.conf import settings

from canon import slow_clients
from canon.slow_clients import MeasuredSocket
from tests.test_serve import free_port, is_over, listens

THREADS = 2
LONGEST = 30  # seconds in which a start, or an answer, has to come


@contextmanager
def serving(config):
    """Serve a page of four letters by gunicorn with the settings of a module of the tests."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.impatient:application"]
    command += [f"--config=python:{config}", f"--bind=127.0.0.1:{port}", f"--threads={THREADS}"]
    process = subprocess.Popen([*command, "--no-control-socket"], cwd=settings.BASE_DIR)
    try:
        for _poll in range(LONGEST * 20):
            assert not is_over(process, 1 / 20)
            if listens(port):
                break
        yield port
    finally:
        process.terminate()
        process.wait()


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=LONGEST)
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
    return connection


def receive(server, letters):
    for _letter in range(letters):
        server.recv(1)


def test_clients_that_never_finish_their_request_keep_nobody_out():
    with serving("tests.impatient") as port:
        stalled = [connect(port) for _ in range(4 * THREADS)]
        patient = connect(port)
        patient.sendall(b"Connection: close\r\n\r\n")
        assert patient.recv(1000).startswith(b"HTTP/1.1 200")
        assert [one.recv(1000) for one in stalled] == [b""] * len(stalled)
        for one in (*stalled, patient):
            one.close()


@pytest.fixture
def ends(monkeypatch):
    """The server's end of a connection, measured by little patience, and the client's."""
    monkeypatch.setattr(slow_clients, "PATIENCE", 0.2)
    plain, client = socket.socketpair()
    server = MeasuredSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
    with server, client:
        yield server, client


def test_a_letter_now_and_then_does_not_count_as_sending(ends):
    server, client = ends
    server.begin()
    stopped = threading.Event()

    def drip():
        while not stopped.wait(0.05):
            client.sendall(b"x")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        with pytest.raises(ConnectionResetError):
            receive(server, 100)
    finally:
        stopped.set()
        dripping.join()


def test_who_sends_steadily_is_given_the_time_it_takes(ends):
    server, client = ends
    server.begin()
    before = server.deadline
    client.sendall(b"x" * 5000)
    received = server.recv(5000)
    assert server.deadline == before + len(received) / slow_clients.SLOWEST


def test_who_does_not_read_the_answer_is_left(ends, monkeypatch):
    server, _client = ends
    monkeypatch.setattr(slow_clients, "SLOWEST", 10**9)
    with pytest.raises(ConnectionResetError):
        server.sendall(b"x" * 10_000_000)


def test_a_connection_on_which_nobody_waits_is_never_waited_for(ends):
    server, _client = ends
    server.setblocking(False)
    with pytest.raises(BlockingIOError):
        server.recv(10)
    assert server.gettimeout() == 0
