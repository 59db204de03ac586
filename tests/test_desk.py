"""The curators' desk tells what needs attention, and its lists narrow to just that, fast."""

import datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from reversion.models import Version

from canon.admin import site
from canon.models import (
    Author,
    Authorship,
    Dependency,
    Finding,
    Item,
    Link,
    LinkCheck,
    Outcome,
    Section,
)
from tests.pages import get
from tests.readers import make_curator, make_reader
from tests.test_admin import change_page, filled_in

pytestmark = pytest.mark.django_db

INDEX = "/admin/"
ITEMS = "/admin/canon/item/"
LISTS = [
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
]


@pytest.fixture
def curator(client):
    user = make_curator()
    client.force_login(user)
    return user


def concerns(client, page=INDEX):
    """Return the sentences on the desk and where each leads."""
    part = get(client, page).one("section", "desk-attention")
    return {link.text: link["href"] for link in part.all("a")}


def listed(client, page, **query):
    return list(client.get(page, query).context["cl"].result_list)


def fail(address, days):
    for day in range(days):
        moment = timezone.now() + datetime.timedelta(days=day)
        LinkCheck.objects.record(address, Finding(Outcome.GONE, 404), moment)


def trouble():
    """Let everything there is need attention, once."""
    Item.objects.filter(slug="bert").update(state=Item.State.DRAFT)
    Item.objects.filter(slug="gpt").update(annotation_zh_hans="")
    Item.objects.filter(slug="gpt-3").update(translation_is_stale=True)
    Section.objects.filter(slug="agents").update(translation_is_stale=True)
    fail(Item.objects.get(slug="gpt-4").url, 3)
    reader = make_reader()
    reader.suggestions.create(kind="item", url="https://example.org/wish", title="A wish")


def grow(numbers):
    """Add rows of every kind, all of which need attention."""
    section = Section.objects.get(slug="agents")
    base = Item.objects.get(slug="bert")
    for n in numbers:
        reader = make_reader(f"another{n}@example.org")
        Group.objects.create(name=f"Group {n}").user_set.add(reader)
        item = Item.objects.create(
            slug=f"new-{n}",
            title=f"New {n}",
            section=section,
            position=1000 + n,
            url=f"https://example.org/new/{n}",
            kind="paper",
            difficulty="advanced",
            effort="hour",
        )
        Link.objects.create(item=item, kind="video", url=f"https://example.org/video/{n}")
        author = Author.objects.create(slug=f"new-{n}", name=f"New {n}")
        Authorship.objects.create(item=item, author=author)
        Dependency.objects.bulk_create([Dependency(item=item, builds_on=base)])
        Section.objects.create(
            slug=f"new-{n}", parent=section, position=1000 + n, title_en=f"New {n}"
        )
        fail(item.url, 1)
        reader.suggestions.create(kind="item", url=f"https://example.org/{n}", section=section)
        item.mark(reader, "read")


# The index


def test_nothing_needs_attention_in_the_shipped_canon(client, curator):
    assert concerns(client) == {}
    assert "Nothing needs attention." in client.get(INDEX).content.decode()


def test_the_desk_tells_what_needs_attention_and_leads_there(client, curator):
    trouble()
    told = concerns(client)
    assert set(told) == {
        "1 draft",
        "1 dead link",
        "1 open suggestion",
        "1 item without a Chinese annotation",
        "1 item whose English is newer than its Chinese",
        "1 section whose English is newer than its Chinese",
    }
    for sentence, address in told.items():
        assert len(listed(client, address)) == 1, sentence


def test_the_lists_have_as_many_rows_as_the_desk_says(client, curator):
    trouble()
    grow(range(3))
    Item.objects.filter(slug="codex").update(state=Item.State.RETIRED, annotation_zh_hans="")
    for sentence, address in concerns(client).items():
        assert sentence.startswith(f"{len(listed(client, address))} ")


