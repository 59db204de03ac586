#!/usr/bin/env python
"""The command line of Canon: `python manage.py help`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Run one management command; a bad setting ends it with one sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "canon.settings")
    try:
        from django.conf import settings

        settings.configured or settings.DEBUG  # noqa: B018
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"Canon cannot start: {problem}")


if __name__ == "__main__":
    main()
