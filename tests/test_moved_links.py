"""What has moved for good gets its new address, and the old one is remembered."""

import pytest
from django.contrib.auth.models import Permission
from reversion.models import Revision

from canon.models import Finding, Item, Link, LinkCheck, Outcome
from tests.readers import make_reader
from tests.test_admin import change_page

pytestmark = pytest.mark.django_db

CHECKS = "/admin/canon/linkcheck/"
OLD, NEW = "https://old.example.org/paper", "https://new.example.org/paper"


def item(slug="bert"):
    return Item.objects.get(slug=slug)


def put_at(address, slug="bert"):
    one = item(slug)
    one.url = address
    one.save()
    return one


def link_to(address, slug="gpt", kind=Link.Kind.WEBSITE):
    return Link.objects.create(item=item(slug), kind=kind, url=address, position=9)


def move(old=OLD, new=NEW):
    return LinkCheck.objects.record(old, Finding(Outcome.WORKS, 200, new))


def take(desk, *checks):
    data = {
        "action": "take_new_addresses",
        "_selected_action": [check.pk for check in checks],
    }
    response = desk.post(CHECKS, data, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_every_item_and_link_takes_the_new_address_as_one_act(desk, curator):
    put_at(OLD)
    link = link_to(OLD)
    assert take(desk, move()) == ["1 new address taken."]
    assert item().url == NEW
    link.refresh_from_db()
    assert (link.url, link.kind) == (NEW, Link.Kind.WEBSITE)
    revision = Revision.objects.get(user=curator)
    assert "new address" in revision.comment


def test_an_item_remembers_its_earlier_address(desk):
    put_at(OLD)
    take(desk, move())
    remembered = item().links.get(url=OLD)
    assert remembered.kind == Link.Kind.EARLIER_ADDRESS
    assert not LinkCheck.objects.moved().exists()


@pytest.mark.parametrize("old", ["http://new.example.org/paper", "https://new.example.org/paper/"])
def test_an_address_that_means_the_same_is_not_remembered(desk, old):
    put_at(old)
    before = item().links.count()
    take(desk, move(old))
    assert item().url == NEW
    assert item().links.count() == before
    assert not LinkCheck.objects.filter(address=old).exists()


def test_the_new_address_counts_as_tried(desk):
    put_at(OLD)
    take(desk, move())
    check = LinkCheck.objects.get(address=NEW)
    assert check.outcome == Outcome.WORKS
    assert check.last_checked_at
    assert not check.moved_to


@pytest.mark.parametrize("other", [NEW, "http://www.new.example.org/paper/"])
def test_an_address_of_another_item_is_refused_and_said(desk, other):
    put_at(OLD)
    taken = put_at(other, "gpt-3")
    (message,) = take(desk, move())
    assert f"“{taken}” has the new address already." in message.replace("&quot;", '"')
    assert item().url == OLD


def test_a_link_where_the_item_has_the_new_address_becomes_an_earlier_one(desk):
    put_at(NEW, "gpt")
    link = link_to(OLD)
    take(desk, move())
    link.refresh_from_db()
    assert (link.url, link.kind) == (OLD, Link.Kind.EARLIER_ADDRESS)


def test_what_has_not_moved_or_is_gone_is_left_alone_and_said_why(desk):
    put_at("https://example.org/stays")
    stays = LinkCheck.objects.record("https://example.org/stays", Finding(Outcome.WORKS, 200))
    messages = take(desk, stays, move())
    assert any("It has not moved." in text for text in messages)
    assert any("Nothing in the canon has this address" in text for text in messages)


def test_the_form_of_an_item_offers_the_new_address(desk):
    put_at(OLD)
    link_to("https://old.example.org/video", "bert")
    move()
    move("https://old.example.org/video", "https://new.example.org/video")
    html = desk.get(change_page(item())).content.decode()
    assert NEW in html
    assert "https://new.example.org/video" in html
    address = f"/admin/canon/item/{item().pk}/take-new-address/"
    assert f'action="{address}"' in html
    assert desk.post(address, {"address": OLD}).status_code == 302
    assert item().url == NEW
    assert item().links.filter(url="https://old.example.org/video").exists()
    assert desk.get(address).status_code == 405


def test_an_item_does_not_take_the_address_of_another(desk):
    put_at(OLD, "gpt-3")
    move()
    desk.post(f"/admin/canon/item/{item().pk}/take-new-address/", {"address": OLD})
    assert item("gpt-3").url == OLD


def test_who_may_not_change_items_takes_no_address(client):
    put_at(OLD)
    check = move()
    onlooker = make_reader("onlooker@example.org", is_staff=True)
    onlooker.user_permissions.add(Permission.objects.get(codename="view_linkcheck"))
    for who in (make_reader(), onlooker):
        client.force_login(who)
        client.post(CHECKS, {"action": "take_new_addresses", "_selected_action": [check.pk]})
        client.post(f"/admin/canon/item/{item().pk}/take-new-address/", {"address": OLD})
    assert item().url == OLD
