"""What both curators and a newer shipped canon changed is left alone until somebody decides."""

import pytest
from django.core.management import CommandError, call_command

from canon.models import Author, Authorship, Dependency, Item, Link, Section, Shipment, Status
from canon.shipping import StalePlanError, Wishes, carry_out, make_plan, read_fixtures
from tests.processes import run_at_once
from tests.readers import make_reader
from tests.shipments import (
    FOLDER,
    Release,
    everything,
    load,
    positions_are_dense,
    reading,
    remember_shipment,
    slugs_in,
)

pytestmark = pytest.mark.django_db

OPEN = 3  # the exit code that says so


@pytest.fixture
def site():
    """A site whose canon is as it was shipped, with a reader of it."""
    remember_shipment()
    reader = make_reader()
    for slug in ("gpt-3", "bert", "babyagi"):
        Item.objects.get(slug=slug).mark(reader, Status.READ)
    return reader


@pytest.fixture
def release():
    """The next release, which a test changes."""
    return Release()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "release"


@pytest.fixture
def at_odds(site, release, folder):
    """A release that has other texts than curators gave two items; its folder."""
    for slug in ("gpt-3", "bert"):
        release.item(slug)["annotation_en"] = "Shipped."
        Item.objects.filter(slug=slug).update(annotation_en="Curated.")
    return release.write(folder)


def text(slug):
    return Item.objects.get(slug=slug).annotation_en


def add_item(slug, **fields):
    """Add a published item as a curator does."""
    facts = {"kind": "paper", "difficulty": "advanced", "effort": "day", "state": "published"}
    place = {"section": Section.objects.get(slug="agents"), "position": 1}
    address = f"https://curated.example.org/{slug}"
    return Item.objects.create(
        **{"slug": slug, "title": slug, "url": address, **facts, **place, **fields}
    )


# Deciding.


def test_a_conflict_is_told_with_both_texts_and_left_as_it_is_here(at_odds, capsys):
    assert load(at_odds, "--yes") == OPEN
    assert (text("gpt-3"), text("bert")) == ("Curated.", "Curated.")
    said = capsys.readouterr().out
    assert "Conflicts, left as they are here: 2" in said
    assert "  annotation_en@gpt-3\n    here:    Curated.\n    shipped: Shipped.\n" in said


def test_an_open_conflict_is_found_again_the_next_time(at_odds):
    load(at_odds, "--yes")
    assert load(at_odds, "--yes") == OPEN
    assert load(at_odds, "--yes", "--take", "annotation_en@gpt-3") == OPEN
    assert (text("gpt-3"), text("bert")) == ("Shipped.", "Curated.")
    assert load(at_odds, "--yes", "--keep", "annotation_en@bert") == 0
    assert load(at_odds, "--yes") == 0
    assert (text("gpt-3"), text("bert")) == ("Shipped.", "Curated.")


def test_all_conflicts_can_be_decided_at_once_but_for_those_that_are_named(at_odds):
    assert load(at_odds, "--yes", "--take-theirs", "--keep", "bert") == 0
    assert (text("gpt-3"), text("bert")) == ("Shipped.", "Curated.")


def test_keeping_all_settles_all(at_odds):
    assert load(at_odds, "--yes", "--keep-ours") == 0
    assert load(at_odds, "--yes") == 0
    assert (text("gpt-3"), text("bert")) == ("Curated.", "Curated.")


def test_taking_all_conflicts_takes_nothing_that_only_curators_changed(at_odds):
    Item.objects.filter(slug="rag").update(annotation_en="Curated.")
    assert load(at_odds, "--yes", "--take-theirs") == 0
    assert text("rag") == "Curated."
    assert load(at_odds, "--yes", "--take", "rag") == 0
    assert text("rag") == Release().item("rag")["annotation_en"]


def test_a_name_that_nothing_has_is_refused(at_odds):
    before = everything()
    with pytest.raises(CommandError, match="called annotation@gpt-3"):
        load(at_odds, "--yes", "--take", "annotation@gpt-3")
    assert everything() == before


def test_what_is_the_same_on_both_sides_by_now_is_no_conflict(site, release, folder):
    release.item("gpt-3")["annotation_en"] = "The same."
    Item.objects.filter(slug="gpt-3").update(annotation_en="The same.")
    assert load(release.write(folder), "--yes") == 0


# On a terminal.


