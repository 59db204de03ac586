"""What stands in the cells of a table of the canon: how it is written, how it is read back.

`render` gives the text of a value, `clean` the value of a text; ValueError says, for the curator,
why there is none. Whatever else must be known is in the keyword `known`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from canon.curation.known import Known, closest
from canon.models import Author, Link, Section
from canon.models.items import web_address
from canon.search import fold

SEPARATOR = "; "
LONGEST_ADDRESS: int = Link._meta.get_field("url").max_length or 0
LONGEST_TITLE: int = Link._meta.get_field("title").max_length or 0
BETWEEN_SLUGS = re.compile(r"[;；\n]")
# A sign between the parts of a link that is not itself part of a title or an address.
BETWEEN_PARTS = re.compile(r"(?<!\\)\|")
TRUE = {"yes", "true", "1", "是"}
FALSE = {"", "no", "false", "0", "否"}


@dataclass(frozen=True)
class LinkCell:
    """A further address, as one line of the cell has it."""

    kind: str
    url: str
    title_en: str = ""
    title_zh_hans: str = ""


class Text(Widget):  # type: ignore[misc]
    """A text as it stands."""

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> str:
        """Return the text without what stands around it."""
        return tidy(value)

    def render(self, value: str | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return the text, empty where there is none."""
        return value or ""


class Number(Widget):  # type: ignore[misc]
    """A whole number, or none."""

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> int | None:
        """Return the number; ValueError if there is something else."""
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise ValueError(_("“%(value)s” is no whole number.") % {"value": value[:100]})
        return int(value)

    def render(self, value: int | None, _obj: Any = None, **_kwargs: Any) -> int | str:
        """Return the number, which spreadsheets then sort as one."""
        return "" if value is None else value


class YesNo(Widget):  # type: ignore[misc]
    """Yes or no; nothing is no."""

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> bool:
        """Return whether it is yes; ValueError if it is neither."""
        if value.lower() not in TRUE | FALSE:
            raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": value[:100]})
        return value.lower() in TRUE

    def render(self, value: bool | None, _obj: Any = None, **_kwargs: Any) -> str:  # noqa: FBT001
        """Return yes, or nothing, which is quieter than no."""
        return "yes" if value else ""


class Choice(Widget):  # type: ignore[misc]
    """One of several values; their names in the curator's language are understood, too."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        """Offer these choices."""
        super().__init__()
        self.choices = choices

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> str:
        """Return the value; ValueError names the one that was probably meant."""
        if not value:
            return ""
        names = {str(label).lower(): str(code) for code, label in self.choices.choices}
        names |= {code: code for code in self.choices.values}
        meant = names.get(value.lower())
        if meant is None:
            raise ValueError(unknown(value, closest(value.lower(), names), self.choices.values))
        return meant

    def render(self, value: str | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return the value, which is the same in every language."""
        return str(value or "")


