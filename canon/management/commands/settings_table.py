"""Writes the page that lists every setting."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from canon.configuration import settings_table


class Command(BaseCommand):
    """`manage.py settings_table`."""

    help = "Writes docs/settings.md from the list of settings in canon/configuration.py."
    requires_system_checks: list[str] = []

    def handle(self, **_options: Any) -> None:
        """Write it."""
        Path(settings.BASE_DIR / "docs" / "settings.md").write_text(settings_table())
