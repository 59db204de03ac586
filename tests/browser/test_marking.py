"""A visitor marks items in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_one_press_marks_moves_the_progress_and_offers_undo(page):
    page.goto("/")
    page.get_by_role("button", name="Read: Software 2.0").click()
    expect(page.locator("#mark-software-2-0")).to_have_attribute("data-status", "read")
    expect(page.locator(".sentence")).to_contain_text("1 of 96 read")
    expect(page.locator("#contents li").first).to_contain_text("1/5")
    spine = page.locator(".shelf [href='/items/software-2-0/']")
    expect(spine).to_have_attribute("data-status", "read")
    expect(page.locator(".shelf [data-status='read']")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#mark-software-2-0")).to_have_attribute("data-status", "")
    expect(spine).to_have_attribute("data-status", "")
    expect(page.locator(".sentence")).to_contain_text("0 of 96 read")
    expect(page.locator("#toast")).to_contain_text("Taken back.")


def test_the_focus_stays_on_the_button_that_was_pressed(page):
    page.goto("/")
    page.locator("#tick-software-2-0").focus()
    page.keyboard.press("Space")
    expect(page.locator("#mark-software-2-0")).to_have_attribute("data-status", "read")
    expect(page.locator("#tick-software-2-0")).to_be_focused()


def test_quick_presses_are_all_kept(page):
    page.goto("/")
    for slug in ("software-2-0", "state-of-gpt", "what-is-chatgpt-doing"):
        page.locator(f"#tick-{slug}").click()
    expect(page.locator(".sentence")).to_contain_text("3 of 96 read")
    page.reload()
    expect(page.locator(".sentence")).to_contain_text("3 of 96 read")


def test_the_menu_offers_the_other_statuses(page):
    page.goto("/?q=few-shot")
    page.get_by_role("link", name="More for Language models").click()
    menu = page.locator("#menu")
    expect(menu.get_by_role("button", name="Put in my queue")).to_be_focused()
    expect(menu.get_by_role("button", name="Mark as unread")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    expect(page.locator("#mark-gpt-3")).to_have_attribute("data-status", "queued")
    expect(page.locator("#mark-gpt-3")).to_contain_text("Queued")


def test_the_page_of_an_item_offers_every_status_at_once(page):
    page.goto("/items/gpt-3/")
    statuses = page.get_by_role("group", name="My status")
    statuses.get_by_role("button", name="I am reading this").click()
    expect(page.locator("#mark-gpt-3")).to_contain_text("Reading")
    expect(statuses.get_by_role("button", name="I am reading this")).to_be_hidden()
    statuses.get_by_role("button", name="I have read this").click()
    expect(page.locator("#mark-gpt-3")).to_contain_text("Read · today")


def test_all_shown_are_marked_at_once_and_taken_back_at_once(page):
    page.goto("/?author=andrej-karpathy")
    page.get_by_text("Mark all shown").click()
    page.locator(".standing").get_by_role("button", name="As read").click()
    expect(page.locator(".card [data-status='read']")).to_have_count(5)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card [data-status='read']")).to_have_count(0)


def test_a_filtered_list_keeps_the_pale_spines_after_a_mark(page):
    page.goto("/?q=scaling")
    pale = page.locator(".shelf a.pale").count()
    page.locator(".tick").first.click()
    expect(page.locator(".sentence")).to_contain_text("1 of 96 read")
    expect(page.locator(".shelf a.pale")).to_have_count(pale)


def test_the_shelf_of_a_canon_that_has_changed_since_stays_as_it_is(page):
    page.goto("/")
    page.evaluate("document.querySelector('.shelf a').remove()")
    page.locator("#tick-state-of-gpt").click()
    expect(page.locator(".sentence")).to_contain_text("1 of 96 read")
    expect(page.locator(".shelf [data-status='read']")).to_have_count(0)


def test_the_menu_leads_to_the_item_without_scripts(browser, live_server, canon):
    window = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = window.new_page()
    page.goto("/?q=few-shot")
    page.get_by_role("link", name="More for Language models").click()
    page.get_by_role("button", name="Put in my queue").click()
    expect(page.locator("#mark-gpt-3")).to_have_attribute("data-status", "queued")
    window.close()


def test_marking_works_without_scripts(browser, live_server, canon):
    window = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = window.new_page()
    page.goto("/?q=software")
    page.get_by_role("button", name="Read: Software 2.0").click()
    expect(page).to_have_url(f"{live_server.url}/?q=software")
    expect(page.locator("#mark-software-2-0")).to_have_attribute("data-status", "read")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#mark-software-2-0")).to_have_attribute("data-status", "")
    window.close()
