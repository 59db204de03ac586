"""What an item builds on never leads back to the item itself."""

from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from canon.models import Dependency, Item, Section

pytestmark = pytest.mark.django_db


def make(*slugs):
    """Return a new item for each slug, of the same name, that builds on nothing."""
    section = Section.objects.get(slug="agents")
    return [
        Item.objects.create(
            slug=slug,
            section=section,
            position=100 + number,
            title=f"Title of {slug}",
            url=f"https://example.org/{slug}",
            kind=Item.Kind.PAPER,
            difficulty=Item.Difficulty.ADVANCED,
            effort=Item.Effort.HOUR,
        )
        for number, slug in enumerate(slugs)
    ]


def chain(*items):
    """Let each item build on the next one."""
    for item, builds_on in pairwise(items):
        Dependency.objects.create(item=item, builds_on=builds_on)


def refusals(edge):
    """Return what is said against `edge`, by the check of a form and by saving it all the same."""
    with pytest.raises(ValidationError) as checked:
        edge.full_clean()
    with pytest.raises(ValidationError) as saved:
        edge.save()
    return checked.value.messages, saved.value.messages


@pytest.mark.parametrize("length", [2, 3])
def test_a_cycle_is_refused_with_a_sentence_that_names_both_ends(length):
    items = make("a", "b", "c")[:length]
    chain(*items)
    closing = Dependency(item=items[-1], builds_on=items[0])
    last = items[-1].title
    message = f"“Title of a” already builds on “{last}”: the edge would close a cycle."
    assert refusals(closing) == ([message], [message])
    assert Dependency.objects.filter(item__in=items).count() == length - 1


def test_an_item_cannot_build_on_itself():
    (item,) = make("a")
    message = "An item cannot build on itself."
    assert refusals(Dependency(item=item, builds_on=item)) == ([message], [message])
    assert not item.builds_on.exists()


def test_the_refusal_of_a_cycle_is_chinese_for_a_chinese_curator():
    a, b = make("a", "b")
    chain(a, b)
    with translation.override("zh-hans"):
        for (message,) in refusals(Dependency(item=b, builds_on=a)):
            assert "Title of a" in message
            assert "Title of b" in message
            assert "cycle" not in message
            assert "循环" in message


def test_a_diamond_is_allowed():
    top, left, right, bottom = make("top", "left", "right", "bottom")
    chain(top, left, bottom)
    chain(right, bottom)
    last = Dependency(item=top, builds_on=right)
    last.full_clean()
    last.save()
    assert set(top.builds_on.all()) == set(bottom.built_on_by.all()) == {left, right}


def test_a_short_cut_along_a_chain_is_allowed():
    a, b, c = make("a", "b", "c")
    chain(a, b, c)
    chain(a, c)
    assert set(a.builds_on.all()) == {b, c}


def test_an_edge_can_be_turned_round():
    a, b = make("a", "b")
    chain(a, b)
    edge = Dependency.objects.get(item=a)
    edge.item, edge.builds_on = b, a
    edge.full_clean()
    edge.save()
    assert list(b.builds_on.all()) == [a]


def test_an_edge_that_is_moved_cannot_close_a_cycle_either():
    a, b, c = make("a", "b", "c")
    chain(a, b)
    chain(b, c)
    edge = Dependency.objects.get(item=b)
    edge.builds_on = a
    for (message,) in refusals(edge):
        assert "cycle" in message


def test_the_same_edge_cannot_be_drawn_twice():
    a, b = make("a", "b")
    chain(a, b)
    with pytest.raises(ValidationError, match="already exists"):
        Dependency(item=a, builds_on=b).full_clean()
