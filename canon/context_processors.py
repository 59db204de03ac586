"""What every page needs to know of itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from canon.offline import reader_key

# Each in its own language, and as short as a masthead wants it.
LANGUAGE_NAMES = {"en": "English", "zh-hans": "中文"}
# What the addresses of a language other than the first begin with; nothing else of them differs.
PREFIXES = [f"/{code}" for code in LANGUAGE_NAMES if code != settings.LANGUAGE_CODE]


def in_language(path: str, code: str) -> str:
    """Return the address of a page in the language `code`, also of a page that is not there."""
    for prefix in PREFIXES:
        path = path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
    return path if code == settings.LANGUAGE_CODE else f"/{code}{path}"


def theme_of(request: HttpRequest) -> str:
    """Return the theme that a member has in their preferences, and a guest in a cookie."""
    chosen = getattr(request.user, "theme", None) or request.COOKIES.get("theme", "")
    return chosen if chosen in ("light", "dark") else "system"


def shortcuts_of(request: HttpRequest) -> bool:
    """Return whether single keys act: as a member's preferences say, or a guest's cookie."""
    chosen: bool = getattr(request.user, "shortcuts", request.COOKIES.get("shortcuts") != "off")
    return chosen


def translations_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the page's address in each language.

    `path` drops the query, as a canonical address must; `full_path` keeps it, so that changing
    the language keeps the filters.
    """
    return [
        {
            "code": code,
            "name": LANGUAGE_NAMES[code],
            "is_here": code == get_language(),
            "path": in_language(request.path, code),
            "full_path": in_language(request.get_full_path(), code),
        }
        for code, _name in settings.LANGUAGES
    ]


def here_of(request: HttpRequest) -> str:
    """Return the page a reader looks at, also while htmx fetches a part of it from elsewhere."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return (htmx.current_url_abs_path if htmx else None) or request.get_full_path()


def site(request: HttpRequest) -> dict[str, Any]:
    """Return what pages say of themselves: where they are, in which languages, and for whom.

    `here` is where forms come back to, `translations` are for the switch and for `hreflang`. Each
    is told when a template asks: an answer to a change asks for none, and a page that depends on
    who is signed in is no longer the same for all.
    """
    told = {
        "origin": lambda: f"{request.scheme}://{request.get_host()}",
        "here": lambda: here_of(request),
        "translations": lambda: translations_of(request),
        "theme": lambda: theme_of(request),
        "has_shortcuts": lambda: shortcuts_of(request),
        "reader_key": lambda: reader_key(request),
    }
    return {name: SimpleLazyObject(tell) for name, tell in told.items()}
