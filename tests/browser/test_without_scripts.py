"""With JavaScript off, the form filters with its button and every link leads somewhere."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import PATIENCE

pytestmark = pytest.mark.browser


@pytest.fixture
def page(browser, live_server, canon):
    """A page that runs no script."""
    window = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    opened = window.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    window.close()


def cards(page: Page) -> Locator:
    return page.locator("article.card")


def addresses(page: Page) -> set[str]:
    """Return where the links of the page lead within the site."""
    read = "links => links.map(link => link.getAttribute('href'))"
    return set(page.locator('a[href^="/"]').evaluate_all(read))


@pytest.mark.parametrize(
    ("home", "text", "pill", "choice", "button"),
    [
        ("/", "scaling", "Kind", "Paper", "Filter"),
        ("/zh-hans/", "扩散", "类型", "论文", "筛选"),
    ],
    ids=["en", "zh-hans"],
)
def test_the_button_filters_by_what_was_typed_and_ticked(page, home, text, pill, choice, button):
    page.goto(home)
    expect(cards(page)).to_have_count(96)
    page.get_by_role("searchbox").fill(text)
    page.locator(".pill summary", has_text=pill).click()
    row = page.locator("#panel-kind label", has_text=choice)
    row.click()
    page.get_by_role("button", name=button, exact=True).click()
    expect(page).to_have_url(re.compile(rf"{home}\?q=[^&]+&kind=paper"))
    expect(page.get_by_role("searchbox")).to_have_value(text)
    expect(row.locator("input")).to_be_checked()
    left = cards(page).count()
    assert 0 < left < 96
    expect(cards(page).filter(has_text=choice)).to_have_count(left)


def test_pills_open_and_close_and_leave_one_another_room(page):
    page.goto("/")
    kind, author = page.locator("#panel-kind"), page.locator("#panel-author")
    expect(kind).to_be_hidden()
    page.locator(".pill summary", has_text="Kind").click()
    expect(kind).to_be_visible()
    page.locator(".pill summary", has_text="Author").click()
    expect(author).to_be_visible()
    expect(kind).to_be_hidden()
    page.locator(".pill summary", has_text="Author").click()
    expect(author).to_be_hidden()


def test_chips_and_the_language_switch_keep_the_other_filters(page):
    page.goto("/?q=scaling&kind=paper")
    left = cards(page).count()
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url("/zh-hans/?q=scaling&kind=paper")
    expect(cards(page)).to_have_count(left)
    page.get_by_role("link", name="移除条件 类型").click()
    expect(page).to_have_url("/zh-hans/?q=scaling")
    page.get_by_role("link", name="全部清除").click()
    expect(page).to_have_url("/zh-hans/")
    expect(cards(page)).to_have_count(96)


def test_one_can_walk_from_item_to_item_and_to_an_author(page):
    page.goto("/")
    page.get_by_role("link", name="State of GPT", exact=True).click()
    expect(page).to_have_url("/items/state-of-gpt/")
    page.get_by_role("link", name="Previous").click()
    expect(page).to_have_url("/items/software-2-0/")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url("/items/state-of-gpt/")
    page.get_by_role("link", name="Andrej Karpathy").click()
    expect(page).to_have_url("/?author=andrej-karpathy")
    expect(page.locator("#item-state-of-gpt")).to_be_visible()
    expect(page.locator("#item-bert")).to_have_count(0)


def test_every_link_of_the_canon_leads_somewhere(page):
    page.goto("/")
    found = addresses(page)
    anchors = {address.partition("#")[2] for address in found if address.startswith("/#")}
    assert len(anchors) > 6
    ids = page.locator("[id]").evaluate_all("marked => marked.map(element => element.id)")
    assert anchors <= set(ids)

    pages = {address for address in found if "?" not in address and "#" not in address}
    assert len(pages) > 96
    broken = {path for path in pages if not page.context.request.head(path).ok}
    assert broken == set()
