"""Words are found wherever they stand, whatever the script, and no text is read for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canon.text_index import TextIndex
from tests.test_properties import few

TEXTS = {1: "attention is all you need", 2: "扩散模型 for images", 3: "a model of models", 4: ""}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("attention", {1}),
        ("tent", {1}),
        ("model", {3}),
        ("模型", {2}),
        ("型", {2}),
        ("a", {1, 2, 3}),
        ("ab", set()),
        ("all need", set()),
    ],
)
def test_a_word_is_found_as_a_part_of_others_too(word, found):
    assert TextIndex(TEXTS.items()).having(word) == found


def test_only_texts_with_the_rarest_pair_are_looked_through():
    index = TextIndex(TEXTS.items())
    assert [pk for pk, _text in index.candidates("models")] == [3]
    assert list(index.candidates("modelz")) == []
    assert len(list(index.candidates("m"))) == len(TEXTS)


letters = st.text(alphabet="abc扩散 ", max_size=8)


@few
@given(texts=st.lists(letters, max_size=8), word=st.text(alphabet="abc扩散", max_size=4))
def test_it_finds_what_looking_through_everything_finds(texts, word):
    index = TextIndex(enumerate(texts))
    assert index.having(word) == {pk for pk, text in enumerate(texts) if word in text}
