"""Makes readers for tests."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client


def make_reader(email="reader@example.org", password="an unlikely phrase", **fields):
    """Save and return a reader whose address is verified."""
    reader = get_user_model().objects.create_user(email, password, **fields)
    reader.emailaddress_set.create(email=email, primary=True, verified=True)
    return reader


def make_curator(email="curator@example.org", **fields):
    """Save and return a user who may curate the canon, and nothing else in the admin."""
    curator = make_reader(email, is_staff=True, **fields)
    curator.groups.add(Group.objects.get(name="Curators"))
    return curator


def sign_in_browser(context, address, reader):
    """Give the window `context` on the site at `address` a session of `reader`."""
    client = Client()
    client.force_login(reader)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
