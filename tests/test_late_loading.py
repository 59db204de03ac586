"""A worker that nobody asked for anything rare carries no package that only the rare needs."""

import json
import subprocess
import sys
import threading
import time
from types import ModuleType

import pytest
from django.conf import settings

from accounts.late import LateModule, put_off
from tests.commands import environment, run

RARE = [
    *("openpyxl", "tablib", "yaml", "diff_match_patch", "import_export.resources"),  # tables
    *("httpx", "canon.link_checking"),
    *("requests", "urllib3", "jwt"),  # providers
    *("fido2", "cryptography"),  # passkeys
    *("prometheus_client", "sentry_sdk", "redis", "psycopg"),  # where they are switched on
    *("canon.backups", "babel", "hypothesis"),
]
# As a worker of gunicorn does, and then what its first request does.
START = """
import sys, json
from canon.wsgi import application
from django.urls import get_resolver
get_resolver().reverse_dict
json.dump(sorted(sys.modules), sys.stdout)
"""


def loaded(data, **variables):
    """Return the names of the modules of a worker that has just started."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START],
        cwd=settings.BASE_DIR,
        env=environment(data, **variables),
        stdout=subprocess.PIPE,
        check=True,
        timeout=100,
    )
    return set(json.loads(ended.stdout))


def test_a_worker_starts_without_what_is_rarely_used(tmp_path):
    modules = loaded(tmp_path)
    assert {"canon.views", "canon.admin.transfer", "allauth.mfa.webauthn.views"} <= modules
    assert [name for name in RARE if name in modules] == []


def test_a_provider_brings_what_it_needs(tmp_path):
    github = {"GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "secret"}
    modules = loaded(tmp_path, **github)
    assert "requests" in modules
    assert "allauth.socialaccount.providers.google.views" not in modules


def test_a_passkey_brings_what_it_needs(tmp_path):
    said = run(
        "shell",
        "--command=import sys; from allauth.mfa.webauthn.internal import auth; "
        "print('fido2' in sys.modules, auth.Fido2Server.__name__, 'fido2' in sys.modules)",
        data=tmp_path,
    ).stdout
    assert "False Fido2Server True" in said


@pytest.fixture
def late(tmp_path, monkeypatch):
    """A module that takes its time to load, put off; its folder tells how often that happened."""
    (tmp_path / "slow_module.py").write_text(
        "import pathlib, time\n"
        "file = pathlib.Path(__file__).with_name('loads')\n"
        "file.write_text((file.read_text() if file.exists() else '') + 'once ')\n"
        "time.sleep(0.2)\n"
        "answer = 42\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    put_off("slow_module")
    import slow_module

    yield slow_module
    del sys.modules["slow_module"]


def test_several_who_ask_at_once_get_one_module_that_is_whole(late, tmp_path):
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(late.answer)) for _ in range(8)]
    for asker in askers:
        asker.start()
        time.sleep(0.01)  # some while it is being loaded
    for asker in askers:
        asker.join()
    assert answers == [42] * 8
    assert (tmp_path / "loads").read_text() == "once "


def test_what_is_not_in_the_module_is_not_in_what_stands_for_it(late):
    assert isinstance(late, LateModule)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = late.nonsense


def test_a_module_that_is_loaded_already_stays(monkeypatch):
    monkeypatch.setitem(sys.modules, "some_module", present := ModuleType("some_module"))
    put_off("some_module")
    assert sys.modules["some_module"] is present
