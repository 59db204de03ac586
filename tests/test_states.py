"""Curators publish items and make them drafts again, and are told what was left alone and why."""

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from reversion.models import Revision

from canon.models import Item, Note, Status, write_note
from tests.readers import make_reader
from tests.test_admin import change_page, errors, filled_in

pytestmark = pytest.mark.django_db

ITEMS = "/admin/canon/item/"


def item(slug="bert"):
    return Item.objects.get(slug=slug)


def put(slug, **values):
    Item.objects.filter(slug=slug).update(**values)
    return item(slug)


def act(desk, action, *items):
    data = {"action": action, "_selected_action": [one.pk for one in items]}
    response = desk.post(ITEMS, data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_drafts_are_published_together_as_one_act(desk, curator):
    drafts = [put(slug, state="draft", published_at=None) for slug in ("bert", "gpt")]
    assert act(desk, "publish", *drafts) == ["2 items published."]
    assert item().state == item("gpt").state == Item.State.PUBLISHED
    assert item().published_at is not None
    revision = Revision.objects.get(user=curator)
    assert revision.comment == "Published"


def test_what_cannot_be_published_is_left_alone_and_said_why(desk):
    bare = put("bert", state="draft", annotation_en="")
    draft, published = put("gpt", state="draft"), item("gpt-3")
    *left, done = act(desk, "publish", bare, draft, published)
    assert done == "1 item published."
    assert any("no English annotation" in text and bare.title in text for text in left)
    assert any("It is published." in text and published.title in text for text in left)
    assert item().state == Item.State.DRAFT


def test_what_nobody_marked_becomes_a_draft_again(desk):
    assert act(desk, "unpublish", item()) == ["1 item is a draft again."]
    assert item().state == Item.State.DRAFT


@pytest.mark.parametrize("trace", ["mark", "note", "log"])
def test_what_a_reader_marked_or_noted_is_never_hidden(desk, trace):
    reader = make_reader()
    if trace == "note":
        write_note(reader, item(), "Mine.", based_on=0)
    else:
        item().mark(reader, Status.READ)
    if trace == "log":
        item().mark(reader, "")
    (message,) = act(desk, "unpublish", item())
    assert "Retire it instead" in message
    assert item().state == Item.State.PUBLISHED


def test_a_returning_item_leaves_reason_and_replacement_behind():
    item().retire("Out of date.", "过时。", item("gpt"))
    item().publish()
    back = item()
    assert back.state == Item.State.PUBLISHED
    assert not back.retirement_reason_en
    assert not back.retirement_reason_zh_hans
    assert back.replaced_by is None
    assert back.retired_at is None


def test_a_verb_keeps_what_another_curator_wrote_meanwhile():
    stale = put("bert", state="draft")
    put("bert", annotation_en="Newer.")
    stale.publish()
    assert item().annotation_en == "Newer."


@pytest.mark.parametrize(
    ("verb", "state"), [("publish", "published"), ("unpublish", "draft"), ("retire", "retired")]
)
def test_a_state_is_not_given_twice(verb, state):
    there = put("bert", state=state)
    arguments = ["Reason."] if verb == "retire" else []
    with pytest.raises(ValidationError):
        getattr(there, verb)(*arguments)


# The form


def test_the_form_publishes_only_with_an_english_annotation(desk):
    draft = put("bert", state="draft")
    data = filled_in(desk.get(change_page(draft))) | {"state": "published", "annotation_en": ""}
    assert "no English annotation" in errors(desk.post(change_page(draft), data))
    assert item().state == Item.State.DRAFT


def test_the_form_does_not_take_the_annotation_from_what_is_published(desk):
    data = filled_in(desk.get(change_page(item()))) | {"annotation_en": " "}
    assert "no English annotation" in errors(desk.post(change_page(item()), data))
    assert item().annotation_en
    assert desk.post(change_page(item()), data | {"state": "draft"}).status_code == 302


def test_the_form_does_not_hide_what_a_reader_noted(desk):
    write_note(make_reader(), item(), "Mine.", based_on=0)
    data = filled_in(desk.get(change_page(item()))) | {"state": "draft"}
    assert "Retire it instead" in errors(desk.post(change_page(item()), data))
    assert Note.objects.count() == 1
    assert item().state == Item.State.PUBLISHED


# Who may


@pytest.mark.parametrize("action", ["publish", "unpublish", "retire"])
def test_a_reader_and_staff_without_rights_change_nothing(client, action):
    for who in (
        make_reader(),
        get_user_model().objects.create_user("staff@example.org", is_staff=True),
    ):
        client.force_login(who)
        data = {"action": action, "_selected_action": [item().pk]}
        assert client.post(ITEMS, data).status_code in {302, 403}
    assert item().state == Item.State.PUBLISHED
