"""The fixtures and the database say the same: loading and dumping lose and add nothing."""

from pathlib import Path

import pytest
from django.core.management import call_command

from canon.models import Author, Authorship, Dependency, Item, Link, Section
from tests.conftest import FIXTURES, load_canon

pytestmark = pytest.mark.django_db

# In the order in which they can be deleted.
MODELS = (Dependency, Link, Authorship, Item, Author, Section)


def rows():
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}


def dump(folder):
    """Write the canon to `folder`; return the files' bytes by name."""
    call_command("dump_canon", folder, verbosity=0)
    return read(folder.iterdir())


def read(files):
    return {Path(file).name: Path(file).read_bytes() for file in files}


def empty_the_canon():
    Section.objects.update(parent=None)
    for model in MODELS:
        model.objects.all().delete()


def load(folder):
    call_command("loaddata", *sorted(map(str, folder.iterdir())), verbosity=0)


def test_loading_twice_changes_nothing():
    before = rows()
    load_canon()
    assert rows() == before


def test_loading_into_an_empty_database_and_dumping_gives_back_the_bytes(tmp_path):
    empty_the_canon()
    load_canon()
    assert dump(tmp_path) == read(FIXTURES)


def test_a_curated_text_changes_one_line_of_one_file(tmp_path):
    Item.objects.filter(slug="gpt-3").update(annotation_zh_hans="编者改过的话。")
    before, after = read(FIXTURES), dump(tmp_path)
    assert [name for name in after if after[name] != before[name]] == ["6-landmarks.json"]
    old, new = (files["6-landmarks.json"].decode().splitlines() for files in (before, after))
    assert [line.strip() for line in new if line not in old] == [
        '"annotation_zh_hans": "编者改过的话。",'
    ]
    assert len(new) == len(old)


def test_a_curated_item_survives_a_dump_and_a_load_elsewhere(tmp_path):
    added = Item.objects.create(
        slug="kolmogorov-arnold-networks",
        section=Section.objects.get(slug="agents"),
        position=8,
        title="KAN: Kolmogorov–Arnold networks",
        url="https://arxiv.org/abs/2404.19756",
        kind=Item.Kind.PAPER,
        difficulty=Item.Difficulty.ADVANCED,
        effort=Item.Effort.DAY,
    )
    Authorship.objects.create(
        item=added, author=Author.objects.create(slug="ziming-liu", name="Ziming Liu")
    )
    Link.objects.create(item=added, kind=Link.Kind.WEBSITE, url="https://kan.example.org/")
    Dependency.objects.create(item=added, builds_on=Item.objects.get(slug="bert"))
    files = dump(tmp_path)
    empty_the_canon()
    load(tmp_path)
    assert dump(tmp_path / "again") == files
    again = Item.objects.get(slug="kolmogorov-arnold-networks")
    assert again.state == Item.State.DRAFT
    assert [str(author) for author in again.byline] == ["Ziming Liu"]
    assert [link.url for link in again.links.all()] == ["https://kan.example.org/"]
    assert [str(base.slug) for base in again.builds_on.all()] == ["bert"]


def test_what_was_loaded_can_be_searched():
    assert Item.objects.matching("扩散").exists()
    assert Item.objects.matching("karpathy").exists()


def test_fixtures_name_records_by_slug_and_hold_nothing_derived():
    text = "".join(Path(file).read_text() for file in FIXTURES)
    assert '"pk"' not in text
    assert "search_text" not in text