def at_terminal(monkeypatch, *answers):
    """Let the command believe in a terminal where somebody gives these answers."""
    left = list(answers)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("django.core.management.base.OutputWrapper.isatty", lambda _self: True)
    monkeypatch.setattr("builtins.input", lambda _question: left.pop(0))
    return left


def test_on_a_terminal_each_conflict_is_asked_about_and_then_the_whole(at_odds, monkeypatch):
    left = at_terminal(monkeypatch, "t", "k", "y")
    assert load(at_odds) == 0
    assert left == []
    assert {text("gpt-3"), text("bert")} == {"Shipped.", "Curated."}


def test_on_a_terminal_nothing_is_written_without_a_yes(at_odds, monkeypatch):
    before = everything()
    at_terminal(monkeypatch, "t", "t", "")
    assert load(at_odds) == 0
    at_terminal(monkeypatch, "q", "n")
    assert load(at_odds) == OPEN
    assert load(at_odds, "--no-input") == OPEN
    assert everything() == before


# Where nobody knows what was shipped before.


def test_without_a_known_shipment_every_difference_is_a_conflict(release, folder, capsys):
    release.item("gpt-3")["annotation_en"] = "Shipped."
    release.add("author", slug="ziming-liu", name="Ziming Liu", kind="person")
    release.add_item("kan")
    release.add("authorship", item="kan", author="ziming-liu", position=1)
    release.add("dependency", item="kan", builds_on="bert")
    before = everything()
    assert load(release.write(folder), "--check") == OPEN
    assert everything() == before
    assert load(folder, "--yes") == OPEN
    assert text("gpt-3") != "Shipped."
    assert not Item.objects.filter(slug="kan").exists()
    assert "not known what was shipped before" in capsys.readouterr().out
    assert load(folder, "--yes") == OPEN
    assert load(folder, "--yes", "--take-theirs") == 0
    assert text("gpt-3") == "Shipped."
    assert [author.slug for author in Item.objects.get(slug="kan").byline] == ["ziming-liu"]
    assert load(folder, "--yes") == 0


def test_a_site_that_is_as_shipped_only_needs_to_be_told_so():
    assert load(FOLDER, "--yes") == 0
    assert Shipment.objects.count() == 1


# Rows.


def test_what_curators_deleted_stays_deleted_and_is_a_conflict_only_if_it_changed(
    site, release, folder
):
    Item.objects.get(slug="rag").delete()
    Item.objects.get(slug="nerf").delete()
    Link.objects.filter(item__slug="gpt").delete()
    release.item("nerf")["annotation_en"] = "Shipped."
    assert load(release.write(folder), "--yes") == OPEN
    assert not Item.objects.filter(slug__in=["rag", "nerf"]).exists()
    assert load(folder, "--yes", "--take", "nerf") == 0
    back = Item.objects.get(slug="nerf")
    assert back.annotation_en == "Shipped."
    assert back.byline
    assert not Item.objects.filter(slug="rag").exists()
    assert positions_are_dense()


def test_what_left_the_release_but_was_changed_here_is_asked_about(site, release, folder):
    Item.objects.filter(slug="bert").update(annotation_en="Curated.")
    release.drop_item("bert")
    assert load(release.write(folder), "--yes") == OPEN
    assert load(folder, "--yes") == OPEN
    assert Item.objects.get(slug="bert").state == Item.State.PUBLISHED
    assert load(folder, "--yes", "--keep", "bert") == 0
    assert load(folder, "--yes") == 0
    assert Item.objects.get(slug="bert").state == Item.State.PUBLISHED


def test_what_left_the_release_can_be_let_go(site, release, folder):
    Item.objects.filter(slug="bert").update(annotation_en="Curated.")
    release.drop_item("bert")
    assert load(release.write(folder), "--yes", "--take", "bert") == 0
    assert Item.objects.get(slug="bert").is_retired


def test_a_section_in_which_curators_put_something_stays(site, release, folder):
    Item.objects.get(slug="bert").move_to(Section.objects.get(slug="biology-and-medicine"))
    for row in release.rows("item"):
        if row["section"] == ["biology-and-medicine"]:
            row.update(section=["agents"], position=50)
    release.drop(lambda kind, f: kind == "section" and f["slug"] == "biology-and-medicine")
    assert load(release.write(folder), "--yes") == 0
    assert slugs_in("biology-and-medicine") == ["bert"]
    assert positions_are_dense()


