"""Curators see an item as readers will, drafts and unsaved changes included; nothing is saved."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from reversion.models import Revision

from canon.models import Author, Authorship, Change, Dependency, Item, Link, Section
from tests.pages import get
from tests.readers import make_curator, make_reader
from tests.test_admin import add_row, change_page, filled_in

pytestmark = pytest.mark.django_db

ADD = "/admin/canon/item/add/"
NEW = "/admin/canon/item/add/preview/"
CANON = (Author, Authorship, Change, Dependency, Item, Link, LogEntry, Revision, Section)


@pytest.fixture
def curator(client):
    user = make_curator()
    client.force_login(user)
    return user


@pytest.fixture
def item():
    return Item.objects.get(slug="med-palm")


@pytest.fixture
def draft(item):
    Item.objects.filter(pk=item.pk).update(state=Item.State.DRAFT)
    return Item.objects.get(pk=item.pk)


def preview_of(item, language=""):
    return f"{language}/admin/canon/item/{item.pk}/preview/"


def everything():
    return [list(model._base_manager.order_by("pk").values()) for model in CANON]


def new_item():
    return {
        "title": "Quibblewort",
        "slug": "quibblewort",
        "url": "https://example.org/quibblewort",
        "annotation_en": "A new one.",
        "annotation_zh_hans": "新的。",
        "section": Section.objects.get(slug="agents").pk,
        "position": 8,
        "state": "draft",
        "kind": "paper",
        "difficulty": "advanced",
        "effort": "hour",
    }


def test_a_saved_draft_is_shown_as_readers_will_see_it(client, curator, draft):
    assert client.get(f"/items/{draft.slug}/").status_code == 404
    response = client.get(preview_of(draft))
    html = response.content.decode()
    assert response.status_code == 200
    assert "readers do not see this yet" in html
    assert draft.annotation_en in html
    assert draft.annotation_zh_hans in client.get(preview_of(draft, "/zh-hans")).content.decode()
    assert Item.objects.get(pk=draft.pk).state == Item.State.DRAFT


def test_a_draft_is_shown_between_its_neighbours_to_be(client, curator, draft):
    page = get(client, preview_of(draft))
    assert page.one("a", rel="prev")


def test_a_form_is_shown_as_if_it_were_saved_and_is_not(client, curator, item):
    data = filled_in(client.get(change_page(item))) | {"annotation_en": "Typed a moment ago."}
    add_row(data, "links", kind="comic", url="https://example.org/comic", item=item.pk, position=9)
    before = everything()
    response = client.post(preview_of(item), data)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("Typed a moment ago.") >= 2  # on its page, and on its card
    assert "https://example.org/comic" in html
    assert "nothing of this is saved yet" in html
    assert everything() == before
    assert "messagelist" not in client.get("/admin/").content.decode()


def test_a_form_is_shown_in_the_language_asked_for(client, curator, item):
    data = filled_in(client.get(change_page(item))) | {"annotation_zh_hans": "刚刚写的。"}
    html = client.post(preview_of(item, "/zh-hans"), data).content.decode()
    assert "刚刚写的。" in html


def test_a_new_item_is_shown_before_it_is_there(client, curator):
    before = everything()
    data = filled_in(client.get(ADD)) | new_item()
    add_row(data, "authorships", author=Author.objects.get(slug="yann-lecun").pk, position=1)
    response = client.post(NEW, data)
    html = response.content.decode()
    assert response.status_code == 200
    assert "Quibblewort" in html
    assert "Yann LeCun" in html
    assert everything() == before


def test_errors_bring_the_form_back_from_where_it_can_be_saved(client, curator, item):
    data = filled_in(client.get(change_page(item))) | {"url": "no address", "title": "Kept"}
    response = client.post(preview_of(item), data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "valid URL" in html, response.context["errors"]
    assert 'value="Kept"' in html
    assert f'action="{change_page(item)}"' in html
    assert Item.objects.get(pk=item.pk).title == item.title


def test_errors_of_a_new_item_bring_the_form_back(client, curator):
    response = client.post(NEW, filled_in(client.get(ADD)))
    assert response.status_code == 422
    assert f'action="{ADD}"' in response.content.decode()


def test_nothing_can_be_marked_in_a_preview(client, curator, item):
    page = get(client, preview_of(item))
    (mark, *more) = page.all("button", class_="tick")
    assert more
    for button in (mark, *more):
        above = button
        while above and "inert" not in above.attributes:
            above = above.parent
        assert above is not None


def test_a_preview_shows_neither_mark_nor_note_of_the_curator(client, curator, item):
    for step in (item, Item.objects.get(slug="gpt-3")):
        step.mark(curator, "read")
    curator.notes.create(item=item, text="My secret thoughts.")
    html = client.get(preview_of(item)).content.decode()
    assert "secret thoughts" not in html
    assert 'data-status="read"' not in html


def test_the_form_offers_a_preview_in_each_language(client, curator, item):
    html = client.get(change_page(item)).content.decode()
    assert f'formaction="{preview_of(item)}" formtarget="_blank"' in html
    assert f'formaction="{preview_of(item, "/zh-hans")}"' in html
    assert f'formaction="{NEW}"' in client.get(ADD).content.decode()


def test_a_draft_has_no_page_to_view_on_the_site(client, curator, item):
    assert f'href="/items/{item.slug}/" class="viewsitelink"' in (
        client.get(change_page(item)).content.decode()
    )
    Item.objects.filter(pk=item.pk).update(state=Item.State.DRAFT)
    assert "viewsitelink" not in client.get(change_page(item)).content.decode()


def test_who_may_not_change_items_sees_no_preview(client, draft):
    data = new_item()
    assert client.get(preview_of(draft)).status_code == 302
    assert client.post(NEW, data).status_code == 302
    client.force_login(make_reader())
    assert client.get(preview_of(draft)).status_code == 302
    staff = get_user_model().objects.create_user("staff@example.org", is_staff=True)
    client.force_login(staff)
    assert client.get(preview_of(draft)).status_code == 403
    assert client.post(preview_of(draft), data).status_code == 403
    assert client.post(NEW, data).status_code == 403


def test_what_is_not_there_has_no_preview(client, curator):
    assert client.get("/admin/canon/item/999999/preview/").status_code == 404
    assert client.get(NEW).status_code == 405
