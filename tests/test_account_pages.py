"""Every page of allauth looks like the site, in both languages, signed in and out."""

import re
import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import URLPattern, get_resolver, reverse
from django.utils import translation

from tests.readers import make_reader

pytestmark = pytest.mark.django_db

# Addresses that never answer with a page: files, data for scripts, and what providers call. The
# last two are those of one key, which only a browser can make.
NO_PAGES = {
    "mfa_download_recovery_codes",
    "mfa_login_webauthn",
    "google_login",
    "google_callback",
    "github_login",
    "github_callback",
    "openid_connect_login",
    "openid_connect_callback",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}
OURS = ("accounts.", "allauth.")


def walk(patterns):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.namespace != "admin":
            yield from walk(pattern.url_patterns)


def names():
    """Return the names of all pages of accounts whose address takes nothing."""
    found = set()
    for pattern in walk(get_resolver().url_patterns):
        module = getattr(pattern.callback, "__module__", "")
        if module.startswith(OURS) and not pattern.pattern.converters:
            found.add(pattern.name)
    return sorted(found - NO_PAGES)


def test_the_walk_finds_what_there_is():
    assert {"account_login", "mfa_index", "usersessions_list", "preferences"} <= set(names())
    assert len(names()) > 25


def follow(client, address):
    """Return the page an address ends at, in at most three steps."""
    response = client.get(address)
    for _step in range(3):
        if response.status_code != 302:
            break
        response = client.get(response.headers["Location"])
    return response


def become(client, visitor, language):
    """Sign in as a `visitor` of this name, who has just proved who they are."""
    if visitor == "nobody":
        return
    reader = make_reader(language=language)
    if visitor == "a reader with two steps":
        TOTP.activate(reader, generate_totp_secret())
        RecoveryCodes.activate(reader)
    client.force_login(reader)
    session = client.session
    proof = {"method": "password", "at": time.time(), "reauthenticated": True}
    session["account_authentication_methods"] = [proof]
    session["account_authentication_methods_user"] = str(reader.pk)
    session.save()


@pytest.mark.parametrize("visitor", ["nobody", "a reader", "a reader with two steps"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", names())
def test_a_page_is_one_of_ours(client, name, language, visitor):
    become(client, visitor, language)
    with translation.override(language):
        address = reverse(name)
    response = follow(client, address)
    page = response.content.decode()
    # A failure at a provider says so in its status as well; what is not set up is not there.
    statuses = {"socialaccount_login_error": {401}, "mfa_view_recovery_codes": {200, 404}}
    statuses["mfa_deactivate_totp"] = {200, 404}
    assert response.status_code in statuses.get(name, {200})
    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1
    assert page.count('class="masthead"') == 1
    assert page.count('id="main"') == 1
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|Menu:", page)


def test_what_takes_a_proof_is_shown_after_it(client):
    become(client, "a reader with two steps", "en")
    for name in ("mfa_deactivate_totp", "mfa_view_recovery_codes", "confirm_deletion"):
        response = client.get(reverse(name))
        assert response.status_code == 200, name


@pytest.mark.parametrize("name", names())
def test_no_page_is_kept_by_a_shared_cache(client, name):
    client.force_login(make_reader())
    response = client.get(reverse(name))
    control = response.headers.get("Cache-Control", "")
    assert "Cookie" in response.headers.get("Vary", "") or "private" in control
