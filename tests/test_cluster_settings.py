"""Behind PgBouncer and with Redis nothing is kept between transactions, and no mark is lost."""

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client

from canon.readers import read_guest_marks
from tests.test_settings import data, evaluate  # noqa: F401


def test_the_environment_says_what_stands_around(data):  # noqa: F811
    read = "settings.DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS'], settings.SESSION_ENGINE"
    engine = "django.contrib.sessions.backends"
    assert evaluate(read, data) == f"False {engine}.db"
    around = {"PGBOUNCER": "on", "CACHE_URL": "redis://127.0.0.1:1/0"}
    assert evaluate(read, data, **around) == f"True {engine}.cached_db"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL prepares")
def test_no_statement_is_prepared_on_a_connection():
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT %s::int", (1,))
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_a_guest_s_mark_survives_a_cache_that_is_behind(settings):
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    guest = Client()
    guest.post("/items/bert/mark/", {"status": "read"})
    key = guest.session.cache_key
    behind = cache.get(key)
    guest.post("/items/gpt-3/mark/", {"status": "read"})
    cache.set(key, behind)
    guest.post("/items/gpt/mark/", {"status": "read"})
    row = Session.objects.get(pk=guest.session.session_key)
    assert len(read_guest_marks(row.get_decoded())) == 3
