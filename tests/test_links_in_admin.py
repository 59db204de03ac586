"""Curators see in the admin which links fail, and have them tried."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from canon.models import Finding, Item, Link, LinkCheck, Outcome
from tests.web import serve

pytestmark = pytest.mark.django_db

CHECKS = "/admin/canon/linkcheck/"
ITEMS = "/admin/canon/item/"
DAY = datetime.timedelta(days=1)


@pytest.fixture
def admin_user():
    """A superuser without a password: to hash one would take longer than most tests."""
    return get_user_model().objects.create_superuser("admin@example.com")


@pytest.fixture
def web(settings):
    settings.LINK_CHECK_ALLOW_PRIVATE = True
    with serve() as started:
        yield started


def fail(address, days=1):
    for day in range(days):
        moment = timezone.now() + day * DAY
        LinkCheck.objects.record(address, Finding(Outcome.GONE, 404), moment)


def listed(client, **query):
    return [str(row) for row in client.get(CHECKS, query).context["cl"].result_list]


def try_links(client, page, *rows):
    data = {"action": "try_links", "_selected_action": [row.pk for row in rows]}
    return client.post(page, data, follow=True).content.decode()


def test_checks_are_narrowed_to_what_needs_a_curator(admin_client):
    fail("https://example.org/dead", days=3)
    fail("https://example.org/failing")
    moved = Finding(Outcome.WORKS, 200, "https://example.org/new")
    LinkCheck.objects.record("https://example.org/old", moved)
    assert len(listed(admin_client)) == 3
    assert listed(admin_client, condition="dead") == ["https://example.org/dead"]
    assert len(listed(admin_client, condition="failing")) == 2
    assert listed(admin_client, condition="moved") == ["https://example.org/old"]


def test_a_check_names_the_items_that_have_the_address_and_leads_there(admin_client):
    item, other = Item.objects.get(slug="bert"), Item.objects.get(slug="gpt")
    Link.objects.create(item=other, kind=Link.Kind.VIDEO, url=item.url)
    for address in (item.url, "https://example.org/of-nothing"):
        fail(address)
    rows = admin_client.get(CHECKS).context["cl"].result_list
    assert {row.item_title for row in rows} == {item.title, ""}
    check = LinkCheck.objects.get(address=item.url)
    html = admin_client.get(f"{CHECKS}{check.pk}/change/").content.decode()
    for one in (item, other):
        assert f'href="{ITEMS}{one.pk}/change/"' in html


def test_the_list_of_items_counts_the_failing_links_without_further_queries(admin_client):
    item = Item.objects.get(slug="instructgpt")
    with CaptureQueriesContext(connection) as before:
        admin_client.get(ITEMS)
    link = Link.objects.create(item=item, kind=Link.Kind.VIDEO, url="https://example.org/gone")
    for address in (item.url, link.url, "https://example.org/of-nothing"):
        fail(address)
    with CaptureQueriesContext(connection) as after:
        rows = admin_client.get(ITEMS, {"o": "-6"}).context["cl"].result_list
    assert [row.links_failing for row in rows][:2] == [2, 0]
    assert rows[0] == item
    assert len(after) == len(before)


def test_the_links_of_a_chosen_item_are_tried(admin_client, web):
    item = Item.objects.get(slug="instructgpt")
    item.links.all().delete()
    item.url = web.url("/item")
    item.save()
    Link.objects.create(item=item, kind=Link.Kind.VIDEO, url=web.url("/link", "localhost"))
    web.pages |= {"/item": (200,), "/robots.txt": (200, "", "User-agent: *\nDisallow: /link")}
    assert "2 addresses tried; working: 1." in try_links(admin_client, ITEMS, item)
    assert LinkCheck.objects.get(address=item.url).outcome == Outcome.WORKS


def test_no_more_is_tried_than_one_can_wait_for(admin_client):
    items = Item.objects.all()[:21]
    assert "Choose fewer" in try_links(admin_client, ITEMS, *items)
    assert not LinkCheck.objects.exists()


def test_what_was_found_cannot_be_written(admin_client):
    fail("https://example.org/")
    check = LinkCheck.objects.get()
    assert admin_client.get(f"{CHECKS}add/").status_code == 403
    assert admin_client.post(f"{CHECKS}{check.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.post(f"{CHECKS}{check.pk}/change/", {"failures": 0}).status_code == 403
    assert LinkCheck.objects.get().failures == 1


def test_who_may_only_look_cannot_have_links_tried(client):
    user = get_user_model().objects.create_user("onlooker@example.org", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_linkcheck"))
    client.force_login(user)
    fail("https://example.org/")
    response = client.get(CHECKS)
    assert response.status_code == 200
    assert "Try the links now" not in response.content.decode()
