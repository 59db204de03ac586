"""What tests share: the shipped canon, a browser, and no silent skips."""

from __future__ import annotations

import functools
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model
from django.utils import translation
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from canon.models import Author, Authorship, Dependency, Item, Link, Section
from tests.readers import make_curator

FIXTURES = sorted(str(path) for path in Path(settings.FIXTURE_DIRS[0]).glob("*.json"))
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# How long the browser may take for what it does at once: much, where many share a machine.
PATIENCE = 30_000  # milliseconds
expect.set_options(timeout=PATIENCE)

# Playwright runs an event loop in the thread of the tests; Django takes that for a mistake.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def load_canon() -> None:
    """Load the shipped canon, as `make run` does."""
    call_command("loaddata", *FIXTURES, verbosity=0)


@functools.cache
def canon_rows() -> list[list[Model]]:
    """Return the rows of the shipped canon as they were when this was first asked for."""
    models = (Author, Section, Item, Authorship, Link, Dependency)
    return [list(model._base_manager.all()) for model in models]


def restore_canon() -> None:
    """Put the shipped canon into empty tables, in a tenth of the time that loading it takes."""
    if Section.objects.exists():
        return
    for rows in canon_rows():
        type(rows[0])._base_manager.bulk_create(rows)
    models = [type(rows[0]) for rows in canon_rows()]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, tmp_path_factory
) -> None:
    """On SQLite the tests' database is a file, as in use: other processes can open it too."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        file = tmp_path_factory.mktemp("database") / "canon.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test with a database finds the shipped canon in it."""
    with django_db_blocker.unblock():
        load_canon()
        canon_rows()


def pytest_configure() -> None:
    """Serve static files without hashes, which only collectstatic knows, from an empty folder.

    Argon2 is slow on purpose; in tests it would be slow a thousand times. The lines of the log
    about requests would hide what a test that fails has to say.
    """
    logging.getLogger("canon.requests").setLevel(logging.WARNING)
    quick = "django.contrib.auth.hashers.MD5PasswordHasher"
    settings.PASSWORD_HASHERS = [quick, *settings.PASSWORD_HASHERS]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = Path(tempfile.mkdtemp(prefix="canon-static-"))


def pytest_unconfigure() -> None:
    """Remove the folder again."""
    settings.STATIC_ROOT.rmdir()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What a test itself reads is English, whatever page was asked for last."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Nothing is written to the real folder of data."""
    settings.DATA_DIR = tmp_path


@pytest.fixture
def canon(transactional_db) -> None:
    """The shipped canon for tests that commit, each of which leaves the tables empty.

    The cache's table is none of a model, so that what it counts has to be forgotten by name.
    """
    cache.clear()
    restore_canon()


@pytest.fixture
def curator(db):
    """A user who may curate the canon."""
    return make_curator()


@pytest.fixture
def desk(client, curator):
    """A client at the curators' desk, signed in as `curator`."""
    client.force_login(curator)
    return client


def find_chromium() -> str | None:
    """Return the path of Chromium, from CHROMIUM or the usual names."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, started once."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped, or fails where REQUIRE_ALL is set."""
    path = find_chromium()
    if path is None:
        missing = "Chromium is not installed: apt install chromium, or set CHROMIUM to its path."
        pytest.fail(missing) if os.environ.get("REQUIRE_ALL") else pytest.skip(missing)
    started = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
    # A service worker goes on asking when its test is over; those that are about it allow it.
    started.new_context = functools.partial(started.new_context, service_workers="block")
    yield started
    started.close()


@pytest.fixture
def context(browser: Browser, live_server, canon) -> Iterator[BrowserContext]:
    """A fresh window on the site, in which nothing may break the content security policy."""
    window = browser.new_context(base_url=live_server.url, locale="en-GB")
    violations: list[str] = []
    window.on(
        "console", lambda line: violations.append(line.text) if is_violation(line.text) else None
    )
    yield window
    window.close()
    assert violations == []


def is_violation(line: str) -> bool:
    """Tell whether a line of the browser's console reports the content security policy."""
    return "Content Security Policy" in line or "Content-Security-Policy" in line


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of the window."""
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    return opened
