"""Runs manage.py as an operator does: a process of its own, an environment of its own."""

import os
import subprocess
import sys

from django.conf import settings


def command(*arguments):
    """Return the words of a call of manage.py."""
    return [sys.executable, "manage.py", *arguments]


def environment(data, **variables):
    """Return an environment with the data folder `data`, `variables`, and nothing else of ours."""
    return {"PATH": os.environ["PATH"], "CANON_DATA": str(data), **variables}


def run(*arguments, data, **variables):
    """Run one management command to its end; return what became of it."""
    return subprocess.run(
        command(*arguments),
        cwd=settings.BASE_DIR,
        env=environment(data, **variables),
        capture_output=True,
        text=True,
        timeout=100,
    )


def complaint(ended):
    """Return the one line with which a command failed; anything more or less is an error."""
    assert ended.returncode != 0, ended.stdout
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr.strip()