def test_a_reason_for_retiring_waits_with_the_state_it_belongs_to(site, release, folder):
    release.item("bert").update(state="retired", retirement_reason_en="Outdated.")
    Item.objects.filter(slug="bert").update(state="draft")
    assert load(release.write(folder), "--yes") == OPEN
    assert Item.objects.get(slug="bert").retirement_reason_en in {"", None}
    assert load(folder, "--yes", "--take-theirs") == 0
    item = Item.objects.get(slug="bert")
    assert (item.state, item.retirement_reason_en) == ("retired", "Outdated.")


# What would not hold together.


def test_an_edge_that_would_close_a_cycle_is_left_out(site, release, folder, capsys):
    Dependency.objects.create(
        item=Item.objects.get(slug="nerf"), builds_on=Item.objects.get(slug="gpt")
    )
    release.add("dependency", item="gpt", builds_on="nerf")
    assert load(release.write(folder), "--yes", "--take-theirs") == OPEN
    assert "gpt/builds-on/nerf" in capsys.readouterr().out
    assert not Dependency.objects.filter(item__slug="gpt", builds_on__slug="nerf").exists()
    assert load(folder, "--yes", "--keep", "gpt/builds-on/nerf") == 0
    assert load(folder, "--yes") == 0


def test_the_same_work_under_another_slug_is_left_out_with_its_parts(site, release, folder, capsys):
    add_item("kan-curated", url="http://www.example.org/kan/")
    release.add("author", slug="ziming-liu", name="Ziming Liu", kind="person")
    release.add_item("kan", url="https://example.org/kan")
    release.add("authorship", item="kan", author="ziming-liu", position=1)
    release.add("dependency", item="kan", builds_on="bert")
    assert load(release.write(folder), "--yes", "--take-theirs") == OPEN
    assert "kan-curated is the same work under another slug" in capsys.readouterr().out
    assert not Item.objects.filter(slug="kan").exists()
    Item.objects.get(slug="kan-curated").delete()
    assert load(folder, "--yes") == 0
    assert Authorship.objects.filter(item__slug="kan", author__slug="ziming-liu").exists()


def test_an_address_that_another_item_has_here_is_left_out(site, release, folder):
    add_item("kan", url="https://example.org/taken")
    release.item("bert")["url"] = "https://example.org/taken"
    assert load(release.write(folder), "--yes", "--take-theirs") == OPEN
    assert Item.objects.get(slug="bert").url != "https://example.org/taken"


def test_an_item_of_a_section_that_was_deleted_here_is_left_out(site, release, folder):
    section = Section.objects.get(slug="3d-generation")
    for item in section.items.all():
        item.move_to(Section.objects.get(slug="agents"))
    section.delete()
    release.add_item("kan", section="3d-generation")
    assert load(release.write(folder), "--yes") == OPEN
    assert not Item.objects.filter(slug="kan").exists()
    assert load(folder, "--yes", "--take", "section/3d-generation") == 0
    assert slugs_in("3d-generation") == ["kan"]
    assert positions_are_dense()


def test_a_parent_that_stands_below_its_child_here_is_left_out(site, release, folder):
    Section.objects.get(slug="agents").move_to(Section.objects.get(slug="image-generation"))
    release.row("section", slug="image-generation")["parent"] = ["agents"]
    release.row("section", slug="agents")["position"] = 20
    release.row("section", slug="image-generation")["position"] = 21
    assert load(release.write(folder), "--yes", "--take-theirs") == OPEN
    assert Section.objects.get(slug="image-generation").parent.slug == "landmarks"
    assert positions_are_dense()


# Order.


def turn_round(release, section):
    """Ship the items of a section the other way round."""
    rows = [row for row in release.rows("item") if row["section"] == [section]]
    for row in rows:
        row["position"] = len(rows) + 1 - row["position"]


def test_the_shipped_order_is_taken_where_curators_moved_nothing(site, release, folder):
    here = slugs_in("agents")
    add_item("kan", position=2)
    turn_round(release, "agents")
    assert load(release.write(folder), "--yes") == 0
    order = slugs_in("agents")
    assert [slug for slug in order if slug != "kan"] == here[::-1]
    assert order.index("kan") == order.index(here[0]) + 1, "it stays behind what it followed"
    assert positions_are_dense()


