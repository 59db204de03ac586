"""Marks and notes as a folder of Markdown files, fit for Obsidian, in one zip."""

from __future__ import annotations

import datetime
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator

from canon.exports.records import Record, read_records
from canon.models import Reader
from canon.outline import Heading, Outline

# The earliest time a zip can tell: equal content is to give equal bytes.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
LONGEST_NAME = 80
# Not for file names somewhere, or not for links in Obsidian.
UNSAFE = re.compile(r'[\\/:*?"<>|#^\[\]\x00-\x1f\x7f]+')
# What JSON leaves as it is and YAML wants escaped.
UNPRINTABLE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")


def as_notebook(user: Reader) -> bytes:
    """Return a zip with one file for each item that `user` has a mark or a note on.

    Names and front matter are the same in every language of the page: the numbers are places in
    the canon, so that a file keeps its name whatever else is marked.
    """
    outline = Outline()
    folders = name_folders(outline)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for record in read_records(user):
            if not (record.state.status or record.note):
                continue
            item = record.item
            name = f"{folders[item.section_id]}/{item.position:02} {item.slug}.md"
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever this runs
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, page(record, outline.by_id[item.section_id], user.zone))
    return buffer.getvalue()


def name_folders(outline: Outline) -> dict[int, str]:
    """Return the path of each section's folder, by its id: “06 Landmark research/02 Agents”."""
    paths: dict[int, str] = {}
    for heading in outline.headings:
        siblings = heading.parent.children if heading.parent else outline.roots
        name = f"{siblings.index(heading) + 1:02} {safe_name(heading.section.title_en)}".strip()
        above = paths.get(heading.parent.section.pk) if heading.parent else None
        paths[heading.section.pk] = f"{above}/{name}" if above else name
    return paths


def safe_name(title: str) -> str:
    """Return `title` as part of a file's name on any system: no separators, no dots at the ends."""
    plain = UNSAFE.sub(" ", unicodedata.normalize("NFC", title))
    return " ".join(plain.split())[:LONGEST_NAME].strip(" .")


def page(record: Record, heading: Heading, zone: datetime.tzinfo) -> str:
    """Return one file: front matter with dates in `zone`, then the note as it was written."""
    lines = ["---", *front_matter(record, heading, zone), "---", ""]
    text = record.note.text if record.note else ""
    if text:
        lines += [text] if text.endswith("\n") else [text, ""]
    return "\n".join(lines)


def front_matter(record: Record, heading: Heading, zone: datetime.tzinfo) -> Iterator[str]:
    """Yield the lines of YAML that say what the item is and what the reader made of it."""
    item, state = record.item, record.state
    trail = [above.section for above in reversed(heading.ancestry)]
    yield f"title: {quote(item.title)}"
    yield f"address: {quote(item.url)}"
    yield from quoted_list("authors", [author.name for author in item.byline])
    if item.year:
        yield f"year: {item.year}"
    yield f"section: {quote(' › '.join(section.title_en for section in trail))}"
    yield f"status: {quote(state.status or 'unread')}"
    yield from dates(started=state.started_on, finished=state.finished_on)
    if record.note:
        yield from dates(
            noted=record.note.created_at.astimezone(zone).date(),
            note_updated=record.note.updated_at.astimezone(zone).date(),
        )
    yield from quoted_list("tags", ["canon", trail[0].slug, item.kind, item.difficulty])


def dates(**days: datetime.date | None) -> Iterator[str]:
    """Yield a line for each day there is: YAML reads these as dates, unquoted."""
    for name, day in days.items():
        if day:
            yield f"{name}: {day.isoformat()}"


def quoted_list(name: str, texts: list[str]) -> Iterator[str]:
    """Yield a YAML list; nothing for an empty one."""
    if texts:
        yield f"{name}:"
        yield from (f"  - {quote(text)}" for text in texts)


def quote(text: str) -> str:
    """Return `text` in YAML's double quotes, within which nothing has a meaning of its own."""
    quoted = json.dumps(text, ensure_ascii=False)
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
