"""The environment configures the site; a bad value stops the start with one clear sentence."""

from pathlib import Path

import pytest

from tests.commands import complaint, run

LONG_KEY = "k" * 50


PREAMBLE = """
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection
from canon.link_checking import Manners
"""


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def evaluate(expression, data, **variables):
    """Return what an expression comes to in a process of the site, printed."""
    code = f"{PREAMBLE}print({expression})"
    ended = run("shell", "--no-imports", "-c", code, data=data, **variables)
    assert ended.stderr == ""
    return ended.stdout.strip()


def secret_key(data, **variables):
    return evaluate("settings.SECRET_KEY", data, **variables)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://canon@localhost/canon"),
        ("DATABASE_URL", "canon.sqlite3"),
        ("DATABASE_URL", "postgresql://canon@localhost:port/canon"),
        ("SITE_URL", "canon.example.org"),
        ("SITE_URL", "ftp://canon.example.org"),
        ("SITE_URL", "https://canon.example.org/reading"),
        ("SITE_URL", "https://[canon.example.org"),
        ("SITE_URL", "https://canon.example.org:port"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", "k" * 49),
    ],
)
def test_a_bad_value_ends_in_one_sentence_that_names_the_variable(data, name, value):
    line = complaint(run("check", data=data, **{name: value}))
    assert line.startswith(f"Canon cannot start: {name} must ")
    assert line.endswith(".")


def test_a_folder_that_cannot_be_written_ends_in_one_sentence_that_says_what_to_do(tmp_path):
    file = tmp_path / "file"
    file.touch()
    line = complaint(run("check", data=file / "data"))
    assert str(file) in line
    assert "set SECRET_KEY, or CANON_DATA" in line


def test_the_password_of_the_database_is_never_printed(data):
    ended = run("check", data=data, DATABASE_URL="mysql://canon:hush-hush@localhost/canon")
    assert "hush" not in ended.stdout + ended.stderr


def test_the_secret_key_is_made_once_and_kept_private(data):
    first = secret_key(data)
    assert len(first) >= 50
    assert secret_key(data) == first
    (kept,) = [file for file in data.iterdir() if file.read_text() == first]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_two_sites_have_two_secret_keys(tmp_path):
    one, other = (secret_key(tmp_path / name) for name in ("one", "other"))
    assert one != other


def test_a_secret_key_from_the_environment_is_used_and_not_written(data):
    assert secret_key(data, SECRET_KEY=LONG_KEY) == LONG_KEY
    assert not data.exists()


@pytest.mark.parametrize(("variables", "debug"), [({}, "False"), ({"DEBUG": " Yes"}, "True")])
def test_debugging_is_off_unless_turned_on(data, variables, debug):
    assert evaluate("settings.DEBUG", data, **variables) == debug


def test_sqlite_writes_ahead_and_makes_a_second_writer_wait(data):
    pragma = "connection.cursor().execute('PRAGMA {}').fetchone()[0]"
    asked = [pragma.format("journal_mode"), pragma.format("busy_timeout")]
    kept = evaluate(", ".join([*asked, "connection.transaction_mode"]), data)
    assert kept == "wal 20000 IMMEDIATE"


def test_passwords_are_kept_as_argon2_hashes(data):
    assert evaluate("make_password('secret')", data).startswith("argon2$")


def test_cookies_are_for_this_host_alone_behind_https(data):
    names = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME"
    places = "settings.SESSION_COOKIE_DOMAIN, settings.CSRF_COOKIE_DOMAIN"
    found = evaluate(f"({names}, {places})", data, SITE_URL="https://canon.example.org")
    assert found == "('__Host-sessionid', '__Host-csrftoken', None, None)"


@pytest.mark.parametrize(
    ("site", "proxies"), [("http://localhost:8000", "0"), ("https://canon.example.org", "1")]
)
def test_one_proxy_is_believed_where_one_has_to_stand_in_front(data, site, proxies):
    assert evaluate("settings.ALLAUTH_TRUSTED_PROXY_COUNT", data, SITE_URL=site) == proxies


def test_browsers_remember_https_for_a_year(data):
    asked = "(settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS)"
    found = evaluate(asked, data, SITE_URL="https://canon.example.org")
    assert found == f"({365 * 24 * 3600}, True)"


def test_links_are_not_followed_into_private_networks_unless_the_operator_says_so(data):
    asked = "Manners.of_site().allows('127.0.0.1')"
    assert evaluate(asked, data) == "False"
    assert evaluate(asked, data, LINK_CHECK_ALLOW_PRIVATE="yes") == "True"


def test_the_site_in_containers_has_no_password_of_its_own_and_no_tests():
    root = Path(__file__).parents[1]
    assert "${POSTGRES_PASSWORD:?" in (root / "compose.yaml").read_text()
    left_out = (root / ".dockerignore").read_text().splitlines()
    assert {".git", ".env", "tests", "var"} <= set(left_out)


def test_the_checks_for_production_are_silent_behind_https(data):
    ended = run(
        "check",
        "--deploy",
        "--fail-level=INFO",
        data=data,
        SITE_URL="https://canon.example.org",
    )
    assert ended.stderr == ""
    assert ended.stdout == "System check identified no issues (0 silenced).\n"
    assert ended.returncode == 0
