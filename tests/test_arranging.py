"""The page on which curators arrange the canon, as it works with forms alone and for its script."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from reversion.models import Revision, Version

from canon.models import Item, Section
from tests.readers import make_reader
from tests.test_admin import change_page, filled_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/canon/item/arrange/"
AS_SCRIPT = {"HX-Request": "true"}


def item(slug="bert"):
    return Item.objects.get(slug=slug)


def section(slug="agents"):
    return Section.objects.get(slug=slug)


def move(desk, slug="bert", to="agents", position=2, **options):
    data = {"item": item(slug).pk, "section": section(to).pk, "position": position}
    return desk.post(PAGE, data, **options)


def places():
    return dict(Item.objects.values_list("slug", "position"))


def test_the_page_shows_every_section_and_item_in_order_with_its_state(desk):
    Item.objects.filter(slug="bert").update(state="draft")
    html = desk.get(PAGE).content.decode()
    titles = [
        f">{one.title}</a>" for one in Item.objects.in_canon_order().exclude(title__regex="[&'<]")
    ]
    assert titles == sorted(titles, key=html.index)
    assert html.count('class="state"') == 1


def test_it_is_found_from_the_index_and_from_the_list(desk):
    for page in ("/admin/", "/admin/canon/item/"):
        assert f'href="{PAGE}"' in desk.get(page).content.decode()


def test_a_form_moves_an_item_by_number_and_offers_to_undo_it(desk, curator):
    before = places()
    shown = desk.get(PAGE, {"move": item().pk}).content.decode()
    assert shown.count('class="number-form"') == 1
    response = move(desk, follow=True)
    assert (item().section, item().position) == (section(), 2)
    html = response.content.decode()
    assert "to 2 in “Agents”." in html
    assert Revision.objects.filter(user=curator, comment__contains="to 2 in “Agents”").count() == 1
    undo = response.context["undo"]
    desk.post(PAGE, undo)
    assert places() == before


def test_a_move_makes_one_version_of_the_moved_item(desk):
    move(desk)
    told = Version.objects.filter(content_type__model="item", revision__comment__contains="Moved")
    assert [version.object_id for version in told] == [str(item().pk)]


def test_the_script_gets_the_truth_of_the_touched_sections(desk):
    was_in = item().section_id
    html = move(desk, headers=AS_SCRIPT).content.decode()
    assert "<html" not in html
    assert html.count("data-section=") == 2
    assert f'id="section-{was_in}"' in html
    assert f'id="section-{section().pk}"' in html


@pytest.mark.parametrize("position", ["", 99])
def test_no_number_or_too_large_a_one_is_the_last(desk, position):
    move(desk, position=position)
    assert item().position == section().items.count()


def test_a_move_to_where_the_item_stands_is_no_act(desk):
    here = item()
    move(desk, to=here.section.slug, position=here.position)
    assert not Revision.objects.exists()


@pytest.mark.parametrize("headers", [{}, AS_SCRIPT])
def test_what_is_gone_is_said_and_the_page_is_as_it_is(desk, headers):
    data = {"item": 987654, "section": section().pk, "position": 1}
    response = desk.post(PAGE, data, headers=headers)
    assert response.status_code == 409
    html = response.content.decode()
    assert "somebody has deleted it" in html
    assert html.count("data-section=") == Section.objects.count()


def test_nonsense_is_refused(desk):
    assert move(desk, position="first").status_code == 422
    assert move(desk, position=-3).status_code == 422
    assert desk.get(PAGE, {"undo": 1, "item": "x"}).status_code == 200
    assert desk.get(PAGE, {"move": "x"}).status_code == 200


def test_sections_move_among_their_siblings_and_back(desk):
    before = list(Section.objects.values_list("slug", flat=True))
    data = {"moved_section": section("foundations").pk, "place": 1}
    response = desk.post(PAGE, data, follow=True)
    assert Section.objects.first() == section("foundations")
    assert "to place 1" in response.content.decode()
    desk.post(PAGE, response.context["undo"])
    assert list(Section.objects.values_list("slug", flat=True)) == before


def test_the_page_takes_as_many_queries_for_more_items(desk):
    def count(headers):
        with CaptureQueriesContext(connection) as queries:
            desk.get(PAGE, headers=headers)
        return len(queries)

    before = count({}), count(AS_SCRIPT)
    Item.objects.bulk_create(
        Item(
            slug=f"copy-{n}",
            title=f"Copy {n}",
            section=section(),
            position=100 + n,
            url=f"https://example.org/{n}",
            kind="paper",
            difficulty="advanced",
            effort="hour",
        )
        for n in range(50)
    )
    Section.objects.create(slug="more", title_en="More")
    assert (count({}), count(AS_SCRIPT)) == before


def test_who_may_not_change_items_sees_and_moves_nothing(client):
    onlooker = make_reader("onlooker@example.org", is_staff=True)
    onlooker.user_permissions.add(Permission.objects.get(codename="view_item"))
    for who in (make_reader(), onlooker):
        client.force_login(who)
        assert client.get(PAGE).status_code in {302, 403}
        assert move(client).status_code in {302, 403}
    assert item().section != section()


def test_who_may_not_change_sections_moves_none(client):
    helper = make_reader("helper@example.org", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="change_item"))
    client.force_login(helper)
    assert "moved_section" not in client.get(PAGE).content.decode()
    data = {"moved_section": section("foundations").pk, "place": 1}
    assert client.post(PAGE, data).status_code == 403
    assert section("foundations").position == 2


# The forms of items and sections


def test_a_number_that_is_only_sent_back_does_not_move_what_others_moved(desk):
    shown = item()
    sent = filled_in(desk.get(change_page(shown))) | {"annotation_en": "Another one."}
    item("gpt-3").move_to(shown.section, 1)
    now = item().position
    assert now != shown.position
    assert desk.post(change_page(shown), sent).status_code == 302
    assert item().annotation_en == "Another one."
    assert item().position == now


def test_the_form_of_a_section_asks_for_its_place_among_its_siblings(desk):
    agents = section()
    address = f"/admin/canon/section/{agents.pk}/change/"
    shown = desk.get(address)
    assert "position" not in shown.context["adminform"].form.fields
    data = filled_in(shown)
    assert data["place"] == 3
    assert desk.post(address, {**data, "place": 1}).status_code == 302
    siblings = section("landmarks").children.order_by("position")
    assert siblings.first() == agents
    data = filled_in(desk.get(address))
    assert desk.post(address, {**data, "place": ""}).status_code == 302
    assert siblings.last() == agents
