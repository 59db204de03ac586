"""`manage.py load_canon` brings a newer shipped canon in, and tells before what it would change."""

import json
import shutil
from random import Random

import pytest
from django.core.management import CommandError, call_command
from reversion.models import Revision, Version

from canon.management.commands.serve import load_canon_once
from canon.models import (
    Author,
    Authorship,
    Change,
    Dependency,
    Item,
    Link,
    Section,
    Shipment,
    Status,
    write_note,
)
from tests.readers import make_reader
from tests.shipments import (
    CANON,
    FOLDER,
    Release,
    everything,
    load,
    positions_are_dense,
    reading,
    remember_shipment,
    slugs_in,
    table,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    """A site whose canon is as it was shipped, with a reader of it."""
    remember_shipment()
    reader = make_reader()
    for slug in ("gpt-3", "bert", "babyagi"):
        item = Item.objects.get(slug=slug)
        item.mark(reader, Status.READ)
        write_note(reader, item, f"On {slug}.", based_on=0)
    return reader


@pytest.fixture
def release():
    """The next release, which a test changes."""
    return Release()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "release"


def empty_the_canon():
    Change.objects.all().delete()
    Section.objects.update(parent=None)
    for model in reversed(CANON):
        model._base_manager.all()._raw_delete("default")


# The first load.


def test_an_empty_database_is_filled_and_remembers_what_was_shipped(tmp_path):
    empty_the_canon()
    assert load(FOLDER) == 0
    assert Item.objects.published().count() == 96
    call_command("dump_canon", tmp_path, verbosity=0)
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == {
        f.name: f.read_bytes() for f in FOLDER.glob("*.json")
    }
    assert Shipment.objects.count() == 1
    assert load(FOLDER, "--yes") == 0
    assert Shipment.objects.count() == 1


def test_the_opening_of_a_canon_begins_its_history_and_is_no_change_to_it():
    empty_the_canon()
    load(FOLDER)
    assert Revision.objects.get().comment == "The shipped canon"
    rows = sum(model.objects.count() for model in CANON)
    assert Version.objects.count() == rows
    assert not Change.objects.exists()
    assert Item.objects.matching("扩散").exists()


def test_a_check_of_an_empty_database_writes_nothing(capsys):
    empty_the_canon()
    assert load(FOLDER, "--check") == 0
    assert "96 items would be loaded" in capsys.readouterr().out
    assert not Item.objects.exists()


# What the start of the site says.


def test_the_start_says_nothing_while_the_shipped_canon_is_the_same(site):
    Item.objects.filter(slug="gpt-3").update(title="Mended")
    assert load_canon_once() == ""


def test_the_start_tells_of_a_newer_shipped_canon_and_loads_nothing(
    site, release, folder, settings
):
    release.item("gpt-3")["title"] = "Shipped"
    settings.FIXTURE_DIRS = [release.write(folder)]
    before = everything()
    assert "manage.py load_canon shows" in load_canon_once()
    assert everything() == before
    load(folder, "--yes")
    assert load_canon_once() == ""


def test_the_start_says_when_it_is_not_known_what_was_shipped(db):
    assert "not known" in load_canon_once()


# A newer canon.


def test_without_yes_the_plan_is_shown_and_nothing_written(site, release, folder, capsys):
    release.item("gpt-3")["annotation_en"] += " Still true."
    release.add_item("kan")
    release.drop_item("bert")
    before = everything()
    assert load(release.write(folder)) == 0
    assert everything() == before
    said = capsys.readouterr().out
    for words in ("New: 1\n  kan\n", "annotation_en@gpt-3", "Still true.", "Retired: 1\n  bert\n"):
        assert words in said
    assert "Nothing was written. Repeat with --yes." in said
    assert load(folder, "--check", "--yes") == 0
    assert everything() == before


def test_what_only_the_release_changed_is_taken_and_what_only_curators_changed_stays(
    site, release, folder
):
    release.item("gpt-3")["annotation_en"] = "Shipped."
    release.row("author", slug="openai")["name"] = "OpenAI, Inc."
    release.row("section", slug="agents")["title_en"] = "Agents at work"
    Item.objects.filter(slug="gpt-3").update(annotation_zh_hans="编者的话。", year=2021)
    Section.objects.filter(slug="agents").update(introduction_en="Curated.")
    assert load(release.write(folder), "--yes") == 0
    item = Item.objects.get(slug="gpt-3")
    assert (item.annotation_en, item.annotation_zh_hans, item.year) == (
        "Shipped.",
        "编者的话。",
        2021,
    )
    assert "shipped." in item.search_text
    assert Author.objects.get(slug="openai").name == "OpenAI, Inc."
    section = Section.objects.get(slug="agents")
    assert (section.title_en, section.introduction_en) == ("Agents at work", "Curated.")


def test_a_new_item_comes_with_its_parts_and_in_its_state(site, release, folder):
    release.add("author", slug="ziming-liu", name="Ziming Liu", kind="person")
    release.add_item("kan", position=1, annotation_en="Splines on edges.")
    release.add_item("kan-draft", state="draft")
    release.add("authorship", item="kan", author="ziming-liu", position=1)
    release.add("link", item="kan", kind="website", url="https://kan.example.org/", position=1)
    release.add("dependency", item="kan", builds_on="bert")
    assert load(release.write(folder), "--yes") == 0
    item = Item.objects.get(slug="kan")
    assert item.published_at
    assert [str(author) for author in item.byline] == ["Ziming Liu"]
    assert [link.url for link in item.links.all()] == ["https://kan.example.org/"]
    assert [base.slug for base in item.builds_on.all()] == ["bert"]
    assert Item.objects.get(slug="kan-draft").state == Item.State.DRAFT
    assert [str(change) for change in Change.objects.all()] == ["added: Kan"]
    assert slugs_in("agents")[-1] == "kan-draft"
    assert positions_are_dense()


def test_what_the_release_retires_is_retired_with_reason_and_replacement(site, release, folder):
    release.add_item("better")
    release.item("bert").update(
        state="retired", retirement_reason_en="Outdated.", replaced_by=["better"]
    )
    before = reading()
    assert load(release.write(folder), "--yes") == 0
    item = Item.objects.get(slug="bert")
    assert item.is_retired
    assert item.retired_at
    assert (item.retirement_reason_en, item.replaced_by.slug) == ("Outdated.", "better")
    assert {change.kind for change in Change.objects.all()} == {"added", "replaced"}
    assert reading() == before


def test_what_left_the_release_is_retired_and_never_deleted(site, release, folder):
    release.drop_item("bert")
    before = reading()
    parts = Authorship.objects.count(), Link.objects.count()
    assert load(release.write(folder), "--yes") == 0
    assert Item.objects.get(slug="bert").is_retired
    assert (Authorship.objects.count(), Link.objects.count()) == parts
    assert reading() == before
    assert load(folder, "--yes") == 0
    assert load(FOLDER, "--yes") == 0, "and it may come back"
    assert Item.objects.get(slug="bert").state == Item.State.PUBLISHED


def test_a_draft_that_left_the_release_stays_a_draft(site, release, folder):
    release.add_item("kan", state="draft")
    load(release.write(folder), "--yes")
    assert load(FOLDER, "--yes") == 0
    assert Item.objects.get(slug="kan").state == Item.State.DRAFT


def test_an_item_that_only_changed_its_slug_stays_the_same_row(site, release, folder):
    release.item("bert")["slug"] = "bert-paper"
    for kind in ("authorship", "link", "dependency"):
        for row in release.rows(kind):
            row.update({name: ["bert-paper"] for name, v in row.items() if v == ["bert"]})
    pk = Item.objects.get(slug="bert").pk
    before = reading()
    edges = Dependency.objects.count()
    assert load(release.write(folder), "--yes") == 0
    assert Item.objects.get(slug="bert-paper").pk == pk
    assert Item.objects.count() == 96
    assert Dependency.objects.count() == edges
    assert reading() == before
    assert load(folder, "--yes") == 0


def test_an_item_that_curators_gave_another_slug_is_found_again(site, release, folder):
    Item.objects.filter(slug="bert").update(slug="bert-the-model")
    release.item("bert")["annotation_en"] = "Shipped."
    assert load(release.write(folder), "--yes") == 0
    assert Item.objects.get(slug="bert-the-model").annotation_en == "Shipped."
    assert Item.objects.count() == 96


def test_parts_come_and_go(site, release, folder):
    authorship, edge = release.rows("authorship")[0], release.rows("dependency")[0]
    link = release.rows("link")[0]
    release.drop(lambda _kind, fields: fields in (authorship, edge))
    link["title_en"] = "Shipped"
    release.add("link", item="gpt-3", kind="video", url="https://v.example.org/", position=9)
    assert load(release.write(folder), "--yes") == 0
    assert not Authorship.objects.filter(
        item__slug=authorship["item"][0], author__slug=authorship["author"][0]
    ).exists()
    assert not Dependency.objects.filter(
        item__slug=edge["item"][0], builds_on__slug=edge["builds_on"][0]
    ).exists()
    assert Link.objects.get(item__slug=link["item"][0], url=link["url"]).title_en == "Shipped"
    assert Link.objects.filter(item__slug="gpt-3", url="https://v.example.org/").exists()


def test_sections_come_go_and_move(site, release, folder):
    release.add("section", slug="robots", parent="landmarks", position=20, title_en="Robots")
    for row in release.rows("item"):
        if row["section"] == ["biology-and-medicine"]:
            row.update(section=["robots"], position=row["position"])
    release.drop(lambda kind, f: kind == "section" and f["slug"] == "biology-and-medicine")
    moved = slugs_in("biology-and-medicine")
    assert load(release.write(folder), "--yes") == 0
    assert slugs_in("robots") == moved
    assert not Section.objects.filter(slug="biology-and-medicine").exists()
    assert positions_are_dense()
    order = list(Section.objects.values_list("slug", flat=True))
    assert order.index("landmarks") < order.index("robots") < order.index("agents")


def test_addresses_may_pass_from_one_item_to_another(site, release, folder):
    one, other = release.item("bert"), release.item("gpt-3")
    one["url"], other["url"] = other["url"], one["url"]
    assert load(release.write(folder), "--yes") == 0
    assert Item.objects.get(slug="bert").url == one["url"]
    assert Item.objects.get(slug="gpt-3").url == other["url"]


def test_a_load_is_one_revision(site, release, folder):
    release.item("gpt-3")["annotation_en"] = "Shipped."
    release.add_item("kan")
    load(release.write(folder), "--yes")
    revision = Revision.objects.get(comment="Brought in from the shipped canon")
    kept = {
        json.loads(v.serialized_data)[0]["fields"].get("slug") for v in revision.version_set.all()
    }
    assert {"gpt-3", "kan"} <= kept
    version = next(v for v in revision.version_set.all() if v.field_dict.get("slug") == "kan")
    assert version.field_dict["position"] == Item.objects.get(slug="kan").position


def test_loading_what_is_loaded_changes_nothing(site, release, folder, capsys):
    Item.objects.filter(slug="gpt-3").update(title="Curated")
    before = everything()
    assert load(release.write(folder), "--yes") == 0
    assert everything() == before
    assert "Curated here, left alone: 1" in capsys.readouterr().out


def test_the_plan_costs_as_many_queries_however_much_differs(
    site, release, folder, django_assert_max_num_queries
):
    for row in release.rows("item"):
        row["annotation_en"] += " More."
    with django_assert_max_num_queries(12):
        load(release.write(folder), "--check")


# Curating here, shipping from here, and bringing it in elsewhere.


def test_curation_goes_by_a_dump_into_another_site(site, tmp_path):
    old = Item.objects.get(slug="bert")
    later = Section.objects.get(slug="3d-generation")
    new = Item.objects.create(
        slug="kan",
        section=later,
        position=1,
        title="KAN",
        url="https://example.org/kan",
        kind="paper",
        difficulty="advanced",
        effort="day",
        state=Item.State.PUBLISHED,
    )
    old.state, old.replaced_by, old.retirement_reason_zh_hans = "retired", new, "过时了。"
    old.save()
    Item.objects.filter(slug="gpt-3").update(state=Item.State.DRAFT)
    dumped = tmp_path / "dumped"
    call_command("dump_canon", dumped, verbosity=0)
    empty_elsewhere = tmp_path / "again"
    call_command("load_canon", dumped, "--take-theirs", "--yes", verbosity=0)
    call_command("dump_canon", empty_elsewhere, verbosity=0)
    assert [(empty_elsewhere / f.name).read_bytes() for f in dumped.iterdir()] == [
        f.read_bytes() for f in dumped.iterdir()
    ]


def test_a_replacement_may_stand_in_a_later_file(tmp_path):
    item = Item.objects.get(slug="software-2-0")
    item.state, item.replaced_by = "retired", Item.objects.get(slug="nerf")
    item.save()
    dumped = tmp_path / "dumped"
    call_command("dump_canon", dumped, verbosity=0)
    empty_the_canon()
    Shipment.objects.all().delete()
    assert load(dumped) == 0
    assert Item.objects.get(slug="software-2-0").replaced_by.slug == "nerf"
    empty_the_canon()
    call_command("loaddata", *sorted(map(str, dumped.iterdir())), verbosity=0)
    assert Item.objects.get(slug="software-2-0").replaced_by.slug == "nerf"


def test_a_dump_leaves_no_file_of_a_top_section_that_is_called_otherwise_now(tmp_path):
    call_command("dump_canon", tmp_path, verbosity=0)
    (tmp_path / "9-other.json").write_text("{}")
    Section.objects.filter(slug="market").update(slug="the-market")
    call_command("dump_canon", tmp_path, verbosity=0)
    names = {path.name for path in tmp_path.iterdir()}
    assert "5-the-market.json" in names
    assert "5-market.json" not in names
    assert "9-other.json" in names, "which is none of the canon"


def test_two_rows_at_one_place_follow_each_other_as_after_a_merge_in_git(site, release, folder):
    release.add_item("kan", position=2)
    release.add_item("mamba", position=2)
    assert load(release.write(folder), "--yes") == 0
    assert slugs_in("agents")[2:4] == ["kan", "mamba"]
    assert positions_are_dense()


# Broken fixtures.


BREAKS = {
    "no JSON": (lambda text: text.replace("[", "<<<<<<< HEAD", 1), "line 1"),
    "unknown field": (lambda text: text.replace('"year"', '"jahr"', 1), "no field 'jahr'"),
    "unknown model": (lambda text: text.replace("canon.item", "canon.thing", 1), "canon.thing"),
    "missing field": (lambda text: text.replace('"title":', '"title_en":', 1), "title"),
    "no number": (lambda text: text.replace('"year": 2017', '"year": "MMXVII"', 1), "MMXVII"),
    "no choice": (lambda text: text.replace('"article"', '"essay"', 1), "essay"),
    "no address": (lambda text: text.replace("https://karpathy", "ftp//karpathy", 1), "url"),
    "missing reference": (
        lambda text: text.replace('"andrej-karpathy"', '"nobody"', 1),
        "no author 'nobody'",
    ),
    "double": (lambda text: text.replace("state-of-gpt", "software-2-0"), "stands in"),
    "no list": (lambda text: "{}", "no list"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_broken_fixtures_are_refused_with_file_and_record(site, folder, name):
    change, complaint = BREAKS[name]
    shutil.copytree(FOLDER, folder)
    path = folder / "1-gentle-introduction.json"
    path.write_text(change(path.read_text()))
    before = everything()
    with pytest.raises(CommandError) as raised:
        load(folder, "--yes")
    assert str(raised.value).startswith("Nothing was written. 1-gentle-introduction.json")
    assert complaint in str(raised.value)
    assert everything() == before


def test_a_cycle_and_a_shared_address_in_fixtures_are_refused(site, release, folder):
    edge = release.rows("dependency")[0]
    release.add("dependency", item=edge["builds_on"][0], builds_on=edge["item"][0])
    with pytest.raises(CommandError, match="stands on itself"):
        load(release.write(folder), "--yes")
    release = Release()
    release.item("bert")["url"] = release.item("gpt-3")["url"]
    with pytest.raises(CommandError, match="has the same address"):
        load(release.write(folder.with_name("other")), "--yes")


def test_a_folder_without_fixtures_is_refused(site, tmp_path):
    with pytest.raises(CommandError, match="no fixtures"):
        load(tmp_path, "--yes")


# Any small edits on both sides.

FIELDS = {
    "title": lambda random: f"Title {random.random()}",
    "annotation_en": lambda random: f"Text {random.random()}",
    "annotation_zh_hans": lambda random: f"文 {random.random()}",
    "gloss_zh_hans": lambda random: random.choice(["", "题", "目"]),
    "year": lambda random: random.choice([None, 1999, 2024]),
    "effort": lambda random: random.choice(Item.Effort.values),
    "has_more_authors": lambda random: random.choice([True, False]),
    "state": lambda random: random.choice(Item.State.values),
}


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_edited_each_field_follows_who_changed_it(site, release, folder, seed):
    random = Random(seed)
    shipped = {row["slug"]: dict(row) for row in release.rows("item")}
    for _ in range(40):
        field = random.choice(list(FIELDS))
        slug = random.choice(list(shipped))
        release.item(slug)[field] = FIELDS[field](random)
    for _ in range(40):
        field = random.choice(list(FIELDS))
        item = Item.objects.get(slug=random.choice(list(shipped)))
        setattr(item, field, FIELDS[field](random))
        item.save()
    here = {item["slug"]: item for item in table(Item)}
    before = reading()
    load(release.write(folder), "--yes")
    after = {item["slug"]: item for item in table(Item)}
    for slug, old in shipped.items():
        for field in FIELDS:
            untouched = here[slug][field] == old[field]
            expected = release.item(slug)[field] if untouched else here[slug][field]
            assert after[slug][field] == expected, (slug, field)
    assert reading() == before
    assert positions_are_dense()