def test_the_desk_leads_to_lists_in_the_language_of_the_page(client, curator):
    trouble()
    assert all(
        address.startswith("/zh-hans/admin/")
        for address in concerns(client, "/zh-hans/admin/").values()
    )


def test_who_may_not_see_something_is_not_told_of_it(client, curator):
    trouble()
    Group.objects.get(name="Curators").permissions.remove(
        *Permission.objects.filter(codename__in=["view_suggestion", "change_suggestion"])
    )
    assert "1 open suggestion" not in concerns(client)
    assert "1 draft" in concerns(client)


def test_a_list_of_one_app_is_not_the_desk(client, curator):
    trouble()
    assert "desk-attention" not in client.get("/admin/canon/").content.decode()


def test_tools_are_offered_to_who_may_use_them(client, curator, monkeypatch):
    tools = [
        site.Tool("admin:canon_item_add", "Add by hand", "canon.add_item"),
        site.Tool("admin:auth_group_add", "Not for curators", "auth.add_group"),
    ]
    monkeypatch.setattr("canon.admin.attention.DESK_TOOLS", tools)
    (tool,) = get(client, INDEX).one("nav", "desk-tools").all("a")
    assert (tool.text, tool["href"]) == ("Add by hand", "/admin/canon/item/add/")


def test_every_tool_leads_to_a_page(admin_client):
    for tool in site.DESK_TOOLS:
        labels = {link.text: link["href"] for link in get(admin_client, INDEX).all("a", "button")}
        assert admin_client.get(labels[str(tool.label)]).status_code == 200


# Lists


def test_items_are_narrowed_to_a_section_with_all_below_it(client, curator):
    parent = Section.objects.filter(children__isnull=False).first()
    below = Item.objects.filter(section__in=[parent, *parent.children.all()])
    found = listed(client, ITEMS, within=parent.slug)
    assert {*below} <= {*found}
    assert len(found) < Item.objects.count()
    choices = client.get(ITEMS).content.decode()
    assert f"\N{EM SPACE}{parent.children.first().title}" in choices


def test_items_are_narrowed_by_their_links(client, curator):
    dead, failing = Item.objects.get(slug="bert"), Item.objects.get(slug="gpt")
    fail(dead.url, 3)
    link = Link.objects.create(item=failing, kind="video", url="https://example.org/gone")
    fail(link.url, 1)
    assert listed(client, ITEMS, links="dead") == [dead]
    assert {*listed(client, ITEMS, links="failing")} == {dead, failing}


def test_items_are_narrowed_by_their_translation(client, curator):
    Item.objects.filter(slug="bert").update(annotation_zh_hans=None)
    Item.objects.filter(slug="gpt").update(translation_is_stale=True)
    (missing,) = listed(client, ITEMS, translation="missing")
    (stale,) = listed(client, ITEMS, translation="stale")
    assert (missing.slug, stale.slug) == ("bert", "gpt")


@pytest.mark.parametrize("field", ["within", "links", "translation"])
def test_a_filter_that_is_not_there_narrows_nothing_away_by_mistake(client, curator, field):
    response = client.get(ITEMS, {field: "nonsense"})
    assert response.status_code == 200


@pytest.mark.parametrize("field", ["kind", "difficulty", "effort", "language", "state"])
def test_items_are_narrowed_by_what_they_are(client, curator, field):
    value = getattr(Item.objects.get(slug="bert"), field)
    found = listed(client, ITEMS, **{f"{field}__exact": value})
    assert {getattr(item, field) for item in found} == {value}


def test_the_list_says_how_many_readers_finished_an_item_and_not_who(client, curator):
    item = Item.objects.get(slug="bert")
    for number, status in enumerate(["read", "read", "queued"]):
        item.mark(make_reader(f"reader{number}@example.org"), status)
    response = client.get(ITEMS)
    counts = {row.slug: row.readers_finished for row in response.context["cl"].result_list}
    assert counts["bert"] == 2
    assert counts["gpt"] == 0
    assert "reader0@example.org" not in response.content.decode()


