"""A reader's life with their account in a real browser, with the mail in a real SMTP sink."""

import base64
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.conftest import PATIENCE
from tests.mail import Sink, code_in, taking_mail
from tests.readers import make_reader

pytestmark = pytest.mark.browser

ADDRESS = "ada@example.org"
PASSWORD = "an unlikely phrase"


@pytest.fixture
def sink(settings):
    """What a real SMTP server takes of the site's mail."""
    with taking_mail(settings) as taken:
        yield taken


@pytest.fixture
def plain_page(browser, live_server, canon):
    """A page that runs no script."""
    window = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    opened = window.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    window.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def sign_up(page: Page, sink: Sink, address: str = ADDRESS) -> None:
    page.goto("/items/instructgpt/")
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="sign up").click()
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign Up")
    page.get_by_label("Code").fill(code_in(sink.last_to(address)))
    press(page, "Confirm")


def sign_in(page: Page, address: str = ADDRESS) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign In")


def prove(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")


def expect_signed_in(page: Page) -> None:
    expect(page.get_by_role("banner").get_by_role("button", name="My account")).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/accounts/preferences/")
    page.get_by_role("navigation", name="My account").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_visitor_signs_up_with_the_code_from_the_mail_and_is_back_where_they_were(
    page, plain_page, sink, scripts
):
    page = page if scripts else plain_page
    sign_up(page, sink)
    expect(page).to_have_url("/items/instructgpt/")
    expect_signed_in(page)
    sign_out(page)
    sign_in(page)
    expect_signed_in(page)


def test_the_time_zone_of_the_browser_is_taken_over(browser, live_server, canon, sink):
    window = browser.new_context(base_url=live_server.url, timezone_id="Asia/Kathmandu")
    page = window.new_page()
    sign_up(page, sink)
    expect_signed_in(page)
    # What ICU calls Katmandu is the same place.
    assert User.objects.get().time_zone in {"Asia/Kathmandu", "Asia/Katmandu"}
    window.close()


def test_the_theme_is_there_with_the_first_paint(page, live_server):
    make_reader(ADDRESS, PASSWORD, theme="dark")
    page.emulate_media(color_scheme="light")
    sign_in(page)
    expect_signed_in(page)
    dark = "rgb(23, 20, 15)"
    background = "getComputedStyle(document.body).backgroundColor"
    page.route("**/canon.js", lambda route: route.abort())
    page.goto("/")
    assert page.evaluate(background) == dark


@pytest.fixture
def authenticator(context, page):
    """A passkey authenticator in the browser, as a telephone or a laptop has one."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def test_a_passkey_signs_up_and_signs_in_without_a_password(page, authenticator, sink):
    page.goto("/accounts/signup/")
    page.get_by_role("link", name="Sign up using a passkey").click()
    page.get_by_label("Email").fill(ADDRESS)
    press(page, "Sign Up")
    page.get_by_label("Code").fill(code_in(sink.last_to(ADDRESS)))
    press(page, "Confirm")
    page.get_by_label("Name").fill("Laptop")
    press(page, "Create")
    expect_signed_in(page)
    assert not User.objects.get().has_usable_password()
    sign_out(page)
    page.goto("/accounts/login/?next=/items/instructgpt/")
    press(page, "Sign in with a passkey")
    expect(page).to_have_url("/items/instructgpt/")
    expect_signed_in(page)


def test_a_passkey_is_added_renamed_used_and_removed(page, authenticator, sink):
    make_reader(ADDRESS, PASSWORD)
    sign_in(page)
    page.goto("/accounts/2fa/webauthn/add/")
    prove(page)
    page.get_by_label("Name").fill("Telephone")
    page.get_by_label("Passwordless").check()
    press(page, "Add")
    expect(page.get_by_text("recovery codes").first).to_be_visible()
    assert "passkey or security key was added" in sink.last_to(ADDRESS)
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("Passkey", exact=True)).to_be_visible()
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Old telephone")
    press(page, "Save")
    expect(page.get_by_text("Old telephone")).to_be_visible()
    sign_out(page)
    page.goto("/accounts/login/")
    press(page, "Sign in with a passkey")
    expect_signed_in(page)
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    prove(page)
    press(page, "Remove")
    expect(page.get_by_text("There is none yet.")).to_be_visible()


def test_a_passkey_that_does_not_work_is_said_to(page, canon):
    page.goto("/accounts/login/")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.evaluate("void (navigator.credentials.get = () => Promise.reject(new Error('no')))")
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("did not work with a passkey")


def totp(secret: str, steps: int = 0) -> str:
    """Return the code an authenticator app shows, or will show `steps` of 30 seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_an_authenticator_app_and_recovery_codes_are_the_second_step(page, canon, sink):
    make_reader(ADDRESS, PASSWORD)
    sign_in(page)
    page.goto("/accounts/2fa/totp/activate/")
    prove(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    assert base64.b32decode(secret)
    page.get_by_label("Authenticator code").fill(totp(secret))
    press(page, "Activate")
    page.get_by_role("link", name="Download codes").wait_for()
    recovery = page.get_by_label("Unused codes").input_value().split()
    assert len(recovery) == 10
    sign_out(page)
    # A code works once: the next one is the app's, or one from the list.
    for code in (totp(secret, 1), recovery[0]):
        sign_in(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Two-Factor Authentication")
        page.get_by_label("Code").fill("000000")
        press(page, "Sign In")
        expect(page.get_by_text("Incorrect code.")).to_be_visible()
        page.get_by_label("Code").fill(code)
        press(page, "Sign In")
        expect_signed_in(page)
        sign_out(page)


def test_a_second_device_is_seen_and_signed_out(browser, live_server, page, canon):
    make_reader(ADDRESS, PASSWORD)
    sign_in(page)
    expect_signed_in(page)
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1"
    window = browser.new_context(base_url=live_server.url, user_agent=phone)
    other = window.new_page()
    sign_in(other)
    expect_signed_in(other)
    page.goto("/accounts/sessions/")
    device = page.get_by_role("listitem").filter(has_text="Safari on iPhone")
    device.get_by_role("button", name="Sign out").click()
    expect(device).to_have_count(0)
    other.reload()
    expect(other.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    page.reload()
    expect_signed_in(page)
    window.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_account_is_deleted_and_a_mail_says_so(page, plain_page, sink, scripts):
    page = page if scripts else plain_page
    make_reader(ADDRESS, PASSWORD)
    sign_in(page)
    page.goto("/accounts/preferences/")
    page.get_by_role("link", name="Delete my account").click()
    expect(page.get_by_role("link", name="Export my data")).to_be_visible()
    page.get_by_role("link", name="Go on to delete my account").click()
    prove(page)
    press(page, "Delete everything")
    expect(page.get_by_role("status").first).to_contain_text("are deleted")
    assert not User.objects.exists()
    assert "is deleted" in sink.last_to(ADDRESS)


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_no_page_of_the_account_scrolls_sideways(page, canon, width):
    make_reader(ADDRESS, PASSWORD)
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("login/", "signup/", "password/reset/", "login/code/"):
        page.goto(f"/accounts/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    sign_in(page)
    for path in ("preferences/", "email/", "password/change/", "2fa/", "sessions/", "delete/"):
        page.goto(f"/accounts/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
