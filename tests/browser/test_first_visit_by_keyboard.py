"""A reader's whole first visit, from the first look to signing out, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.mail import code_in

pytestmark = pytest.mark.browser

ADDRESS, PASSWORD = "ada@example.org", "an unlikely phrase"
ITEM = "/items/gpt-3/"
FURTHEST = 40  # presses of Tab


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(target: Locator) -> None:
    """Press Tab until `target` has the focus, in sight and with a ring around it."""
    for _press in range(FURTHEST):
        target.page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            expect(target).to_be_in_viewport()
            expect(target).to_have_css("outline-style", "solid")
            return
    pytest.fail(f"{FURTHEST} presses of Tab did not lead to {target}.")


def has_focus_within(page: Page, part: str) -> bool:
    return bool(page.evaluate(f"Boolean(document.activeElement.closest('{part}'))"))


def test_a_first_visit_needs_no_pointer(page, mailoutbox):
    # One lands, and skips what is on every page.
    page.goto("/")
    skip = page.get_by_role("link", name="Skip to the content")
    tab_to(skip)
    press(page, "Enter", "Tab")
    assert has_focus_within(page, "#main")

    # Searching narrows the list, and what is found opens.
    press(page, "/")
    page.keyboard.type("few-shot learners")
    expect(page).to_have_url(re.compile(r"\?q=few-shot"))
    expect(page.locator(".card")).to_have_count(1)
    tab_to(page.locator(".card .title a"))
    press(page, "Enter")
    expect(page).to_have_url(ITEM)

    # A mark, before there is an account.
    tab_to(page.locator("article.item .tick"))
    press(page, "Space")
    expect(page.locator("#mark-gpt-3")).to_have_attribute("data-status", "read")
    expect(page.locator("#toast")).to_contain_text("is marked as read")

    # A note asks for an account; signing up leads back to it.
    tab_to(page.get_by_role("link", name="Sign in to keep a private note on this"))
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    tab_to(page.get_by_role("main").get_by_role("link", name="sign up"))
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/accounts/signup/"))
    tab_to(page.get_by_label("Email"))
    page.keyboard.type(ADDRESS)
    tab_to(page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    expect(page).to_have_url(re.compile("/accounts/confirm-email/"))
    tab_to(page.get_by_label("Code"))
    page.keyboard.type(code_in(mailoutbox[0]))
    press(page, "Enter")
    expect(page).to_have_url(f"{ITEM}note/")

    # The note is saved as it is written.
    tab_to(page.get_by_role("textbox", name="Your note"))
    page.keyboard.type("It needs no *fine-tuning*.")
    press(page, "Control+Enter")
    expect(page.locator("#note-status")).to_contain_text("Saved")
    tab_to(page.get_by_role("link", name="Back"))
    press(page, "Enter")
    expect(page.locator("#note .rendered em")).to_have_text("fine-tuning")

    # What the guest marked has come along.
    press(page, "g", "r")
    expect(page).to_have_url("/reading/")
    expect(page.locator(".sentence").first).to_contain_text("1 of 96 read")

    # And out again.
    tab_to(page.get_by_role("button", name="My account"))
    press(page, "Enter")
    tab_to(page.locator("#account").get_by_role("button", name="Sign out"))
    press(page, "Enter")
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert User.objects.get().notes.get().text == "It needs no *fine-tuning*."
