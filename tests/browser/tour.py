"""The tour: every page of the site, and every state of one, as each kind of visitor meets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone, translation
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.second_factor import SHOWN
from canon.models import Change, Finding, Item, LinkCheck, Outcome, Status, change_marks, write_note
from tests.conftest import PATIENCE
from tests.readers import make_curator, make_reader

# What one does on a page; it returns the part it opened, where that lies over the rest.
Step = Callable[[Page], str | None]
Stop = tuple[str, Step]

PASSWORD = "an unlikely phrase"
RETIRED = "instructgpt"
SOME = "/?q=scaling&kind=paper"  # the canon with few cards, which is quick
NOTE = "# A note\n\nwith `code`, [a link](https://example.com/) and\n\n> words of others\n\n- one"


def arrives(_page: Page) -> None:
    """Leave a page as it opens."""


def opens_a_pill(page: Page) -> str:
    sheet = page.locator(".openers button").nth(1)
    if sheet.is_visible():
        sheet.click()
    page.locator("#pill-kind summary").click()
    expect(page.locator("#panel-kind")).to_be_visible()
    return "#pills"


def opens_the_contents(page: Page) -> str:
    opener = page.locator(".openers button").first
    if opener.is_visible():
        opener.click()
    expect(page.locator("#contents")).to_be_visible()
    return "#contents"


def opens_the_statuses(page: Page) -> str:
    page.locator(".card .more").first.click()
    expect(page.locator("#menu")).to_be_visible()
    return "#menu"


def opens_marking_many(page: Page) -> str:
    page.locator(".standing .drop summary").click()
    return ".standing .drop"


def opens_the_account(page: Page) -> str:
    page.locator(".avatar").click()
    expect(page.locator("#account")).to_be_visible()
    return "#account"


def opens_the_keys(page: Page) -> str:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    return "#keys"


def marks(page: Page) -> str:
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator(".toast")).to_be_visible()
    return "#toast"


def unfolds_everything(page: Page) -> None:
    page.locator("#main").evaluate(
        "main => main.querySelectorAll('details').forEach(part => { part.open = true; })"
    )


def sends_nothing(page: Page) -> None:
    """Send a form as it is, which is refused with what is wrong beside each field."""
    page.locator("#main form[method=post]").first.evaluate("form => { form.noValidate = true; }")
    with page.expect_navigation():
        page.locator("#main form[method=post] [type=submit]").first.click()


def sends_an_address(page: Page) -> None:
    page.locator("#main [name=email]").fill("ada@example.org")
    for password in page.locator("#main [type=password]").all():
        password.fill(PASSWORD)
    with page.expect_navigation():
        page.locator("#main form[method=post] [type=submit]").first.click()


def comes_to_the_second_step(page: Page) -> None:
    page.locator("#main [name=login]").fill("ada@example.org")
    page.locator("#main [name=password]").fill(PASSWORD)
    page.locator("#main [name=password]").press("Enter")
    expect(page.locator("#main [name=code]")).to_be_visible()


def disagrees(page: Page) -> None:
    """Type into a note that has been changed elsewhere meanwhile."""
    reader = User.objects.get(handle="ada")
    note = reader.notes.get(item__slug="bert")
    write_note(reader, note.item, f"Written elsewhere at {time.time()}.", based_on=note.version)
    page.locator("#note-text").fill("Typed meanwhile.")
    expect(page.locator("#note-conflict .conflict")).to_be_visible()


def breaks(template: str) -> Step:
    """Return a step that meets the page of an error that no visit brings about."""

    def meets(page: Page) -> None:
        language = page.locator("html").get_attribute("lang")
        with translation.override(language):
            body = render_to_string(template, {"theme": "system", "origin": settings.SITE_URL})
        page.route("**/broken/", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto("/broken/")

    meets.__name__ = f"meets {template}"
    return meets


GUEST: list[Stop] = [
    ("/", arrives),
    (SOME, arrives),
    (SOME, opens_a_pill),
    (SOME, opens_the_contents),
    (SOME, opens_the_statuses),
    (SOME, opens_marking_many),
    (SOME, marks),
    ("/?q=nothing+at+all&year_min=nonsense", arrives),
    ("/items/palm/", opens_the_keys),
    (f"/items/{RETIRED}/", arrives),
    ("/items/nowhere/", arrives),
    ("/items/nowhere/", breaks("400.html")),
    ("/items/nowhere/", breaks("403.html")),
    ("/items/nowhere/", breaks("403_csrf.html")),
    ("/items/nowhere/", breaks("429.html")),
    ("/items/nowhere/", breaks("500.html")),
    ("/items/nowhere/", breaks("503.html")),
    ("/changes/", arrives),
    ("/privacy/", arrives),
    ("/offline/", arrives),
    ("/@ada/", unfolds_everything),
    ("/accounts/login/", sends_nothing),
    ("/accounts/login/", comes_to_the_second_step),
    ("/accounts/login/code/", arrives),
    ("/accounts/signup/", sends_nothing),
    ("/accounts/signup/", sends_an_address),
    ("/accounts/signup/passkey/", arrives),
    ("/accounts/password/reset/", sends_nothing),
    ("/accounts/password/reset/", sends_an_address),
]
NEWCOMER: list[Stop] = [
    ("/reading/", arrives),
    ("/notes/", arrives),
    ("/accounts/2fa/", arrives),
    ("/accounts/2fa/totp/activate/", sends_nothing),
    ("/accounts/2fa/webauthn/add/", arrives),
]
READER: list[Stop] = [
    ("/?mark=read", arrives),
    ("/items/palm/", opens_the_account),
    ("/items/palm/", unfolds_everything),
    ("/items/palm/note/", arrives),
    ("/items/bert/note/", disagrees),
    ("/items/palm/report/", arrives),
    ("/suggest/", sends_nothing),
    ("/map/", arrives),
    ("/reading/", unfolds_everything),
    ("/reading/transfer/", sends_nothing),
    ("/notes/", arrives),
    ("/notes/?q=nowhere", arrives),
    ("/accounts/preferences/", sends_nothing),
    ("/accounts/email/", arrives),
    ("/accounts/password/change/", sends_nothing),
    ("/accounts/2fa/", arrives),
    ("/accounts/2fa/totp/deactivate/", arrives),
    ("/accounts/2fa/recovery-codes/", arrives),
    ("/accounts/2fa/recovery-codes/generate/", arrives),
    ("/accounts/sessions/", arrives),
    ("/accounts/logout/", arrives),
    ("/accounts/delete/", arrives),
    ("/accounts/delete/confirm/", arrives),
]
CURATOR: list[Stop] = [
    ("/admin/", arrives),
    ("/admin/canon/item/", arrives),
    ("/admin/canon/item/{palm}/change/", arrives),
    ("/admin/canon/item/{palm}/history/", arrives),
    ("/admin/canon/item/import/", arrives),
    ("/admin/canon/suggestion/", arrives),
    ("/accounts/2fa/webauthn/", arrives),
]


def furnish() -> dict[str, User | None]:
    """Fill the site; return who goes on the tour, each with something of everything or nothing."""
    reader = make_reader("ada@example.org", PASSWORD, handle="ada", is_public=True)
    palm, bert, old = (Item.objects.get(slug=slug) for slug in ("palm", "bert", RETIRED))
    read, reading, queued, skipped, *_ = Item.objects.published()
    change_marks(reader, [read, palm], Status.READ)
    change_marks(reader, [reading], Status.READING)
    change_marks(reader, [queued, old], Status.QUEUED)
    change_marks(reader, [skipped], Status.SKIPPED)
    write_note(reader, palm, NOTE, based_on=0)
    write_note(reader, bert, "The first text.", based_on=0)
    old.retire("Out of date.", replaced_by=palm)
    reader.suggestions.create(kind="item", url="https://example.org/", title="Wanted")
    LinkCheck.objects.record("https://example.org/dead", Finding(Outcome.GONE, 404))
    Change.objects.create(item=palm, kind=Change.Kind.ADDED, at=timezone.now())
    TOTP.activate(reader, generate_totp_secret())
    RecoveryCodes.activate(reader)
    curator = make_curator()
    Authenticator.objects.create(
        user=curator, type=Authenticator.Type.WEBAUTHN, data={"name": "Phone", "credential": {}}
    )
    return {
        "guest": None,
        "newcomer": make_reader("new@example.org"),
        "reader": reader,
        "curator": curator,
    }


STOPS = {"guest": GUEST, "newcomer": NEWCOMER, "reader": READER, "curator": CURATOR}


def cookie_of(user: User) -> str:
    """Return a session of a user who has just given the password, and a second factor."""
    client = Client()
    client.force_login(user)
    request = HttpRequest()
    request.session = SessionStore(client.cookies[settings.SESSION_COOKIE_NAME].value)
    record_authentication(request, user, method="password", reauthenticated=True)
    request.session[SHOWN] = user.pk
    request.session.save()
    return str(request.session.session_key)


@contextmanager
def window_of(browser: Browser, address: str, user: User | None, **look) -> Iterator[Page]:
    """Open a page in a window of its own, signed in as `user` if there is one."""
    window = browser.new_context(base_url=address, locale="en-GB", **look)
    if user:
        name = settings.SESSION_COOKIE_NAME
        window.add_cookies([{"name": name, "value": cookie_of(user), "url": address}])
    page = window.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    window.close()


def tour(
    page: Page, visitor: str, language: str = "", paths: set[str] | None = None
) -> Iterator[tuple[str, str | None]]:
    """Go through every stop of a kind of visitor, or those at `paths` only.

    Yields, while the page is there, what the stop is, and the part that it opened, if any.
    """
    palm = Item.objects.get(slug="palm").pk
    for path, step in STOPS[visitor]:
        if paths and path not in paths:
            continue
        if visitor == "guest":  # who is half-way through signing in is led on
            page.context.clear_cookies()
        address = language + path.replace("{palm}", str(palm))
        page.goto(address)
        assert page.url.endswith(address), f"{address} led {visitor} to {page.url}."
        part = step(page)
        yield f"{language}{path} {step.__name__} ({visitor})", part
