"""Sections and items stand where curators put them, numbered without gaps, whoever moves what."""

import pytest
import reversion
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from reversion.models import Version

from canon.models import Item, Section
from tests.conftest import FIXTURES

pytestmark = pytest.mark.django_db


def section(slug):
    return Section.objects.get(slug=slug)


def item(slug):
    return Item.objects.get(slug=slug)


def slugs(section_slug):
    """Return the items of a section, down the page."""
    return list(section(section_slug).items.order_by("position").values_list("slug", flat=True))


def outline():
    """Return the sections, down the page, each with its parent."""
    return list(Section.objects.order_by("position").values_list("slug", "parent__slug"))


def new_item(slug, **fields):
    fields = {"section": section("agents"), **fields}
    return Item.objects.create(
        slug=slug,
        title=slug,
        url=f"https://example.org/{slug}",
        kind="paper",
        difficulty="advanced",
        effort="hour",
        **fields,
    )


@pytest.fixture(autouse=True)
def dense_afterwards(db):
    """Whatever a test does, positions are dense and unique, and parents stand before children."""
    yield
    for each in Section.objects.all():
        positions = list(each.items.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1)), each.slug
    sections = list(Section.objects.order_by("position").values("pk", "position", "parent_id"))
    assert [row["position"] for row in sections] == list(range(1, len(sections) + 1))
    open_ones = []
    for row in sections:
        while open_ones and open_ones[-1] != row["parent_id"]:
            open_ones.pop()
        assert row["parent_id"] is None or open_ones
        open_ones.append(row["pk"])


# Items


@pytest.mark.parametrize("to", [1, 2, 4, 7])
@pytest.mark.parametrize("start", [0, 2, 6])
def test_an_item_is_moved_within_its_section(start, to):
    before = slugs("agents")
    item(before[start]).move_to(section("agents"), to)
    expected = [slug for slug in before if slug != before[start]]
    expected.insert(to - 1, before[start])
    assert slugs("agents") == expected


def test_an_item_is_moved_to_another_section():
    before = slugs("agents")
    item("bert").move_to(section("agents"), 2)
    assert slugs("agents") == [before[0], "bert", *before[1:]]
    assert "bert" not in slugs("llm-new-models")


@pytest.mark.parametrize("position", [None, 99])
def test_an_item_moved_to_nowhere_or_too_far_comes_last(position):
    item("bert").move_to(section("agents"), position)
    assert slugs("agents")[-1] == "bert"


def test_an_item_moved_to_zero_comes_first():
    item("bert").move_to(section("agents"), 0)
    assert slugs("agents")[0] == "bert"


def test_drafts_and_retired_items_keep_their_number_among_the_others():
    first, second, *_rest = slugs("agents")
    Item.objects.filter(slug=first).update(state=Item.State.RETIRED)
    new_item("a-draft", position=2)
    assert slugs("agents")[:3] == [first, "a-draft", second]


def test_a_new_item_without_a_position_comes_last():
    new_item("newcomer")
    assert slugs("agents")[-1] == "newcomer"


def test_a_new_item_is_put_where_it_is_wanted_and_the_others_make_room():
    before = slugs("agents")
    new_item("newcomer", position=3)
    assert slugs("agents") == [*before[:2], "newcomer", *before[2:]]


def test_a_saved_item_goes_to_the_position_it_was_given():
    moved = item(slugs("agents")[3])
    moved.position = 1
    moved.full_clean()
    moved.save()
    assert slugs("agents")[0] == moved.slug


def test_a_saved_item_that_changed_its_section_leaves_no_gap():
    moved = item("bert")
    moved.section, moved.position = section("agents"), 1
    moved.save()
    assert slugs("agents")[0] == "bert"


def test_saving_an_item_that_others_have_moved_meanwhile_leaves_it_where_it_is():
    stale = item("bert")
    item("bert").move_to(section("agents"), 2)
    stale.gloss_zh_hans = "新的"
    stale.save()
    assert slugs("agents")[1] == "bert"
    assert item("bert").gloss_zh_hans == "新的"


def test_moving_an_item_keeps_what_others_have_written_meanwhile():
    stale = item("bert")
    Item.objects.filter(slug="bert").update(annotation_en="Newer.")
    stale.move_to(section("agents"), 2)
    assert item("bert").annotation_en == "Newer."


