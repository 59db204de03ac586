"""A reader signs in through a real OpenID Connect provider on this machine."""

import subprocess
import sys

import pytest
from django.conf import settings as site
from playwright.sync_api import Page, expect

from accounts.models import User
from tests import identity_provider
from tests.providers import configure
from tests.readers import make_reader
from tests.test_serve import free_port, is_over, listens

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(live_server, tmp_path, monkeypatch, settings):
    """The provider, known to the site; yields its address."""
    port = free_port()
    callback = f"{live_server.url}/accounts/oidc/oidc/login/callback/"
    log = tmp_path / "provider.log"
    output = log.open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.identity_provider", str(port), str(tmp_path), callback],
        cwd=site.BASE_DIR,
        env={"PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=output,
    )
    for _poll in range(600):
        if is_over(process, 1 / 10):
            pytest.fail(log.read_text())
        if listens(port):
            break
    # Cookies ignore ports: one site is localhost, the other 127.0.0.1.
    address = f"http://127.0.0.1:{port}"
    variables = {
        "OIDC_NAME": "The company",
        "OIDC_SERVER_URL": address,
        "OIDC_CLIENT_ID": identity_provider.CLIENT_ID,
        "OIDC_CLIENT_SECRET": identity_provider.CLIENT_SECRET,
    }
    configure(monkeypatch, settings, variables)
    yield address
    process.terminate()
    process.wait(10)
    output.close()


def sign_in_there(page: Page, provider: str) -> None:
    """Sign in at the provider, which leads back at once."""
    page.wait_for_url(f"{provider}/**")
    page.locator("[name=login]").fill(identity_provider.ADDRESS)
    page.locator("[name=password]").fill(identity_provider.PASSWORD)
    page.get_by_role("button", name="Sign In").click()


def prove(page: Page) -> None:
    """Say the password once more, as a change of how one signs in asks for."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm Access")
    page.get_by_label("Password").fill("an unlikely phrase")
    page.get_by_role("button", name="Confirm").click()


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_a_new_reader_comes_back_to_their_page_in_its_language(page, provider, prefix, language):
    page.goto(f"{prefix}/accounts/login/?next={prefix}/items/instructgpt/")
    page.get_by_role("button", name="The company").click()
    sign_in_there(page, provider)
    expect(page).to_have_url(f"{prefix}/items/instructgpt/")
    expect(page.locator(".account a").first).to_have_attribute(
        "href", f"{prefix}/accounts/preferences/"
    )
    reader = User.objects.get()
    assert (reader.email, reader.language) == (identity_provider.ADDRESS, language)
    assert not reader.has_usable_password()


def test_an_account_is_connected_signs_in_and_is_disconnected(page, provider):
    reader = make_reader("reader@example.org", "an unlikely phrase")
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(reader.email)
    page.get_by_label("Password").fill("an unlikely phrase")
    page.get_by_role("main").get_by_role("button", name="Sign In", exact=True).click()
    page.goto("/accounts/preferences/")
    page.get_by_role("link", name="Connected accounts").click()
    page.get_by_role("button", name="The company").click()
    sign_in_there(page, provider)
    prove(page)
    expect(page).to_have_url("/accounts/3rdparty/")
    expect(page.get_by_role("radio")).to_have_count(1)
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/?next=/accounts/3rdparty/")
    page.get_by_role("button", name="The company").click()
    expect(page).to_have_url("/accounts/3rdparty/")
    page.get_by_role("radio").check()
    page.get_by_role("button", name="Remove").click()
    prove(page)
    expect(page.get_by_role("radio")).to_have_count(0)
    assert reader.socialaccount_set.count() == 0
