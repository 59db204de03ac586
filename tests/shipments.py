"""Fixtures as a later release of Canon would ship them, and what is left of a site after them."""

import json
from pathlib import Path

from django.core.management import CommandError, call_command

from canon.models import (
    Author,
    Authorship,
    Dependency,
    Item,
    Link,
    Mark,
    Note,
    ReadingEvent,
    Section,
    Shipment,
)
from canon.shipping import read_fixtures
from canon.shipping.rows import records_of
from tests.conftest import FIXTURES

CANON = (Author, Section, Item, Authorship, Link, Dependency)
READING = (Mark, Note, ReadingEvent)
FOLDER = Path(FIXTURES[0]).parent


class Release:
    """The records of a release, by file, for a test to change."""

    def __init__(self, folder=FOLDER):
        paths = sorted(folder.glob("*.json"))
        self.files = {path.name: json.loads(path.read_text()) for path in paths}

    def rows(self, kind):
        """Return the fields of all rows of a kind."""
        model = f"canon.{kind}"
        records = [record for records in self.files.values() for record in records]
        return [record["fields"] for record in records if record["model"] == model]

    def row(self, kind, **natural_key):
        """Return the fields of one row; its natural key is given as plain slugs."""
        wanted = {name: as_reference(kind, name, value) for name, value in natural_key.items()}
        (row,) = [r for r in self.rows(kind) if wanted.items() <= r.items()]
        return row

    def item(self, slug):
        """Return the fields of an item."""
        return self.row("item", slug=slug)

    def add(self, model, /, **fields):
        """Add a row, to the last file of all."""
        fields = {name: as_reference(model, name, value) for name, value in fields.items()}
        self.files.setdefault("zz-added.json", []).append(
            {"model": f"canon.{model}", "fields": fields}
        )

    def add_item(self, slug, section="agents", position=99, **fields):
        """Add a published item."""
        facts = {"kind": "paper", "difficulty": "advanced", "effort": "day", "state": "published"}
        texts = {"title": slug.title(), "url": f"https://example.org/{slug}"}
        self.add(
            "item", slug=slug, section=section, position=position, **{**facts, **texts, **fields}
        )

    def drop(self, test):
        """Leave out the records for whose model and fields `test` is true."""
        for name, records in self.files.items():
            self.files[name] = [r for r in records if not test(r["model"][6:], r["fields"])]

    def drop_item(self, slug):
        """Leave out an item with all its parts."""
        self.drop(lambda kind, fields: [slug] in fields.values() or is_item(kind, fields, slug))

    def write(self, folder):
        """Write the files; return the folder."""
        folder.mkdir(exist_ok=True)
        for name, records in self.files.items():
            (folder / name).write_text(json.dumps(records, ensure_ascii=False))
        return folder


def is_item(kind, fields, slug):
    return kind == "item" and fields["slug"] == slug


def as_reference(kind, name, value):
    """Return how a fixture holds a value: references stand in brackets."""
    refers = name in {"section", "item", "author", "builds_on", "replaced_by", "parent"}
    return [value] if refers and value is not None else value


def remember_shipment():
    """Let the canon that the tests find be known as shipped."""
    Shipment.objects.create(records=records_of(read_fixtures(FOLDER)))


def load(folder, *arguments):
    """Run load_canon without a terminal; return its exit code."""
    try:
        call_command("load_canon", folder, *arguments)
    except CommandError as error:
        if error.returncode == 1:
            raise
        return error.returncode
    return 0


def table(model):
    """Return all rows of a table, every column of them: modeltranslation would leave some out."""
    columns = [field.attname for field in model._meta.concrete_fields]
    return list(model._base_manager.order_by("pk").values(*columns))


def everything():
    """Return all rows of the canon and of its readers."""
    return {model.__name__: table(model) for model in (*CANON, *READING, Shipment)}


def reading():
    """Return all that readers have."""
    return {model.__name__: table(model) for model in READING}


def positions_are_dense():
    """Tell whether sections, and the items of each section, are numbered from 1 without a gap."""
    places = {"": list(Section.objects.order_by("position").values_list("position", flat=True))}
    for section, position in Item.objects.order_by("section", "position").values_list(
        "section__slug", "position"
    ):
        places.setdefault(section, []).append(position)
    return all(place == list(range(1, len(place) + 1)) for place in places.values())


def slugs_in(section):
    return list(
        Item.objects.filter(section__slug=section)
        .order_by("position")
        .values_list("slug", flat=True)
    )