class SectionSlug(Widget):  # type: ignore[misc]
    """A section by its slug, or none."""

    def clean(self, value: str, _row: Any = None, *, known: Known, **_kwargs: Any) -> Any:
        """Return the section; ValueError if there is none of this slug."""
        if not value:
            return None
        if section := known.sections.get(value):
            return section
        raise ValueError(no_section(value, known.sections))

    def render(self, value: Section | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return the slug."""
        return value.slug if value else ""


class AuthorSlugs(Widget):  # type: ignore[misc]
    """The authors of an item in the order of the work, by slug; names are understood, too."""

    def clean(
        self, value: str, _row: Any = None, *, known: Known, **_kwargs: Any
    ) -> tuple[str, ...]:
        """Return the slugs; ValueError if there is an author we do not know."""
        return tuple(dict.fromkeys(self.find(word, known).slug for word in words(value)))

    def find(self, word: str, known: Known) -> Author:
        """Return the author of a slug or a name."""
        named = known.authors_by_name.get(fold(word), [])
        if author := known.authors.get(word) or (named[0] if len(named) == 1 else None):
            return author
        if named:
            raise ValueError(
                _("Several authors are called “%(name)s”: give the slug.") % {"name": word[:100]}
            )
        meant = closest(word, known.authors) or closest(fold(word), known.authors_by_name)
        if meant:
            raise ValueError(
                _("There is no author “%(name)s”. Did you mean “%(slug)s”?")
                % {"name": word[:100], "slug": meant}
            )
        raise ValueError(
            _("There is no author “%(name)s”: add or import the author first.")
            % {"name": word[:100]}
        )

    def render(self, value: Iterable[str] | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return the slugs on one line."""
        return SEPARATOR.join(value or ())


class ItemSlugs(Widget):  # type: ignore[misc]
    """Items by their slugs. Whether there are such is known when all rows have been read."""

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> tuple[str, ...]:
        """Return the slugs, each once."""
        return tuple(dict.fromkeys(words(value)))

    def render(self, value: Iterable[str] | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return the slugs on one line."""
        return SEPARATOR.join(value or ())


class LinkLines(Widget):  # type: ignore[misc]
    """The further links of an item, one a line: kind | address | English title | Chinese title."""

    def clean(self, value: str, _row: Any = None, **_kwargs: Any) -> tuple[LinkCell, ...]:
        """Return the links; ValueError says which line cannot be used."""
        links = [self.read(line) for line in value.splitlines() if line.strip()]
        urls = [link.url for link in links]
        for url in urls:
            if urls.count(url) > 1:
                raise ValueError(
                    _("The address “%(address)s” stands twice.") % {"address": url[:100]}
                )
        return tuple(links)

    def read(self, line: str) -> LinkCell:
        """Return the link of one line."""
        parts = [unescape(part.strip()) for part in BETWEEN_PARTS.split(line)]
        if not 2 <= len(parts) <= 4:
            raise ValueError(
                _("“%(line)s” is no link: write kind | address | English title | Chinese title.")
                % {"line": line[:100]}
            )
        kind = Choice(Link.Kind).clean(parts[0])
        if not kind:
            raise ValueError(_("A link has no kind: “%(line)s”.") % {"line": line[:100]})
        link = LinkCell(kind, *parts[1:])
        check_link(link)
        return link

    def render(self, value: Iterable[LinkCell] | None, _obj: Any = None, **_kwargs: Any) -> str:
        """Return a line for each link."""
        return "\n".join(self.write(link) for link in value or ())

    def write(self, link: LinkCell) -> str:
        """Return the line of one link, without what is empty at its end."""
        parts = [link.kind, link.url, link.title_en, link.title_zh_hans]
        while not parts[-1]:
            parts.pop()
        return " | ".join(escape(part) for part in parts)


def check_link(link: LinkCell) -> None:
    """Raise ValueError if the address or a title of a link cannot be kept."""
    try:
        web_address(link.url)
    except ValidationError as error:
        message = _("“%(address)s” is no web address.") % {"address": link.url[:100]}
        raise ValueError(message) from error
    longest = max(len(link.title_en), len(link.title_zh_hans))
    if len(link.url) > LONGEST_ADDRESS or longest > LONGEST_TITLE:
        raise ValueError(_("“%(line)s” is too long.") % {"line": link.url[:100]})


def no_section(slug: str, slugs: Iterable[str]) -> str:
    """Return the complaint about a section that does not exist."""
    if meant := closest(slug, slugs):
        return _("There is no section “%(name)s”. Did you mean “%(slug)s”?") % {
            "name": slug[:100],
            "slug": meant,
        }
    return _("There is no section “%(name)s”.") % {"name": slug[:100]}


def no_item(slug: str, slugs: Iterable[str]) -> str:
    """Return the complaint about an item that does not exist."""
    if meant := closest(slug, slugs):
        return _("There is no item “%(name)s”. Did you mean “%(slug)s”?") % {
            "name": slug[:100],
            "slug": meant,
        }
    return _("There is no item “%(name)s”.") % {"name": slug[:100]}


def words(cell: str) -> list[str]:
    """Return the words of a cell that lists several."""
    return [word.strip() for word in BETWEEN_SLUGS.split(cell) if word.strip()]


def tidy(text: str) -> str:
    """Return a text with plain ends of lines and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def escape(part: str) -> str:
    """Return a part of a link's line in which no sign parts it further."""
    return part.replace("|", "\\|")


def unescape(part: str) -> str:
    """Return the part that `escape` was given."""
    return part.replace("\\|", "|")


def unknown(value: str, meant: str, choices: Iterable[str]) -> str:
    """Return the complaint about a value that is none of the choices."""
    if meant:
        return _("There is no “%(value)s” here. Did you mean “%(meant)s”?") % {
            "value": value[:100],
            "meant": meant,
        }
    return _("There is no “%(value)s” here; there are: %(choices)s.") % {
        "value": value[:100],
        "choices": ", ".join(choices),
    }