def test_sections_tell_how_many_items_they_hold_and_show(client, curator):
    section = Item.objects.get(slug="bert").section
    Item.objects.filter(slug="bert").update(state=Item.State.DRAFT)
    rows = {row.pk: row for row in listed(client, "/admin/canon/section/")}
    assert rows[section.pk].item_count == section.items.count()
    assert rows[section.pk].published_count == section.items.count() - 1


def test_an_action_of_every_part_is_offered(client, curator):
    html = client.get(ITEMS).content.decode()
    assert 'value="try_links"' in html
    assert 'value="confirm_translations"' in html


# A translation that holds


def stale_item():
    Item.objects.filter(slug="bert").update(translation_is_stale=True)
    return Item.objects.get(slug="bert")


def test_a_chosen_translation_is_said_to_hold_and_history_tells(client, curator):
    item = stale_item()
    data = {"action": "confirm_translations", "_selected_action": [item.pk]}
    html = client.post(ITEMS, data, follow=True).content.decode()
    assert "1 translation is confirmed." in html
    item.refresh_from_db()
    assert not item.translation_is_stale
    assert Version.objects.get_for_object(item).first().revision.user == curator


def test_the_form_asks_whether_the_chinese_holds_only_where_it_is_stale(client, curator):
    item = Item.objects.get(slug="bert")
    assert "translation_holds" not in client.get(change_page(item)).content.decode()
    item = stale_item()
    data = filled_in(client.get(change_page(item)))
    assert client.post(change_page(item), data).status_code == 302
    assert Item.objects.get(pk=item.pk).translation_is_stale
    data = filled_in(client.get(change_page(item)))
    data |= {"translation_holds": "on", "annotation_en": "Another typo mended."}
    assert client.post(change_page(item), data).status_code == 302
    item.refresh_from_db()
    assert item.annotation_en == "Another typo mended."
    assert not item.translation_is_stale


def test_a_section_is_confirmed_in_its_form_too(client, curator):
    section = Section.objects.get(slug="agents")
    Section.objects.filter(pk=section.pk).update(translation_is_stale=True)
    page = f"/admin/canon/section/{section.pk}/change/"
    data = filled_in(client.get(page)) | {"translation_holds": "on"}
    assert client.post(page, data).status_code == 302
    section.refresh_from_db()
    assert not section.translation_is_stale


# No page takes more queries for more rows


def queries_of(client, page):
    """Return how many rows a page lists, and how many queries it takes."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(page, {"all": ""})
    assert response.status_code == 200
    changelist = response.context.get("cl")
    return len(changelist.result_list) if changelist else 0, len(queries)


@pytest.mark.parametrize("page", [INDEX, *LISTS])
def test_a_page_takes_as_many_queries_for_more_rows(admin_client, page):
    trouble()
    grow(range(2))
    few, before = queries_of(admin_client, page)
    grow(range(2, 20))
    many, after = queries_of(admin_client, page)
    # The first page of a process asks for what the following ones remember.
    assert after <= before
    assert page == INDEX or many >= few + 18


def test_the_form_of_an_item_takes_as_many_queries_for_more_parts(client, curator):
    item = Item.objects.get(slug="gpt-3")
    page = f"{ITEMS}{item.pk}/change/"

    def add_parts(numbers):
        for n in numbers:
            Link.objects.create(item=item, kind="video", url=f"https://example.org/{n}")
            author = Author.objects.create(slug=f"some-{n}", name=f"Some {n}")
            Authorship.objects.create(item=item, author=author)
            others = Item.objects.exclude(pk=item.pk).exclude(dependents__item=item)
            base = others.exclude(dependencies__builds_on=item).order_by("pk")[0]
            Dependency.objects.bulk_create([Dependency(item=item, builds_on=base)])

    add_parts(range(2))
    _none, before = queries_of(client, page)
    add_parts(range(2, 12))
    _none, after = queries_of(client, page)
    assert after <= before
