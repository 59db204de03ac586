"""Collects the strings to translate and compiles the catalogues, without GNU gettext."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

SOURCES = (
    ("accounts", "*.py"),
    ("canon", "*.py"),
    ("templates", "*.html"),
    ("templates", "*.svg"),
    ("templates", "*.txt"),
)
# What Django's functions take: message, context before message, singular and plural.
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class Command(BaseCommand):
    """`manage.py messages [--check]`."""

    help = "Updates and compiles the message catalogues of every language but English."

    def add_arguments(self, parser: Any) -> None:
        """Take whether to write."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="write nothing; fail if a message is missing, fuzzy or no longer used",
        )

    def handle(self, *, check: bool, **_options: Any) -> None:
        """Update the catalogues, or compare them with the sources."""
        for code, _name in settings.LANGUAGES:
            if code != "en":
                folder = settings.LOCALE_PATHS[0] / to_locale(code) / "LC_MESSAGES"
                problems = update(folder, code, write=not check)
                if check and problems:
                    raise CommandError("\n".join([f"{code}: run make messages.", *problems]))
                for problem in problems:
                    self.stdout.write(f"{code}: {problem}")


def collect() -> Any:
    """Return a catalogue of all messages in the sources, in the order of files and lines."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    catalog = Catalog(charset="utf-8")
    for folder, pattern in SOURCES:
        for path in sorted((settings.BASE_DIR / folder).rglob(pattern)):
            source = path.read_text(encoding="utf-8")
            if folder == "templates":
                # Python would take a template's indentation for its own.
                source = "\n".join(map(str.strip, templatize(source).splitlines()))
            found = extract(
                "python",
                BytesIO(source.encode()),
                KEYWORDS,
                ("Translators:",),
                {"encoding": "utf-8"},
            )
            for line, message, comments, context in found:
                place = (path.relative_to(settings.BASE_DIR).as_posix(), line)
                catalog.add(message, None, [place], auto_comments=comments, context=context)
    return catalog


def update(folder: Path, code: str, *, write: bool) -> list[str]:
    """Bring the catalogue in `folder` up to date; return its problems, a sentence each.

    `code` is the language's code. With `write`, the .po and .mo files are written anew.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po, write_po

    source = folder / "django.po"
    with source.open("rb") as file:
        catalog = read_po(file, locale=to_locale(code))
    stale = {(m.id, m.context) for m in catalog if m.id}
    template = collect()
    stale -= {(m.id, m.context) for m in template if m.id}
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    problems = [f"no longer used: {message!r}" for message, _context in stale]
    problems += [f"not translated: {m.id!r}" for m in catalog if m.id and not translated(m)]
    problems += [f"fuzzy: {m.id!r}" for m in catalog if m.id and m.fuzzy]
    catalog.project, catalog.version = "Canon", "1"
    # A date in the header would make every run a change.
    catalog.creation_date = catalog.revision_date = EPOCH
    text, compiled = BytesIO(), BytesIO()
    write_po(text, catalog, width=100, omit_header=False, include_lineno=False, sort_by_file=True)
    for message in [m for m in catalog if m.id and not translated(m)]:
        catalog.delete(message.id, message.context)  # compiled, it would say the singular for all
    write_mo(compiled, catalog)
    files = {source: text.getvalue(), folder / "django.mo": compiled.getvalue()}
    if write:
        for path, content in files.items():
            path.write_bytes(content)
    elif any(not path.exists() or path.read_bytes() != content for path, content in files.items()):
        problems.append("the files are not as make messages writes them")
    return problems


def translated(message: Any) -> bool:
    """Tell whether every plural form of `message` has a text."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)
