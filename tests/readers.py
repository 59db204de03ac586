"""Makes readers for tests."""

from django.contrib.auth import get_user_model


def make_reader(email="reader@example.org", password="an unlikely phrase", **fields):
    """Save and return a reader whose address is verified."""
    reader = get_user_model().objects.create_user(email, password, **fields)
    reader.emailaddress_set.create(email=email, primary=True, verified=True)
    return reader
