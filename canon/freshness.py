"""Whether a page is still the one that a browser has: told from what it is made of, unrendered."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.utils.translation import get_language

from canon.editions import edition_of
from canon.readers import reader_of

# What makes the same request another page: what is asked, by whom, and with which choices.
HEADERS = ("HTTP_HOST", "HTTP_HX_REQUEST", "HTTP_HX_HISTORY_RESTORE_REQUEST", "CSRF_COOKIE")
COOKIES = ("theme", "shortcuts", "welcomed")
CODE = ("canon/**/*.py", "accounts/**/*.py", "templates/**/*", "static/**/*", "locale/**/*.mo")


def canon_page_tag(request: HttpRequest) -> str | None:
    """Return the ETag of the canon page for who makes `request`; None where it has to be sent.

    Everything the page shows has a part in it. A page that says something once, as after a mark,
    has none, and neither has one whose forms need a new cookie first.
    """
    if settings.DEBUG or "CSRF_COOKIE" not in request.META or len(get_messages(request)):
        return None
    reader = reader_of(request)
    parts: list[Any] = [release(), edition_of(request).stamp, get_language()]
    parts += [request.get_full_path(), request.scheme]
    parts += [request.META.get(name, "") for name in HEADERS]
    parts += [request.COOKIES.get(name, "") for name in COOKIES]
    parts += [reader.today(), reader.traits]
    record = reader.record
    parts += [record.stamp] if record and record.stamp else [reader.marks, reader.notes]
    return f'"{hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()}"'


@cache
def release() -> str:
    """Return what names the code of this site: whatever of it changes, pages may look different."""
    digest = hashlib.blake2b(digest_size=8)
    for pattern in CODE:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()
