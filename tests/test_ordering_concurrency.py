"""Two curators who reorder the canon at the same moment, while readers mark it."""

import pytest

from canon.models import Item, Section
from tests.processes import run_at_once
from tests.readers import make_reader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(canon):
    return make_reader()


def assert_dense():
    for section in Section.objects.all():
        positions = list(section.items.order_by("position").values_list("position", flat=True))
        assert positions == list(range(1, len(positions) + 1)), section.slug
    positions = list(Section.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))


def test_items_moved_to_and_fro_stay_numbered_without_gaps(reader):
    script = """
agents, models = Section.objects.get(slug={!r}), Section.objects.get(slug={!r})
for item in list(agents.items.all()):
    item.move_to(models, 1)
    item.move_to(agents, 2)
    item.move_to(models, 3)
"""
    slugs = ("agents", "llm-new-models")
    run_at_once(script.format(*slugs), script.format(*reversed(slugs)))
    assert_dense()
    assert Item.objects.count() == 96


def test_adding_deleting_and_moving_together_leave_no_gap(reader):
    add = """
for number in range(8):
    Item.objects.create(
        slug=f"new-{number}", title="New", url=f"https://example.org/{number}", kind="paper",
        difficulty="advanced", effort="hour", position=1,
        section=Section.objects.get(slug="agents"),
    )
"""
    delete = """
for item in list(Item.objects.filter(section__slug="agents"))[:3]:
    item.delete()
Item.objects.filter(section__slug="llm-new-models", position__lt=4).delete()
"""
    move = """
agents = Section.objects.get(slug="agents")
for item in list(Item.objects.filter(section__slug="gentle-introduction")):
    item.move_to(agents, 2)
"""
    run_at_once(add, delete, move)
    assert_dense()
    assert Item.objects.count() == 96 + 8 - 3 - 3


def test_sections_moved_at_once_stay_a_tree(reader):
    move = """
from django.core.exceptions import ValidationError
for _ in range(4):
    first, second = Section.objects.get(slug={!r}), Section.objects.get(slug={!r})
    try:
        first.move_to(second, 1)
    except ValidationError:
        pass
    first.move_to(None, 1)
"""
    run_at_once(move.format("landmarks", "building"), move.format("building", "landmarks"))
    assert_dense()
    parents = dict(Section.objects.values_list("slug", "parent__slug"))
    assert parents["landmarks"] is None
    assert parents["building"] is None


def test_readers_who_mark_a_section_do_not_get_in_the_way(reader):
    move = """
agents = Section.objects.get(slug="agents")
for _ in range(6):
    for item in agents.items.order_by("-position")[:4]:
        item.move_to(agents, 1)
"""
    mark = """
from canon.models import change_marks
for number in range(12):
    items = Item.objects.filter(section__slug="agents").order_by("{}position")
    change_marks(reader, items, "queued" if number % 2 else "")
    change_marks(reader, items, "read")
"""
    run_at_once(move, mark.format(""), mark.format("-"))
    assert_dense()
    assert reader.marks.filter(status="read", item__section__slug="agents").count() == 7


def test_two_who_swap_and_save_forms_with_dependencies_both_succeed(reader):
    script = """
from django.db import transaction
for number in range(6):
    with transaction.atomic():
        item = Item.objects.get(slug={!r})
        item.position = 1 + number % 3
        item.save()
        Dependency.objects.filter(item=item).delete()
        Dependency.objects.create(item=item, builds_on=Item.objects.get(slug="gpt"))
"""
    run_at_once(script.format("bert"), script.format("babyagi"))
    assert_dense()
