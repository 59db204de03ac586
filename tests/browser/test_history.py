"""A curator in a real browser: sees who changed what, takes it back, and meets another."""

import pytest
import reversion
from playwright.sync_api import expect

from canon.models import Item
from tests.readers import make_curator, sign_in_browser

pytestmark = pytest.mark.browser


@pytest.fixture
def item(canon):
    return Item.objects.get(slug="bert")


@pytest.fixture
def desk(context, page, live_server, item):
    """A page of the browser, signed in as a curator."""
    sign_in_browser(context, live_server.url, make_curator("ada@example.org"))
    return page


def meanwhile(item, **fields):
    """Let another curator change the item."""
    bob = make_curator("bob@example.org")
    with reversion.create_revision():
        reversion.set_user(bob)
        fresh = Item.objects.get(pk=item.pk)
        for name, value in fields.items():
            setattr(fresh, name, value)
        fresh.save()


def test_a_change_is_seen_in_the_history_and_taken_back(desk, item):
    form = f"/admin/canon/item/{item.pk}/change/"
    desk.goto(form)
    desk.locator("#id_title").fill("A mistaken title")
    desk.locator("#id_year").fill("1999")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")
    desk.goto(form)
    desk.get_by_role("link", name="History").click()
    latest = desk.locator(".desk-history ol > li").first
    expect(latest).to_contain_text("ada@example.org")
    expect(latest.locator("ins").last).to_have_text("1999")
    desk.get_by_role("link", name="Bring this version back").last.click()
    expect(desk.locator(".differences")).to_contain_text("A mistaken title")
    desk.get_by_role("button", name="Bring this version back").click()
    expect(desk.locator(".messagelist")).to_contain_text("The version is back.")
    expect(desk.locator("#id_title")).to_have_value(item.title)
    desk.get_by_role("link", name="History").click()
    expect(desk.locator(".desk-history ol > li")).to_have_count(3)


def test_the_second_of_two_sees_what_the_first_saved_and_decides(desk, item):
    desk.goto(f"/admin/canon/item/{item.pk}/change/")
    desk.locator("#id_title").fill("Ada's title")
    meanwhile(item, title="Bob's title", year=2001)
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator(".errorlist.nonfield")).to_contain_text("bob@example.org changed this")
    expect(desk.locator(".field-title .errorlist")).to_contain_text("Bob's title")
    expect(desk.locator("#id_title")).to_have_value("Ada's title")
    expect(desk.locator("#id_year")).to_have_value("2001")
    desk.get_by_role("button", name="Save", exact=True).first.click()
    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")
    saved = Item.objects.get(pk=item.pk)
    assert (saved.title, saved.year) == ("Ada's title", 2001)


def test_what_was_deleted_is_found_and_recovered(desk, item):
    draft = Item.objects.get(slug="gpt-3")
    desk.goto(f"/admin/canon/item/{draft.pk}/delete/")
    desk.get_by_role("button", name="Yes, I’m sure").click()
    desk.goto("/admin/")
    desk.get_by_role("link", name="Recently deleted items").click()
    desk.get_by_role("link", name=draft.title).click()
    desk.get_by_role("button", name="Recover it").click()
    expect(desk.locator("#id_slug")).to_have_value("gpt-3")


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_sideways_on_a_phone(desk, item, width):
    meanwhile(item, url="https://example.org/" + "a-very-long-address-" * 10)
    item.retire("A reason. " * 20)
    desk.set_viewport_size({"width": width, "height": 800})
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for address in (f"/admin/canon/item/{item.pk}/history/", "/changes/"):
        desk.goto(address)
        assert not desk.evaluate(wide), address
