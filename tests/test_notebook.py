"""The notebook is a folder of Markdown files in canon order, with front matter any editor reads."""

import datetime
import io
import zipfile

import pytest
import yaml

from canon.exports import as_notebook
from canon.exports.notebook import safe_name
from canon.models import Author, Authorship, Item, Section, Status, change_marks, write_note
from tests.readers import make_reader
from tests.transfers import AWKWARD, fill, items

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return make_reader()


def files(reader):
    """Return the texts of the notebook by name, in the order of the zip."""
    with zipfile.ZipFile(io.BytesIO(as_notebook(reader))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def parts(text):
    """Return the front matter of a file, as YAML has it, and the note."""
    opening, front, note = text.split("---\n", 2)
    assert opening == ""
    return yaml.safe_load(front), note


def test_names_tell_the_place_in_the_canon(reader):
    wanted = ["what-is-chatgpt-doing", "deep-learning-in-a-nutshell", "gpt-3"]
    change_marks(reader, Item.objects.filter(slug__in=wanted), Status.READ)
    gpt_3 = Item.objects.get(slug="gpt-3")
    assert list(files(reader)) == [
        "01 A gentle introduction/03 what-is-chatgpt-doing.md",
        "02 Foundational learning/01 Explainers/01 deep-learning-in-a-nutshell.md",
        f"06 Landmark research/01 Large language models/01 New models/{gpt_3.position:02} gpt-3.md",
    ]


def test_files_come_in_canon_order_and_sort_in_it(reader):
    change_marks(reader, Item.objects.all(), Status.READ)
    names = list(files(reader))
    assert [name.split()[-1].removesuffix(".md") for name in names] == [
        item.slug for item in Item.objects.in_canon_order()
    ]
    assert len(names) == len({name.lower() for name in names}) == 96


def test_a_file_keeps_its_name_whatever_else_is_marked(reader):
    later = items(1, start=3)
    change_marks(reader, later, Status.READ)
    alone = list(files(reader))
    change_marks(reader, items(3), Status.READ)
    assert list(files(reader))[3:] == alone


def test_only_items_with_a_mark_or_a_note_have_a_file(reader):
    marked, noted, neither = items(3)
    change_marks(reader, [marked, neither], Status.QUEUED)
    change_marks(reader, [neither], "")
    write_note(reader, noted, "a note", based_on=0)
    assert len(files(reader)) == 2


def test_front_matter_says_what_the_item_is_and_what_became_of_it(reader):
    item = Item.objects.get(slug="software-2-0")
    change_marks(reader, [item], Status.READ)
    write_note(reader, item, "Weights are the program.", based_on=0)
    front, note = parts(*files(reader).values())
    today = reader.today()
    assert front == {
        "title": "Software 2.0",
        "address": item.url,
        "authors": ["Andrej Karpathy"],
        "year": 2017,
        "section": "A gentle introduction",
        "status": "read",
        "finished": today,
        "noted": today,
        "note_updated": today,
        "tags": ["canon", "gentle-introduction", "article", "introductory"],
    }
    assert note == "\nWeights are the program.\n"


def test_dates_of_notes_are_the_readers_own(reader):
    write_note(reader, items(1)[0], "late", based_on=0)
    midnight = datetime.datetime(2024, 12, 31, 23, 30, tzinfo=datetime.UTC)
    reader.notes.update(created_at=midnight, updated_at=midnight)
    reader.time_zone = "Asia/Tokyo"
    front, _note = parts(*files(reader).values())
    assert front["noted"] == datetime.date(2025, 1, 1)


@pytest.mark.parametrize(
    "title",
    [
        'He said: "no" # really',
        "- [ ] *anchor* &ref !tag %x @y `z`",
        "C:\\new\\table",
        "yes",
        "2024-01-01",
        "a: b: {c}",
        "bells \x07 and \x7f, breaks \u2028 and \x85, marks \ufeff",
        "中文 🎉",
        "---",
    ],
)
def test_any_title_and_name_survives_the_front_matter(reader, title):
    item = items(1)[0]
    Item.objects.filter(pk=item.pk).update(title=title)
    author = Author.objects.create(slug="awkward", name=title)
    Authorship.objects.create(item=item, author=author, position=99)
    change_marks(reader, [item], Status.READ)
    front, _note = parts(*files(reader).values())
    assert front["title"] == title
    assert title in front["authors"]


def test_notes_are_written_as_they_are(reader):
    fill(reader)
    bodies = [text.split("---\n", 2)[2] for text in files(reader).values()]
    for text in AWKWARD:
        if text != AWKWARD[1]:  # has a second version
            assert any(body in (f"\n{text}\n", f"\n{text}") for body in bodies), text[:40]
    assert "\na second version\n" in bodies


def test_equal_holdings_give_equal_bytes(client, reader):
    fill(reader)
    client.force_login(reader)
    once = client.get("/reading/notebook.zip").content
    assert client.get("/zh-hans/reading/notebook.zip").content == once
    with zipfile.ZipFile(io.BytesIO(once)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", "etc passwd"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("C# [and] ^links", "C and links"),
        ("dots... ", "dots"),
        ("line\nbreak\x00", "line break"),
        ("x" * 300, "x" * 80),
        ("入门导读", "入门导读"),
    ],
)
def test_titles_become_safe_names(title, name):
    assert safe_name(title) == name


def test_no_name_leaves_the_folder(reader):
    Section.objects.filter(slug="gentle-introduction").update(title_en="../..")
    change_marks(reader, items(1), Status.READ)
    assert list(files(reader)) == ["01/01 software-2-0.md"]


def test_a_reader_with_nothing_gets_an_empty_notebook(reader):
    assert files(reader) == {}
