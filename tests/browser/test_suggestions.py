"""A reader suggests an item, a curator accepts it in the admin, and the reader sees it."""

import re

import pytest
from playwright.sync_api import expect

from canon.models import Item, Suggestion
from tests.browser.test_accessibility import faults
from tests.conftest import PATIENCE
from tests.readers import make_curator, make_reader, sign_in_browser

pytestmark = pytest.mark.browser

URL = "https://example.org/a-fine-essay"


@pytest.fixture
def reader(context, live_server, canon):
    reader = make_reader()
    sign_in_browser(context, live_server.url, reader)
    return reader


@pytest.fixture
def curators_page(browser, live_server, canon):
    """A window of a curator's own, in which nothing breaks the content security policy."""
    window = browser.new_context(base_url=live_server.url, locale="en-GB")
    sign_in_browser(window, live_server.url, make_curator())
    opened = window.new_page()
    opened.set_default_timeout(PATIENCE)
    complaints = []
    opened.on("console", lambda line: complaints.append(line.text))
    yield opened
    window.close()
    assert [line for line in complaints if "Content" in line and "Policy" in line] == []


def test_a_suggestion_goes_its_way_to_the_canon_and_back(page, reader, curators_page):
    page.goto("/?q=quibblewort")
    page.get_by_role("main").get_by_role("link", name="Suggest it").click()
    expect(page.get_by_label("Title")).to_have_value("quibblewort")
    page.get_by_label("Address").fill(URL)
    page.get_by_label("Why it belongs here").fill("It is clear.")
    page.get_by_role("button", name="Suggest").click()
    expect(page.locator("#toast")).to_contain_text("Thank you!")
    expect(page.locator(".suggestion")).to_contain_text("A curator will look at it.")

    desk = curators_page
    desk.goto("/admin/canon/suggestion/")
    desk.get_by_role("link", name="quibblewort").click()
    expect(desk.get_by_text("The canon does not have this address.")).to_be_visible()
    desk.get_by_label("Answer to the reader").fill("Gladly.")
    desk.get_by_role("button", name="Accept into a draft").click()
    expect(desk).to_have_url(re.compile("/admin/canon/item/"))
    expect(desk.locator(".messagelist")).to_contain_text("this is the draft")

    page.goto("/reading/")
    expect(page.locator(".news")).to_contain_text("Answered")
    expect(page.locator(".suggestion")).to_contain_text("it will be in the canon")
    draft = Item.objects.get(url=URL)
    draft.state = Item.State.PUBLISHED
    draft.save()
    page.reload()
    page.locator(".suggestion").get_by_role("link", name="quibblewort").click()
    expect(page).to_have_url(re.compile(f"{draft.get_absolute_url()}$"))


def test_what_is_known_of_an_address_is_said_before_the_form_is_sent(page, reader):
    item = Item.objects.get(slug="bert")
    page.goto("/suggest/")
    page.get_by_label("Address").fill(item.url)
    page.get_by_label("Title").focus()
    expect(page.locator("#known")).to_contain_text(item.title)
    page.get_by_label("Address").fill(URL)
    page.get_by_label("Title").focus()
    expect(page.locator("#known .notice")).to_have_count(0)


def test_a_report_is_made_and_withdrawn(page, reader):
    page.goto("/items/med-palm/")
    page.get_by_role("link", name="Report it").click()
    page.get_by_label("What is wrong with it?").fill("It is gone.")
    page.get_by_role("button", name="Report").click()
    expect(page.locator("#toast")).to_contain_text("Thank you!")
    page.goto("/reading/")
    page.get_by_role("button", name="Withdraw").click()
    page.locator("#toast").get_by_role("link", name="Say it again").click()
    expect(page.get_by_label("What is wrong with it?")).to_have_value("It is gone.")


@pytest.mark.parametrize("language", ["", "/zh-hans"])
def test_the_pages_are_accessible_and_do_not_scroll_sideways(page, reader, language):
    item = Item.objects.get(slug="med-palm")
    reader.suggestions.create(kind="item", url=URL, title="An essay " * 20)
    reader.suggestions.create(
        kind="link", url=item.url, item=item, state="declined", answer="It works here."
    )
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    for address in (f"/suggest/?url={URL}", "/items/med-palm/report/", "/reading/"):
        assert page.goto(language + address).status == 200
        assert faults(page) == {}
        page.set_viewport_size({"width": 320, "height": 800})
        assert not page.evaluate(wide)


def test_the_curators_pages_are_accessible(curators_page, reader):
    row = reader.suggestions.create(kind="item", url=URL, title="An essay", text="It is clear.")
    Suggestion.objects.create(user=make_reader("other@example.org"), kind="item", url=URL)
    curators_page.goto(f"/admin/canon/suggestion/{row.pk}/change/")
    expect(curators_page.get_by_role("button", name="Decline")).to_be_visible()
    found = faults(curators_page)
    assert {
        fault: places
        for fault, places in found.items()
        if any("answer" in p or "known" in p for p in places)
    } == {}
