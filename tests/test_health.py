"""Machines learn whether the site is alive and ready, by any name and without a trace."""

import pytest
from django.core.cache.backends.db import DatabaseCache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

from canon.views import health

PROBES = ["/healthz", "/readyz"]


@pytest.fixture(autouse=True)
def asked_for_the_first_time(monkeypatch):
    monkeypatch.setitem(health.migrated, "is_seen", False)


def refuse(*_arguments, **_options):
    raise ConnectionError("postgresql://canon:hush-hush@10.0.0.5 is out of order")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_a_site_that_is_well_says_so_to_whoever_asks_and_is_not_logged(client, caplog, path):
    caplog.set_level("DEBUG", "canon")
    with override_settings(SECURE_SSL_REDIRECT=True):
        answer = client.get(path, headers={"Host": "10.1.2.3:8000", "Accept-Language": "zh"})
    assert answer.status_code == 200
    assert set(answer.json().values()) == {"ok"}
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert caplog.records == []
    assert client.post(path).status_code == 405


def test_being_alive_asks_no_database(client):
    # Without django_db, a query would fail this test.
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_second_question_costs_two_queries(client, django_assert_max_num_queries):
    client.get("/readyz")
    with django_assert_max_num_queries(2):
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("part", "target", "name"),
    [
        ("database", connection, "cursor"),
        ("cache", DatabaseCache, "get"),
    ],
)
def test_what_is_out_of_order_is_named_and_no_more_is_told(
    client, monkeypatch, settings, part, target, name
):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "django_cache",
        }
    }
    with monkeypatch.context() as broken:
        broken.setattr(target, name, refuse)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()[part] == "failed"
    assert b"hush" not in answer.content
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_a_migration_that_is_missing_keeps_readers_away_until_it_is_there(client):
    applied = MigrationRecorder.Migration.objects.filter(app="canon").order_by("name").last()
    MigrationRecorder.Migration.objects.filter(pk=applied.pk).delete()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "cache": "ok", "migrations": "missing"}
    applied.save()
    assert client.get("/readyz").status_code == 200
