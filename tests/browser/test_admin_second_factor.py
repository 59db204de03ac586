"""A curator sets up a passkey on the way to the desk, and enters with it from then on."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import faults
from tests.browser.test_accounts import (  # noqa: F401
    ADDRESS,
    PASSWORD,
    authenticator,
    press,
    prove,
    sign_in,
    sign_out,
)
from tests.readers import make_curator

pytestmark = pytest.mark.browser


def test_a_passkey_opens_the_desk(page, authenticator, settings):  # noqa: F811
    settings.ADMIN_REQUIRE_MFA = True
    make_curator(ADDRESS, password=PASSWORD)
    sign_in(page)
    page.goto("/admin/canon/item/")
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step to the desk")
    assert faults(page) == {}
    page.get_by_role("link", name="Set up a passkey").click()
    prove(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    press(page, "Add")
    page.get_by_role("link", name="Go on to the desk").click()
    expect(page).to_have_url("/admin/canon/item/")
    sign_out(page)
    page.goto("/admin/canon/item/")
    press(page, "Sign in with a passkey")
    expect(page).to_have_url("/admin/canon/item/")
