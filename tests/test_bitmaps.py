"""Bitmaps say what sets of places would say."""

from hypothesis import given
from hypothesis import strategies as st

from canon.bitmaps import Selection, bitmap_of
from tests.test_properties import few

SIZE = 70  # more than the bits of a machine's word
places = st.frozensets(st.integers(0, SIZE - 1))


@few
@given(places, places)
def test_they_are_cut_joined_and_counted_as_sets(first, second):
    one, other = bitmap_of(first, SIZE), bitmap_of(second, SIZE)
    assert one & other == bitmap_of(first & second, SIZE)
    assert one | other == bitmap_of(first | second, SIZE)
    assert one.bit_count() == len(first)


@few
@given(places, st.slices(SIZE + 5))
def test_what_they_select_keeps_its_order(chosen, part):
    things = range(SIZE)
    selection = Selection(things, bitmap_of(chosen, SIZE))
    assert list(selection) == sorted(chosen)
    assert len(selection) == len(chosen)
    assert selection[part] == sorted(chosen)[part]
    assert [selection[place] for place in range(len(chosen))] == sorted(chosen)


def test_nothing_is_selected_by_nothing():
    assert list(Selection("abc", bitmap_of([], 3))) == []
    assert not Selection([], bitmap_of([], 0))


def test_no_more_is_looked_at_than_is_needed():
    class Things(list):
        def __iter__(self):
            yield from self[:10]
            raise AssertionError

    selection = Selection(Things(range(SIZE)), bitmap_of(range(SIZE), SIZE))
    assert selection[2:5] == [2, 3, 4]
    assert len(selection) == SIZE
