"""gunicorn's threads, none of which waits for a slow client for ever.

A thread that has begun to read a request stays with it, and there are few of them: who sends a
letter now and then on as many connections would keep everybody else out. A proxy in front would
wait in their place; this is for who has none.
"""

from __future__ import annotations

import errno
import math
import socket
import time
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

# What Apache's mod_reqtimeout allows by default: so many seconds, and a second more for so many
# bytes that have come. Telephones on a bad network are faster.
PATIENCE = 20
SLOWEST = 500


class MeasuredSocket(socket.socket):
    """A client's connection on which a request has to arrive, and its answer to go, in good time.

    One that takes too long counts as broken: ConnectionResetError.
    """

    deadline = math.inf

    def begin(self) -> None:
        """Count the time from now: a request begins."""
        self.deadline = time.monotonic() + PATIENCE

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive up to `size` bytes, which buy some more time."""
        data: bytes = self.within(self.deadline - time.monotonic(), super().recv, size, flags)
        self.deadline += len(data) / SLOWEST
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all of `data`."""
        self.within(PATIENCE + len(data) / SLOWEST, super().sendall, data, flags)

    def within(self, seconds: float, act: Any, *arguments: Any) -> Any:
        """Do something with the connection, unless it takes longer than this."""
        if self.gettimeout() == 0:  # nobody waits
            return act(*arguments)
        try:
            self.settimeout(max(seconds, 0.001) if seconds < math.inf else None)
            return act(*arguments)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "The client was too slow.") from error
        finally:
            self.settimeout(None)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that has patience with each client, and only so much."""

    def handle(self, conn: TConn) -> Any:
        """Handle a request on a connection, which is measured from its first byte."""
        if not isinstance(conn.sock, MeasuredSocket):
            plain = conn.sock
            conn.sock = MeasuredSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
        conn.sock.begin()
        return super().handle(conn)
