"""Without a network the canon stays readable and marks are held; nobody sees another's."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from canon.models import Item
from tests.conftest import is_violation
from tests.readers import make_curator, make_reader, sign_in_browser

pytestmark = pytest.mark.browser

# What the browser keeps of the site, apart from files.
KEPT = """async () => {
  const kept = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) {
      if (!url.includes("/static/")) kept.push(name.split(":")[0] + " " + new URL(url).pathname);
    }
  }
  return kept.sort();
}"""
UNTIL = f"""async (name) => {{
  const isThere = async () => (await ({KEPT})()).includes(name);
  for (let tries = 0; !(await isThere()); tries += 1) {{
    if (tries === 600) throw new Error(`${{name}} is not kept.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }}
}}"""


@pytest.fixture
def context(browser, live_server, canon):
    """A fresh window on the site that lets its service worker in."""
    window = browser.new_context(base_url=live_server.url, service_workers="allow")
    lines = []
    window.on("console", lambda line: lines.append(line.text))
    yield window
    window.close()
    assert not [line for line in lines if is_violation(line)]


def kept(page):
    """Return what is kept, as the kind of cache and the address."""
    return page.evaluate(KEPT)


def visit(page, address="/"):
    """Open a page, stir, and wait until it is kept."""
    page.goto(address)
    page.mouse.move(100, 100)
    page.mouse.move(110, 110)
    page.evaluate(UNTIL, f"pages {address}")
    assert any(name.endswith("/offline/") for name in kept(page))


def mark_of(page, slug):
    return page.locator(f"#mark-{slug}")


def log_of(reader):
    """Return the reader's log, as items and statuses."""
    return list(reader.reading_events.values_list("item__slug", "status"))


def sign_in(context, live_server, email="reader@example.org"):
    reader = make_reader(email)
    sign_in_browser(context, live_server.url, reader)
    return reader


def sign_out(page):
    page.get_by_role("button", name="My account").click()
    page.get_by_role("button", name="Sign out").click()


def test_what_was_opened_can_be_read_offline_and_says_as_of_when_it_is(page, context):
    visit(page, "/zh-hans/")
    page.goto("/zh-hans/items/bert/")
    context.set_offline(True)
    page.goto("/zh-hans/")
    expect(page.locator("article.card")).to_have_count(96)
    expect(page.locator("#offline time")).to_have_text(re.compile(r"^\d{4}年\d+月\d+日 \d\d:\d\d$"))
    page.get_by_role("link", name=re.compile("^BERT")).first.click()
    expect(page.locator("article.item h1")).to_contain_text("BERT")
    page.goto("/zh-hans/items/gpt-3/")
    expect(page).to_have_url(re.compile("/gpt-3/$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(page.locator("#words")).to_have_count(1)
    assert page.locator("main").evaluate("main => getComputedStyle(main).maxWidth !== ''")
    context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("article.item h1")).to_contain_text("few-shot")
    expect(page.locator("#offline")).to_have_count(0)


def test_marks_made_offline_wait_and_are_sent_once_in_order(page, context, live_server):
    reader = sign_in(context, live_server)
    visit(page)
    context.set_offline(True)
    page.locator("#tick-bert").click()
    expect(mark_of(page, "bert")).to_contain_text("Read · not sent yet")
    page.get_by_role("link", name="More for Language models").click()
    page.get_by_role("button", name="Put in my queue").click()
    expect(mark_of(page, "gpt-3")).to_contain_text("Queued · not sent yet")
    page.locator("#tick-bert").click()
    page.reload()
    expect(mark_of(page, "gpt-3")).to_have_attribute("data-status", "queued")
    expect(mark_of(page, "bert")).to_contain_text("Unread · not sent yet")
    expect(page.locator("#offline")).to_contain_text("Some marks are not sent yet.")
    assert log_of(reader) == []
    page.close()
    page = context.new_page()
    page.goto("/")
    expect(mark_of(page, "bert")).to_contain_text("Unread · not sent yet")
    context.set_offline(False)
    page.reload()
    expect(mark_of(page, "gpt-3")).not_to_contain_text("not sent yet")
    expect(mark_of(page, "gpt-3")).to_contain_text("Queued")
    expect(mark_of(page, "bert")).to_have_attribute("data-status", "")
    page.goto("/items/bert/")
    page.goto("/")
    expect(page.locator("#offline")).to_have_count(0)
    assert log_of(reader) == [("bert", "read"), ("gpt-3", "queued"), ("bert", "")]


def test_a_page_that_stays_open_shows_what_became_of_its_marks(page, context, live_server):
    reader = sign_in(context, live_server)
    visit(page)
    context.set_offline(True)
    page.locator("#tick-bert").click()
    page.locator("#tick-gpt-3").click()
    expect(mark_of(page, "gpt-3")).to_contain_text("Read · not sent yet")
    Item.objects.filter(slug="gpt-3").update(slug="gone")
    context.set_offline(False)
    expect(mark_of(page, "bert")).to_contain_text("Read · today")
    expect(page.locator(".sentence")).to_contain_text("1 of 96 read")
    expect(page.locator("#toast")).to_contain_text("A mark you made offline could not be kept")
    expect(mark_of(page, "gpt-3")).to_have_attribute("data-status", "")
    expect(page.locator("#offline")).to_be_empty()
    assert log_of(reader) == [("bert", "read")]


def test_what_cannot_be_held_says_that_nothing_was_changed(page, context):
    visit(page)
    context.set_offline(True)
    page.get_by_role("searchbox").fill("scaling")
    expect(page.locator("#toast")).to_contain_text("There is no network: nothing was changed.")
    expect(page.locator("article.card")).to_have_count(96)


def test_a_network_that_takes_its_time_gives_way_to_what_is_kept(page, context):
    visit(page)
    waiting = []
    context.route("**/", lambda route: waiting.append(route))
    page.goto("/")
    expect(page.locator("#offline")).to_contain_text("this is the page as of")
    for route in waiting:
        route.continue_()


def test_signing_out_sends_what_is_held_and_forgets_everything(page, context, live_server):
    reader = sign_in(context, live_server)
    visit(page)
    page.goto("/reading/")
    expect(page.locator("h1")).to_have_text("My reading")
    other = context.new_page()
    other.goto("/items/bert/")
    context.set_offline(True)
    other.locator("#tick-bert").click()
    expect(mark_of(other, "bert")).to_contain_text("Read · not sent yet")
    # Signing out needs a network; what is kept goes all the same, and the mark waits.
    sign_out(page)
    expect(page.locator("#sign-out")).to_be_visible()
    assert [name.split()[0] for name in kept(page)] == ["files", "held"]
    page.goto("/reading/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(page.locator("#sign-out")).to_be_hidden()
    context.set_offline(False)
    page.goto("/")
    sign_out(page)
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert log_of(reader) == [("bert", "read")]
    page.evaluate(UNTIL, "pages /")
    assert [name for name in kept(page) if not name.startswith("files")] == ["pages /"]
    # A page that the browser brings back as it stood is loaded anew.
    other.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(other.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    context.set_offline(True)
    page.go_back()
    expect(page.locator("body")).not_to_contain_text(reader.email)
    page.goto("/reading/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()


def test_marks_wait_for_their_reader_and_are_nobody_else_s(page, context, live_server):
    reader = sign_in(context, live_server)
    visit(page)
    page.goto("/reading/")
    context.set_offline(True)
    page.goto("/")
    page.locator("#tick-bert").click()
    expect(mark_of(page, "bert")).to_contain_text("Read · not sent yet")
    # The session has ended meanwhile: the mark waits, and the pages are gone.
    context.clear_cookies()
    context.set_offline(False)
    visit(page)
    expect(mark_of(page, "bert")).to_have_attribute("data-status", "")
    assert len([name for name in kept(page) if name.startswith("held ")]) == 1
    assert "pages /reading/" not in kept(page)
    sign_in_browser(context, live_server.url, reader)
    page.goto("/")
    expect(mark_of(page, "bert")).to_contain_text("Read · today")
    assert log_of(reader) == [("bert", "read")]
    # Another reader comes next, without that anybody has signed out.
    context.set_offline(True)
    page.locator("#tick-gpt-3").click()
    expect(mark_of(page, "gpt-3")).to_contain_text("not sent yet")
    context.clear_cookies()
    other = sign_in(context, live_server, "other@example.org")
    context.set_offline(False)
    page.goto("/")
    page.evaluate(UNTIL, "pages /")
    assert not [name for name in kept(page) if name.startswith("held ")]
    expect(mark_of(page, "gpt-3")).to_have_attribute("data-status", "")
    context.set_offline(True)
    page.goto("/")
    expect(page.locator("#account")).to_contain_text(other.email)
    expect(mark_of(page, "bert")).to_have_attribute("data-status", "")
    assert not other.reading_events.exists()


def test_curators_pages_accounts_and_editors_are_never_kept(page, context, live_server):
    sign_in_browser(context, live_server.url, make_curator())
    visit(page)
    for address in ("/admin/", "/accounts/preferences/", "/items/bert/note/", "/suggest/"):
        assert page.goto(address).status == 200
        assert not any(address in name for name in kept(page))
    page.goto("/notes/")
    page.evaluate(UNTIL, "pages /notes/")
    assert kept(page) == ["files /offline/", "pages /", "pages /notes/"]
    assert settings.SESSION_COOKIE_NAME in {cookie["name"] for cookie in context.cookies()}
