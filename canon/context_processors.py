"""What every page needs to know of itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url

# Each in its own language, and as short as a masthead wants it.
LANGUAGE_NAMES = {"en": "English", "zh-hans": "中文"}


def in_language(path: str, code: str) -> str:
    """Return the address of a page in the language `code`, also of a page that is not there."""
    translated = translate_url(path, code)
    if translated != path:
        return translated
    prefixes = [f"/{other}" for other in LANGUAGE_NAMES if other != settings.LANGUAGE_CODE]
    for prefix in prefixes:
        path = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the page's address in each language, for the switch and for `hreflang`.

    `path` drops the query, as a canonical address must; `full_path` keeps it, so that changing
    the language keeps the filters. `here` is the page a reader looks at, where forms come back to,
    also while htmx fetches a part of it from another address.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    here = (htmx.current_url_abs_path if htmx else None) or request.get_full_path()
    origin = f"{request.scheme}://{request.get_host()}"
    return {
        "origin": origin,
        "here": here,
        "translations": [
            {
                "code": code,
                "name": LANGUAGE_NAMES[code],
                "path": in_language(request.path, code),
                "full_path": in_language(request.get_full_path(), code),
            }
            for code, _name in settings.LANGUAGES
        ],
    }
