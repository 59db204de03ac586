"""A note is saved as one types, in order; two tabs that disagree lose nothing."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect

from canon.models import Item, Note, write_note
from tests.readers import make_reader

pytestmark = pytest.mark.browser

EDITOR = "/items/bert/note/"


@pytest.fixture
def reader(context):
    """A reader who is signed in, in the window of the test."""
    reader = make_reader()
    sign_in(context, reader)
    return reader


def sign_in(context, reader):
    """Give a window the session of a reader."""
    client = Client()
    client.force_login(reader)
    name = settings.SESSION_COOKIE_NAME
    address = context._options["baseURL"] if hasattr(context, "_options") else None
    cookie = {"name": name, "value": client.cookies[name].value}
    context.add_cookies([cookie | ({"url": address} if address else {})])


def field(page: Page):
    return page.get_by_role("textbox", name="Your note")


def status(page: Page):
    return page.locator("#note-status")


def expect_saved(page: Page):
    expect(status(page)).to_have_text(__import__("re").compile(r"^\s*Saved \d\d:\d\d\s*$"))
