"""Runs code in real processes of its own, all let go at the same moment."""

import os
import subprocess
import sys
from collections.abc import Iterator

from django.db import connection

PREAMBLE = """
import django
django.setup()
from django.contrib.auth import get_user_model
from canon.models import *
reader = get_user_model().objects.get(email="reader@example.org")
print("ready", flush=True)
input()
"""


def database_url() -> str:
    """Return the address of the tests' database, as DATABASE_URL has it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    login = f"{settings['USER']}:{settings['PASSWORD']}".rstrip(":")
    return f"postgresql://{login}@/{settings['NAME']}?host={host}&port={settings['PORT'] or 5432}"


def run_at_once(*scripts: str) -> list[str]:
    """Run each of `scripts` in a process that has `reader` and the models; return what they print.

    Raises AssertionError, with what the process complained of, if one of them fails.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "canon.settings",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PREAMBLE + script],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for script in scripts
    ]
    try:
        return list(let_go(processes))
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def let_go(processes: list[subprocess.Popen[str]]) -> Iterator[str]:
    """Let all go when all are ready; yield what each of them prints."""
    for process in processes:
        if process.stdout.readline() != "ready\n":
            process.kill()
            raise AssertionError(process.communicate()[1])
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        output, complaints = process.communicate(timeout=60)
        assert process.returncode == 0, complaints
        yield output
