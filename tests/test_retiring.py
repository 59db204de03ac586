"""An item is retired with a reason and a replacement; readers keep everything, and are told why."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from reversion.models import Revision

from canon.models import Item, Mark, Note, Status, write_note
from tests.pages import get
from tests.readers import make_reader
from tests.test_admin import change_page, errors, filled_in

pytestmark = pytest.mark.django_db

ITEMS = "/admin/canon/item/"
RETIRE = "/admin/canon/item/retire/"


def item(slug="bert"):
    return Item.objects.get(slug=slug)


def retire(desk, *items, **fields):
    data = {"_selected_action": [one.pk for one in items], "reason_en": "Out of date.", **fields}
    return desk.post(RETIRE, data)


# At the desk


def test_the_action_asks_for_a_reason_and_changes_nothing_yet(desk):
    data = {"action": "retire", "_selected_action": [item().pk, item("gpt").pk]}
    page = desk.post(ITEMS, data).content.decode()
    assert "2 items leave the canon" in page
    assert item().state == Item.State.PUBLISHED


def test_items_are_retired_with_reason_and_replacement_as_one_act(desk, curator):
    new = item("gpt-3")
    fields = {"reason_zh_hans": "过时了。", "replaced_by": new.pk}
    assert retire(desk, item(), item("gpt"), **fields).status_code == 302
    for slug in ("bert", "gpt"):
        gone = item(slug)
        assert gone.is_retired
        assert gone.retirement_reason_en == "Out of date."
        assert gone.retirement_reason_zh_hans == "过时了。"
        assert gone.replaced_by == new
        assert gone.retired_at
    assert "Out of date." in Revision.objects.get(user=curator).comment


def test_the_form_of_an_item_leads_to_the_same_question(desk):
    address = f"{RETIRE}?ids={item().pk}"
    assert address in desk.get(change_page(item())).content.decode()
    assert item().title in desk.get(address).content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reason_en": " "}, "required"),
        ({"replaced_by": "bert"}, "cannot replace itself"),
        ({"replaced_by": "gpt"}, "cannot replace itself"),
        ({"replaced_by": "gpt-4"}, "Only what is published"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_is_retired(desk, fields, message):
    Item.objects.filter(slug="gpt-4").update(state="draft")
    if "replaced_by" in fields:
        fields = {"replaced_by": item(fields["replaced_by"]).pk}
    response = retire(desk, item(), item("gpt"), **fields)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Item.objects.filter(state="retired").exists()


def test_replacements_never_lead_in_a_ring():
    item("bert").retire("Out of date.", replaced_by=item("gpt"))
    with pytest.raises(ValidationError, match="Only what is published"):
        item("gpt").retire("Out of date.", replaced_by=item("bert"))


def test_a_draft_is_left_alone_and_said_why(desk):
    Item.objects.filter(slug="gpt").update(state="draft")
    retire(desk, item(), item("gpt"))
    assert item("gpt").state == Item.State.DRAFT
    assert item().is_retired


def test_only_what_is_published_is_offered_as_a_replacement(desk):
    query = {"app_label": "canon", "model_name": "item", "field_name": "replaced_by"}

    def offered():
        found = desk.get("/admin/autocomplete/", {**query, "term": "BERT"}).json()
        return {row["id"] for row in found["results"]}

    assert str(item().pk) in offered()
    Item.objects.filter(slug="bert").update(state="draft")
    assert str(item().pk) not in offered()


def test_the_form_retires_only_with_a_reason(desk):
    data = filled_in(desk.get(change_page(item()))) | {"state": "retired"}
    assert "Readers need a reason" in errors(desk.post(change_page(item()), data))
    data["retirement_reason_en"] = "Out of date."
    assert desk.post(change_page(item()), data).status_code == 302
    assert item().is_retired


def test_the_form_takes_no_reason_for_what_stays(desk):
    data = filled_in(desk.get(change_page(item()))) | {"retirement_reason_en": "Out of date."}
    assert "Only what is retired" in errors(desk.post(change_page(item()), data))


def test_the_form_brings_an_item_back_without_reason_and_replacement(desk):
    item().retire("Out of date.", replaced_by=item("gpt"))
    data = filled_in(desk.get(change_page(item()))) | {"state": "published"}
    assert desk.post(change_page(item()), data).status_code == 302
    assert item().replaced_by is None
    assert not item().retirement_reason_en


def test_the_form_of_a_replaced_item_saves_though_the_replacement_was_retired_since(desk):
    item().retire("Out of date.", replaced_by=item("gpt"))
    item("gpt").retire("Out of date, too.")
    data = filled_in(desk.get(change_page(item())))
    assert desk.post(change_page(item()), data).status_code == 302


def test_a_reader_may_retire_nothing(client):
    client.force_login(make_reader())
    assert retire(client, item()).status_code in {302, 403}
    assert client.get(f"{RETIRE}?ids={item().pk}").status_code in {302, 403}
    assert not item().is_retired


# The reader's side


@pytest.fixture
def reader(db):
    reader = make_reader(news_seen_at=timezone.now())
    item().mark(reader, Status.READING)
    write_note(reader, item(), "Mine.", based_on=0)
    return reader


def test_marks_and_notes_stay(reader):
    item().retire("Out of date.", replaced_by=item("gpt"))
    assert Mark.objects.get(user=reader, item=item()).status == Status.READING
    assert Note.objects.get(user=reader, item=item()).text == "Mine."


def test_the_page_of_the_item_tells_why_and_what_instead(client):
    item().retire("Out of date.", "过时了。", item("gpt"))
    notice = get(client, "/items/bert/").one("div", class_="notice")
    assert "Out of date." in notice.text
    assert "/items/gpt/" in [link["href"] for link in notice.all("a")]
    assert "过时了。" in get(client, "/zh-hans/items/bert/").one("div", class_="notice").text


def test_a_reason_without_translation_is_shown_in_english_and_says_so(client):
    item().retire("Out of date.")
    page = client.get("/zh-hans/items/bert/").content.decode()
    assert '<span lang="en">Out of date.</span> <span class="fallback">' in page


@pytest.mark.parametrize("replacement", [None, "gpt"])
def test_the_news_tell_why(client, reader, replacement):
    item().retire("Out of date.", replaced_by=replacement and item(replacement))
    client.force_login(reader)
    assert "Out of date." in client.get("/reading/").content.decode()
