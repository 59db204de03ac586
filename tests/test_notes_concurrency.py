"""Several processes that write one note at once lose no save that was acknowledged."""

import json

import pytest

from canon.models import Item, write_note
from tests.processes import run_at_once
from tests.readers import make_reader

pytestmark = pytest.mark.django_db(transaction=True)

# A tab in which somebody types: every save is based on the version this tab knows.
TAB = """
import json
item, known, saved, refused = Item.objects.get(slug="bert"), 0, [], 0
while len(saved) < 10:
    text = f"{name} {{len(saved)}}"
    try:
        note = write_note(reader, item, text, based_on=known)
        saved.append([note.version, text])
    except NoteConflictError as conflict:
        refused, note = refused + 1, conflict.current
    known = note.version
print(json.dumps(saved))
"""
# Autosaves that arrive in the wrong order, all based on the version that stood when typing began.
LATE = """
try:
    write_note(reader, Item.objects.get(slug="bert"), {text!r}, based_on=1)
    print("saved")
except NoteConflictError as conflict:
    print("refused")
"""


@pytest.fixture
def reader(canon):
    return make_reader()


def test_every_save_has_a_version_of_its_own_and_the_last_one_stands(reader):
    outcomes = run_at_once(*(TAB.format(name=name) for name in ("one", "two", "three")))
    saved = dict(pair for outcome in outcomes for pair in json.loads(outcome))
    assert sorted(saved) == list(range(1, 31))
    note = reader.notes.get()
    assert (note.version, note.text) == (30, saved[30])


def test_of_autosaves_based_on_one_version_only_one_is_saved(reader):
    write_note(reader, Item.objects.get(slug="bert"), "H", based_on=0)
    texts = ["He", "Hel", "Hell"]
    outcomes = run_at_once(*(LATE.format(text=text) for text in texts))
    assert sorted(outcomes) == ["refused\n", "refused\n", "saved\n"]
    assert reader.notes.get().text == texts[outcomes.index("saved\n")]


def test_the_same_text_from_two_tabs_at_once_is_saved_once(reader):
    same = "print(write_note(reader, Item.objects.get(slug='bert'), 'same', based_on=0).version)"
    assert run_at_once(same, same, same) == ["1\n"] * 3
    assert reader.notes.get().version == 1
