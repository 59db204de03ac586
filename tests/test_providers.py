"""Google, GitHub and OpenID Connect sign in where they are configured, and are unseen elsewhere."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured

from canon.environment import read_providers
from tests.commands import complaint, run
from tests.providers import configure
from tests.readers import make_reader

VARIABLES = {
    "GOOGLE_CLIENT_ID": "google-id",
    "GOOGLE_CLIENT_SECRET": "google-secret",
    "GITHUB_CLIENT_ID": "github-id",
    "GITHUB_CLIENT_SECRET": "github-secret",
    "OIDC_NAME": "The company",
    "OIDC_SERVER_URL": "https://id.example.org/realms/staff",
    "OIDC_CLIENT_ID": "oidc-id",
    "OIDC_CLIENT_SECRET": "oidc-secret",
}
ORIGINS = ["https://accounts.google.com", "https://github.com", "https://id.example.org"]


@pytest.fixture
def unconfigured(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def configured(monkeypatch, settings):
    """A site with all three, read from the environment as the settings read them."""
    configure(monkeypatch, settings, VARIABLES)


def test_without_variables_there_is_none(unconfigured):
    assert read_providers() == ({}, [])


@pytest.mark.usefixtures("configured")
def test_each_configured_one_has_its_origin():
    providers, origins = read_providers()
    assert set(providers) == {"google", "github", "openid_connect"}
    assert origins == ORIGINS


@pytest.mark.parametrize("missing", [name for name in VARIABLES if name != "OIDC_NAME"])
def test_one_configured_by_half_is_refused(monkeypatch, missing):
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv(missing)
    with pytest.raises(ImproperlyConfigured, match=f"set {missing} too"):
        read_providers()


def test_the_start_ends_in_one_sentence(tmp_path):
    line = complaint(run("check", data=tmp_path, GOOGLE_CLIENT_ID="google-id"))
    assert "GOOGLE_CLIENT_SECRET" in line


def test_the_browser_may_send_forms_to_configured_ones(tmp_path):
    said = run(
        "shell",
        "--command=from django.conf import settings; "
        "print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'])",
        data=tmp_path,
        **VARIABLES,
    ).stdout
    assert all(origin in said for origin in ORIGINS)


def test_a_site_that_starts_with_them_knows_them(tmp_path):
    said = run(
        "shell",
        "--command=from allauth.socialaccount.providers import registry; "
        "print(sorted(registry.provider_map))",
        data=tmp_path,
        **VARIABLES,
    ).stdout
    assert "['github', 'google', 'openid_connect']" in said


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_without_variables_the_pages_name_none(client, unconfigured, path):
    page = client.get(path).content.decode()
    assert "Continue with" not in page
    assert "third-party" not in page


@pytest.mark.django_db
@pytest.mark.usefixtures("unconfigured")
def test_without_variables_nobody_is_offered_to_connect_one(client):
    client.force_login(make_reader())
    assert 'href="/accounts/3rdparty/"' not in client.get("/accounts/preferences/").content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("unconfigured")
@pytest.mark.parametrize("name", ["google", "github", "oidc/oidc"])
def test_without_variables_their_addresses_lead_nowhere(client, name):
    assert client.post(f"/accounts/{name}/login/").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
def test_each_is_one_press_away_and_keeps_the_page_one_came_from(client, prefix):
    page = client.get(f"{prefix}/accounts/login/?next=/items/instructgpt/").content.decode()
    for name in ("google", "github", "oidc/oidc"):
        action = f'action="{prefix}/accounts/{name}/login/?process=login&amp;next=%2Fitems'
        assert f'<form method="post" {action}' in page
    assert "The company" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("prefix", ["", "/zh-hans"])
@pytest.mark.parametrize(("name", "origin"), [("google", ORIGINS[0]), ("github", ORIGINS[1])])
def test_the_address_to_come_back_to_is_the_same_in_each_language(client, prefix, name, origin):
    response = client.post(f"{prefix}/accounts/{name}/login/?process=login")
    address = response.headers["Location"]
    assert address.startswith(origin)
    (back,) = parse_qs(urlsplit(address).query)["redirect_uri"]
    assert back == f"http://testserver/accounts/{name}/login/callback/"


@pytest.mark.django_db
@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_one_comes_back_in_the_language_one_left_in(client, prefix, language):
    client.post(f"{prefix}/accounts/github/login/?process=login")
    page = client.get("/accounts/github/login/callback/?error=nonsense").content.decode()
    assert f'<html lang="{language}"' in page


@pytest.mark.django_db
@pytest.mark.usefixtures("configured")
def test_a_visit_to_the_address_alone_leaves_for_nowhere(client):
    response = client.get("/accounts/github/login/?process=login")
    assert response.status_code == 200
    assert 'class="masthead"' in response.content.decode()
