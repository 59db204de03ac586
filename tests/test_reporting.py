"""Metrics and error reports leave the site only where an operator asks, and without readers."""

import gzip
import json
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

import brotli
import pytest
from django.conf import settings

from tests.commands import complaint, environment, run
from tests.test_serve import free_port

SECRETS = ["ada@example.org", "what-i-think", "203.0.113.7", "secret-token"]

SETUP = """
import django
from django.conf import settings
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
django.setup()
from django.test import Client
ada = {"HTTP_HOST": "localhost", "REMOTE_ADDR": "203.0.113.7", "HTTP_COOKIE": "a=secret-token"}
"""

ASK = """
for path in ("/robots.txt", "/robots.txt", "/nowhere/ada@example.org/"):
    Client(**ada).get(path)
Client(**ada).generic("WHATEVER", "/robots.txt")
"""

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}

LISTEN = """
import sys
from django.conf import settings
from canon.metrics import listen
listen(settings.METRICS_HOST, settings.METRICS_PORT)
listen(settings.METRICS_HOST, settings.METRICS_PORT)  # as the next worker does
print("ready", flush=True)
sys.stdin.read()
"""

FAIL = """
import canon.views.site
def fail(*_arguments, **_options):
    secret = "ada@example.org"
    raise ValueError("ada@example.org wrote what-i-think")
canon.views.site.render = fail
answer = Client(raise_request_exception=False, **ada).get("/robots.txt?token=secret-token")
assert answer.status_code == 500
import sentry_sdk
sentry_sdk.flush(10)
"""


def start(code, data, **variables):
    """Start a process of the site."""
    return subprocess.Popen(
        [sys.executable, "-c", SETUP + code],
        cwd=settings.BASE_DIR,
        env=environment(data, DJANGO_SETTINGS_MODULE="canon.settings", **variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_metrics_add_up_over_all_workers_and_know_no_reader(tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    port = free_port()
    variables = {"METRICS_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for _worker in range(2):
        with start(ASK, tmp_path, **variables) as worker:
            _said, complaints = worker.communicate(timeout=60)
            assert worker.returncode == 0, complaints
    with start(LISTEN, tmp_path, **variables) as server:
        assert server.stdout.readline() == "ready\n", server.stderr.read()
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        server.communicate("")
    assert 'canon_requests_total{method="GET",route="robots_txt",status="200"} 4.0' in text
    assert 'canon_requests_total{method="GET",route="",status="404"} 2.0' in text
    assert 'canon_requests_total{method="other",route="robots_txt",status="405"} 2.0' in text
    assert 'canon_request_seconds_count{route="robots_txt"} 6.0' in text
    assert not any(secret in text for secret in SECRETS)


def test_where_nothing_is_switched_on_neither_package_is_even_loaded(tmp_path):
    code = ASK + "import sys; print({'prometheus_client', 'sentry_sdk'} & set(sys.modules))"
    said, complaints = start(code, tmp_path).communicate(timeout=60)
    assert said == "set()\n", complaints


@pytest.fixture
def sentry():
    """A server that takes error reports; yields its port and what it took."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            taken.append(UNPACK[self.headers["Content-Encoding"]](body).decode())
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port, taken
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_error_report_tells_where_it_broke_and_nothing_of_the_reader(sentry, tmp_path):
    port, taken = sentry
    process = start(FAIL, tmp_path, SENTRY_DSN=f"http://key@127.0.0.1:{port}/1")
    _said, complaints = process.communicate(timeout=60)
    assert process.returncode == 0, complaints
    events = [
        json.loads(line) for text in taken for line in text.splitlines() if "ValueError" in line
    ]
    (event,) = events
    (error,) = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    assert event["tags"]["request_id"]
    assert not any(secret in text for secret in [*SECRETS, socket.gethostname()] for text in taken)


@pytest.mark.parametrize(
    ("variables", "module", "said"),
    [
        ({"SENTRY_DSN": "https://key@sentry.example.org/1"}, "sentry_sdk", "sentry-sdk"),
        ({"METRICS_PORT": "9100"}, "prometheus_client", "prometheus-client"),
    ],
)
def test_a_package_that_is_missing_is_named_in_one_sentence(tmp_path, variables, module, said):
    code = (
        f"import runpy, sys; sys.modules[{module!r}] = None; sys.argv = ['manage.py', 'check']\n"
        "runpy.run_path('manage.py', run_name='__main__')"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, **variables),
        capture_output=True,
        text=True,
    )
    assert f"needs the package {said}" in complaint(ended)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTRY_DSN", "sentry.example.org"),
        ("METRICS_PORT", "ninety"),
        ("METRICS_PORT", "65536"),
        ("SLOW_QUERY_MS", "-1"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_ends_in_one_sentence(tmp_path, name, value):
    line = complaint(run("check", data=tmp_path, **{name: value}))
    assert line.startswith(f"Canon cannot start: {name} must ")
