"""What several processes do to one reader's rows at the same moment."""

import pytest

from canon.models import Item, Mark, Note, Status, change_marks
from tests.processes import run_at_once
from tests.readers import make_reader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(canon):
    return make_reader()


def test_two_first_presses_make_one_mark_and_no_error(reader):
    press = "print(Item.objects.get(slug='gpt-3').mark(reader, 'read') is not None)"
    changed = run_at_once(press, press, press)
    assert sorted(changed) == ["False\n", "False\n", "True\n"]
    assert Mark.objects.get().status == Status.READ
    assert reader.reading_events.count() == 1


def test_no_mark_is_lost_when_many_are_made(reader):
    slugs = list(Item.objects.values_list("slug", flat=True)[:24])
    script = "for slug in {}: Item.objects.get(slug=slug).mark(reader, 'read')"
    run_at_once(*(script.format(slugs[n::4]) for n in range(4)))
    assert reader.marks.filter(status=Status.READ).count() == 24


def test_the_places_in_the_queue_stay_apart(reader):
    slugs = list(Item.objects.values_list("slug", flat=True)[:12])
    script = "for slug in {}: Item.objects.get(slug=slug).mark(reader, 'queued')"
    run_at_once(*(script.format(slugs[n::3]) for n in range(3)))
    places = list(reader.marks.values_list("queue_position", flat=True))
    assert len(places) == len(set(places)) == 12


def test_merging_while_marking_loses_neither(reader):
    merge = """
for slug in ("bert", "gpt", "gpt-3", "rag"):
    item = Item.objects.get(slug=slug)
    set_states(reader, {item: lambda state: state.merged_with(MarkState("queued"))})
"""
    mark = """
for slug in ("rag", "gpt-3", "gpt", "nerf"):
    Item.objects.get(slug=slug).mark(reader, "read")
"""
    run_at_once(merge, mark)
    assert dict(reader.marks.values_list("item__slug", "status")) == {
        "bert": "queued",
        "gpt": "read",
        "gpt-3": "read",
        "rag": "read",
        "nerf": "read",
    }


def test_of_two_first_saves_of_a_note_one_is_told_of_the_other(reader):
    script = """
try:
    write_note(reader, Item.objects.get(slug="gpt-3"), {!r}, based_on=0)
    print("saved")
except NoteConflictError as conflict:
    print(conflict.current.text)
"""
    first, second = run_at_once(script.format("one"), script.format("two"))
    text = Note.objects.get().text
    told = {"one": second, "two": first}[text]
    assert told == f"{text}\n"


def test_a_cycle_of_two_curators_is_refused_to_one(reader):
    script = """
from django.core.exceptions import ValidationError
try:
    item, base = Item.objects.get(slug={!r}), Item.objects.get(slug={!r})
    Dependency.objects.create(item=item, builds_on=base)
    print("saved")
except ValidationError:
    print("refused")
"""
    outcomes = run_at_once(script.format("gpt", "nerf"), script.format("nerf", "gpt"))
    assert sorted(outcomes) == ["refused\n", "saved\n"]


def test_accounts_end_while_their_readers_mark(canon):
    readers = [make_reader(f"{name}@example.org") for name in ("reader", *range(20))]
    for reader in readers:
        change_marks(reader, Item.objects.all()[:20], Status.QUEUED)
    everybody = "readers = get_user_model().objects.exclude(email='reader@example.org')\n"
    mark = """
for reader in readers.order_by("pk"):
    try:
        for _time in range(10):
            for status in ("read", "queued"):
                Item.objects.get(slug="gpt-3").mark(reader, status)
    except get_user_model().DoesNotExist:
        pass
"""
    leave = "for reader in readers.order_by('pk'): reader.delete()"
    run_at_once(everybody + mark, everybody + mark, everybody + leave)
    assert Mark.objects.exclude(user=readers[0]).count() == 0
