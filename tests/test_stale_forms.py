"""A form from before the last sign-in is refused with a page of ours that says what to do."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("prefix", "language"), [("", "en"), ("/zh-hans", "zh-hans")])
def test_a_form_without_a_fresh_token_changes_nothing(prefix, language):
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"{prefix}/accounts/login/", {"login": "a@example.org"})
    page = response.content.decode()
    assert response.status_code == 403
    assert 'class="masthead"' in page
    assert f'<html lang="{language}"' in page
    assert "style=" not in page
