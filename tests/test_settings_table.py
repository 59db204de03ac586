"""Every setting stands in docs/settings.md, which is written from the one list there is."""

import re

import pytest
from django.conf import settings

from canon.configuration import DECLARED, settings_table
from canon.environment import env


def test_the_page_is_what_the_list_makes():
    page = settings.BASE_DIR / "docs" / "settings.md"
    assert page.read_text() == settings_table(), "run manage.py settings_table"


def test_each_setting_is_read_somewhere():
    sources = [
        file.read_text()
        for file in (settings.BASE_DIR / "canon").rglob("*.py")
        if file.name != "configuration.py"
    ]
    # Providers are read by the beginning of their names.
    read = set(re.findall(r'"([A-Z][A-Z_]+)"', "\n".join(sources)))
    made = {name for name in DECLARED if name.startswith(("GOOGLE_", "GITHUB_"))}
    assert DECLARED - made <= read


def test_a_variable_that_is_not_in_the_list_cannot_be_read(monkeypatch):
    monkeypatch.setenv("CANON_SECRET_SWITCH", "on")
    with pytest.raises(LookupError, match="not declared"):
        env.str("CANON_SECRET_SWITCH", default="")
