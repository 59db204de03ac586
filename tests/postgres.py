"""Runs the tests on a PostgreSQL of their own: `python -m tests.postgres [arguments of pytest]`.

The server lives in a temporary folder and listens on a socket there only. DATABASE_URL, where it
is set, names another server to use instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_binaries() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest there is."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)
    )
    for folder in reversed(installed):
        if (folder / "initdb").exists():
            return folder
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def server(binaries: Path, settings: str = "-c fsync=off") -> Iterator[str]:
    """Start a server and yield its address in the form of DATABASE_URL.

    `settings` are passed to it; without any it is as durable as in use, and slower.
    PostgreSQL refuses to run as root, so that root lends it the user `nobody`.
    """
    folder = Path(tempfile.mkdtemp(prefix="canon-postgres-"))
    as_user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, **as_user)
    data = folder / "data"

    def call(program: str, *arguments: str) -> None:
        command = [binaries / program, *arguments]
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)

    call(
        "initdb",
        f"--pgdata={data}",
        "--username=canon",
        "--auth=trust",
        "--no-sync",
        "--locale=C.UTF-8",
    )
    options = f"-c listen_addresses= -k {folder} {settings}"
    call(
        "pg_ctl",
        f"--pgdata={data}",
        f"--options={options}",
        f"--log={folder}/log",
        "--wait",
        "start",
    )
    try:
        yield f"postgresql://canon@/postgres?host={folder}"
    finally:
        call("pg_ctl", f"--pgdata={data}", "--mode=immediate", "stop")
        shutil.rmtree(folder)


def main(arguments: list[str]) -> int:
    """Run pytest with `arguments`; return its exit code.

    Where there is no PostgreSQL, say so and return 0, or 1 where REQUIRE_ALL is set.
    """
    command = [sys.executable, "-m", "pytest", *arguments]
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return subprocess.call(command)
    binaries = find_binaries()
    if binaries is None:
        print("NOT RUN on PostgreSQL: it is not installed (on Debian: apt install postgresql).")
        return 1 if os.environ.get("REQUIRE_ALL") else 0
    with server(binaries) as address:
        print("On PostgreSQL:", flush=True)
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": address})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
