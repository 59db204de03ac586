"""Serves the site for a measurement, on a free port and in a folder that goes away again."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST_START = 180  # seconds; collecting static files takes most of it


@dataclass(frozen=True)
class Site:
    """A served site: its address without a slash, its folder, its log, its environment."""

    url: str
    data: Path
    log: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run one management command on the site; return what it prints.

        Raises subprocess.CalledProcessError if it fails; its complaint goes to stderr.
        """
        ended = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return ended.stdout

    def run(self, script: str) -> str:
        """Run Python code with Django set up; return what it prints."""
        return self.manage("shell", "--verbosity=0", f"--command={script}")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(process: subprocess.Popen[str], port: int, log: Path) -> None:
    """Return when something listens on `port`; raises RuntimeError if the process ends first."""
    deadline = time.monotonic() + LONGEST_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The site did not start:\n{log.read_text()}")


@contextmanager
def running_site(workers: int = 1, **variables: str) -> Iterator[Site]:
    """Serve a fresh site as `make run` does, with the shipped canon; stop and remove it in the end.

    `variables` are further settings, as DATABASE_URL. Nothing of the caller's own environment
    reaches the site but PATH, so that what is measured is what ships.
    """
    with tempfile.TemporaryDirectory(prefix="canon-") as folder:
        data, log = Path(folder) / "data", Path(folder) / "log"
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "CANON_DATA": str(data),
            "SITE_URL": url,
            "WEB_CONCURRENCY": str(workers),
            **variables,
        }
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--host=127.0.0.1", f"--port={port}"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            wait_for(process, port, log)
            yield Site(url, data, log, environment)
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