def test_deleting_items_closes_the_gaps():
    first, second, third, *rest = slugs("agents")
    item(second).delete()
    assert slugs("agents") == [first, third, *rest]
    Item.objects.filter(slug__in=[first, *rest[:2], "bert"]).delete()
    assert slugs("agents") == [third, *rest[2:]]


def test_gaps_that_fixtures_brought_are_closed_by_the_next_move():
    for number, pk in enumerate(section("agents").items.values_list("pk", flat=True), start=1):
        Item.objects.filter(pk=pk).update(position=100 * number)
    before = slugs("agents")
    item(before[-1]).move_to(section("agents"), 1)
    assert slugs("agents") == [before[-1], *before[:-1]]


def test_loading_the_fixtures_brings_their_own_numbers():
    before = list(Item.objects.order_by("slug").values_list("slug", "position"))
    call_command("loaddata", *FIXTURES, verbosity=0)
    assert list(Item.objects.order_by("slug").values_list("slug", "position")) == before


def test_two_items_never_share_a_position_in_the_database():
    first, second = Item.objects.filter(section__slug="agents")[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.filter(pk=second.pk).update(position=first.position)


def test_moving_takes_as_many_queries_in_a_longer_section():
    def count(to):
        with CaptureQueriesContext(connection) as queries:
            item("babyagi").move_to(section("agents"), to)
        return len(queries)

    few = count(1)
    for number in range(150):
        new_item(f"more-{number}")
    assert count(150) == few


def test_a_move_is_one_version_of_the_moved_item_alone():
    with reversion.create_revision():
        reversion.set_comment("Moved")
        item("bert").move_to(section("agents"), 1)
    versions = Version.objects.filter(revision__comment="Moved")
    kept = {(version.content_type.model, version.object_id) for version in versions}
    assert ("item", str(item("bert").pk)) in kept
    assert len([model for model, _pk in kept if model == "item"]) == 1


# Sections


def test_a_section_moves_with_all_below_it():
    before = outline()
    top = [slug for slug, parent in before if parent is None]
    section(top[-1]).move_to(None, 1)
    after = outline()
    assert sorted(after, key=str) == sorted(before, key=str)
    assert [slug for slug, parent in after if parent is None] == [top[-1], *top[:-1]]
    below = [row for row in before if row[1] == top[-1]]
    assert after[1] == below[0]


@pytest.mark.parametrize("place", [None, 99])
def test_a_section_without_a_place_comes_last_among_its_siblings(place):
    section("agents").move_to(section("building"), place)
    children = [slug for slug, parent in outline() if parent == "building"]
    assert children[-1] == "agents"


def test_a_section_moves_below_another_parent():
    target = Section.objects.get(position=1)
    section("agents").move_to(target, 1)
    assert outline()[1] == ("agents", target.slug)


def test_a_section_never_moves_below_itself():
    top = Section.objects.filter(children__children__isnull=False).first()
    below = Section.objects.filter(parent__parent=top).first()
    for parent in (top, below):
        with pytest.raises(ValidationError, match="below itself"):
            top.move_to(parent)


def test_a_new_section_comes_after_the_others_of_its_parent():
    parent = section("building")
    Section.objects.create(slug="new", title_en="New", parent=parent)
    children = [slug for slug, above in outline() if above == "building"]
    assert children[-1] == "new"


def test_a_section_given_a_position_goes_as_near_as_the_outline_allows():
    Section.objects.create(slug="new", title_en="New", position=1)
    assert outline()[0] == ("new", None)
    last = section("new")
    last.position = 900
    last.save()
    assert outline()[-1] == ("new", None)


def test_saving_a_section_that_others_have_moved_leaves_it_where_it_is():
    stale = section("agents")
    section("agents").move_to(section("building"), 1)
    stale.title_en = "Agents and tools"
    stale.position = stale.position
    stale.save()
    assert section("agents").parent == section("building")
    assert section("agents").title_en == "Agents and tools"


def test_deleting_an_empty_section_closes_the_gap_and_a_full_one_is_refused():
    empty = Section.objects.create(slug="new", title_en="New", position=1)
    empty.delete()
    Section.objects.create(slug="new", title_en="New", position=1)
    Section.objects.filter(slug="new").delete()
    with pytest.raises(ProtectedError):
        section("agents").delete()
