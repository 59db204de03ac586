"""A reader whose session has ended is led to sign in, and back to the page they were on."""

import pytest

from tests.readers import make_reader

pytestmark = pytest.mark.django_db

PAGE = "http://testserver/zh-hans/items/instructgpt/?q=a"


def test_a_plain_request_is_redirected(client):
    response = client.get("/accounts/preferences/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/accounts/preferences/"


def test_htmx_is_told_to_leave_the_page_and_to_come_back_to_it(client):
    response = client.get(
        "/accounts/preferences/", headers={"HX-Request": "true", "HX-Current-URL": PAGE}
    )
    assert response.status_code == 200
    expected = "/accounts/login/?next=%2Fzh-hans%2Fitems%2Finstructgpt%2F%3Fq%3Da"
    assert response.headers["HX-Redirect"] == expected
    assert response.content == b""


def test_a_lost_post_leads_back_to_the_page_and_not_to_its_own_address(client):
    response = client.post(
        "/zh-hans/accounts/sessions/1/end/", headers={"HX-Request": "true", "HX-Current-URL": PAGE}
    )
    address = response.headers["HX-Redirect"]
    assert address.startswith("/zh-hans/accounts/login/?next=%2Fzh-hans%2Fitems")
    assert "sessions" not in address


@pytest.mark.parametrize("page", ["https://example.com/items/", "", "nonsense"])
def test_a_page_of_another_site_is_not_come_back_to(client, page):
    headers = {"HX-Request": "true", "HX-Current-URL": page}
    response = client.get("/accounts/preferences/", headers=headers)
    assert response.headers["HX-Redirect"] == "/accounts/login/"


def test_a_redirect_elsewhere_is_left_to_htmx(client):
    client.force_login(make_reader())
    response = client.get("/accounts/signup/", headers={"HX-Request": "true"})
    assert response.status_code == 302
    assert "HX-Redirect" not in response.headers
