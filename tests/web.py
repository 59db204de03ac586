"""A web server on this machine that misbehaves in every way a link can."""

import socket
import struct
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TEN_GIGABYTES = 10 * 1024**3


class Handler(BaseHTTPRequestHandler):
    """Answers by the path: see `Web.pages`, and the methods named after the others."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        """Note the request and answer it."""
        web = self.server.web
        web.requests.append((self.command, self.path))
        web.hosts.append(self.headers["Host"])
        special = getattr(self, self.path.strip("/").replace("-", "_"), None)
        if special and self.path not in web.pages:
            special()
        else:
            self.reply(*web.pages.get(self.path, (404,)))

    do_GET = do_HEAD = answer  # noqa: N815 (the names http.server calls)

    def reply(self, status, location="", body=""):
        """Send an answer that is as it should be."""
        data = body.encode()
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def hang(self):
        """Say nothing until the server closes."""
        self.server.web.closing.wait(30)
        self.close_connection = True

    def reset(self):
        """Break the connection off without a word."""
        no_farewell = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_farewell)
        self.close_connection = True

    def babble(self):
        """Say what is not HTTP."""
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")
        self.close_connection = True

    def no_head(self):
        """Refuse HEAD, allow GET."""
        self.reply(403 if self.command == "HEAD" else 200, body="here")

    def recovers(self):
        """Fail at first, also at GET, then work."""
        asked = Counter(self.server.web.requests)["GET", self.path]
        self.reply(200 if asked > 1 else 500)

    def short(self):
        """Promise more than is sent; HEAD is refused, so that GET is seen."""
        self.send_response(405 if self.command == "HEAD" else 200)
        self.send_header("Content-Length", "0" if self.command == "HEAD" else "1000")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(b"a few bytes")
            self.close_connection = True

    def endless(self):
        """Promise ten gigabytes and go on sending for as long as anybody takes them."""
        self.send_response(405 if self.command == "HEAD" else 200)
        self.send_header("Content-Length", "0" if self.command == "HEAD" else str(TEN_GIGABYTES))
        self.end_headers()
        chunk = b"# more\n" * 8192
        try:
            while self.command == "GET" and not self.server.web.closing.is_set():
                self.server.web.sent += self.connection.send(chunk)
        except OSError:
            pass
        self.close_connection = self.command == "GET"

    def log_message(self, *_arguments):
        """Keep quiet."""


class Web:
    """The server: what it answers, and what it was asked."""

    def __init__(self):
        self.pages = {}
        self.requests = []
        self.hosts = []
        self.sent = 0
        self.closing = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.web = self
        self.port = self.server.server_port

    def url(self, path, host="127.0.0.1"):
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def asked(self, path):
        """Return the methods by which a path was asked for, in order."""
        return [method for method, asked in self.requests if asked == path]


@contextmanager
def serve():
    """Run the server for as long as the block lasts."""
    web = Web()
    thread = threading.Thread(target=web.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        web.closing.set()
        web.server.shutdown()
        thread.join()
        web.server.server_close()