def test_where_curators_moved_something_what_is_new_follows_what_it_was_shipped_after(
    site, release, folder
):
    Item.objects.get(slug=slugs_in("agents")[0]).move_to(Section.objects.get(slug="agents"))
    here = slugs_in("agents")
    release.add_item("kan", position=1)
    release.add_item("mamba", position=2)
    shipped_before = [r["slug"] for r in release.rows("item") if r["section"] == ["agents"]][1]
    assert load(release.write(folder), "--yes") == 0
    order = slugs_in("agents")
    assert [slug for slug in order if slug in here] == here
    assert order.index("mamba") == order.index(shipped_before) + 1
    assert positions_are_dense()


def test_two_new_orders_of_one_section_are_a_conflict(site, release, folder):
    Item.objects.get(slug=slugs_in("agents")[0]).move_to(Section.objects.get(slug="agents"))
    here = slugs_in("agents")
    turn_round(release, "agents")
    shipped = slugs_in("agents")
    assert load(release.write(folder), "--yes") == OPEN
    assert slugs_in("agents") == here
    assert load(folder, "--yes") == OPEN
    assert load(folder, "--yes", "--take", "order@section/agents") == 0
    assert slugs_in("agents") != shipped
    assert load(folder, "--yes") == 0
    assert positions_are_dense()


def test_the_order_of_a_byline_and_of_sections_merges_too(site, release, folder):
    one, other = (row for row in release.rows("authorship") if row["item"] == ["state-of-gpt"])
    one["position"], other["position"] = other["position"], one["position"]
    tail = [release.row("section", slug=s) for s in ("audio-generation", "3d-generation")]
    tail[0]["position"], tail[1]["position"] = tail[1]["position"], tail[0]["position"]
    assert load(release.write(folder), "--yes") == 0
    item = Item.objects.get(slug=one["item"][0])
    assert [author.slug for author in item.byline][:2] == [other["author"][0], one["author"][0]]
    assert list(Section.objects.values_list("slug", flat=True))[-2:] == [
        "3d-generation",
        "audio-generation",
    ]


# Together with others.


def test_a_canon_that_changed_since_it_was_shown_is_not_written_to(site, release, folder):
    release.item("gpt-3")["annotation_en"] = "Shipped."
    theirs = read_fixtures(release.write(folder))
    shown = make_plan(theirs, Wishes())
    Item.objects.filter(slug="bert").update(title="Meanwhile")
    before = everything()
    with pytest.raises(StalePlanError):
        carry_out(theirs, Wishes(), shown)
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_of_two_loads_at_once_one_writes_and_the_other_finds_it_done(canon, release, folder):
    remember_shipment()
    reader = make_reader()
    Item.objects.get(slug="gpt-3").mark(reader, Status.READ)
    before = reading()
    release.item("gpt-3")["annotation_en"] = "Shipped."
    release.add_item("kan", position=1)
    script = f"""
from django.core.management import CommandError, call_command
try:
    call_command("load_canon", {str(release.write(folder))!r}, yes=True, verbosity=0)
except CommandError as error:
    assert "meanwhile" in str(error), error
print("done")
"""
    assert run_at_once(script, script) == ["done\n", "done\n"]
    assert slugs_in("agents")[1] == "kan"
    assert Shipment.objects.count() == 2
    assert positions_are_dense()
    assert reading() == before


def test_an_author_that_curators_use_stays_though_no_longer_shipped(site, release, folder):
    slug = release.rows("authorship")[0]["author"][0]
    kan = add_item("kan")
    Authorship.objects.create(item=kan, author=Author.objects.get(slug=slug))
    release.drop(lambda kind, f: [slug] in f.values() or (kind == "author" and f["slug"] == slug))
    assert load(release.write(folder), "--yes") == 0
    assert [author.slug for author in kan.byline] == [slug]


def test_a_merge_of_two_dumps_brings_both_curations_to_either_site(site, release, folder, tmp_path):
    Item.objects.filter(slug="gpt-3").update(annotation_en="Curated.")
    call_command("dump_canon", tmp_path / "here", verbosity=0)
    merged = Release(tmp_path / "here")
    merged.item("bert")["annotation_en"] = "From elsewhere."
    assert load(merged.write(folder), "--yes") == 0
    assert (text("gpt-3"), text("bert")) == ("Curated.", "From elsewhere.")
