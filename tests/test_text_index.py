"""Words are found wherever they stand, whatever the script, and no text is read for nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canon import editions
from canon.editions import current_edition
from canon.text_index import TextIndex
from tests.test_properties import few

TEXTS = ["attention is all you need", "扩散模型 for images", "a model of models", ""]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("attention", [0]),
        ("tent", [0]),
        ("model", [2]),
        ("模型", [1]),
        ("型", [1]),
        ("a", [0, 1, 2]),
        ("ab", []),
        ("all need", []),
    ],
)
def test_a_word_is_found_as_a_part_of_others_too(word, found):
    assert sorted(TextIndex(TEXTS).having(word)) == found


def test_only_texts_that_have_its_pairs_are_looked_through():
    index = TextIndex(TEXTS)
    assert list(index.candidates("models")) == [2]
    assert list(index.candidates("modelz")) == []
    assert len(index.candidates("m")) == len(TEXTS)


def test_a_pair_that_many_texts_have_is_not_compared():
    texts = ["zq qu", *["qu"] * 20, "zq"]
    assert sorted(TextIndex(texts).candidates("zqu")) == [0, 21]
    assert sorted(TextIndex(texts[:3] + texts[-1:]).candidates("zqu")) == [0]


letters = st.text(alphabet="abc扩散 ", max_size=8)


@few
@given(texts=st.lists(letters, max_size=8), word=st.text(alphabet="abc扩散", max_size=4))
def test_it_finds_what_looking_through_everything_finds(texts, word):
    having = TextIndex(texts).having(word)
    assert sorted(having) == [place for place, text in enumerate(texts) if word in text]


@pytest.mark.django_db
def test_a_word_is_looked_for_once_in_an_edition(monkeypatch):
    edition = current_edition()
    found = edition.matching("Scaling")
    assert found
    monkeypatch.setattr(TextIndex, "having", None)
    assert edition.matching("scaling") == found
    with pytest.raises(TypeError):
        edition.matching("scaling unheard")


@pytest.mark.django_db
def test_no_more_than_some_words_are_remembered(monkeypatch):
    monkeypatch.setattr(editions, "MOST_WORDS", 2)
    edition = current_edition()
    words = ["scaling", "model", "扩散", "agents"]
    found = [edition.matching(word) for word in words]
    assert len(edition.words) <= 2
    assert [edition.matching(word) for word in words] == found
    assert len(set(found)) == len(words)
