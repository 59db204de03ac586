"""Mail goes to the configured server, or to files; rate limits go where all processes look."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import send_mail
from django.db import connection

from canon.environment import read_cache, read_mail
from tests.test_serve import fresh  # noqa: F401

FOLDER = Path("/somewhere/mail")


@pytest.fixture(autouse=True)
def unset(monkeypatch):
    for name in ("EMAIL_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_server_mail_is_written_to_files(settings, tmp_path):
    for name, value in read_mail(tmp_path / "mail").items():
        setattr(settings, name, value)
    send_mail("Subject", "Text", None, ["reader@example.org"])
    (file,) = (tmp_path / "mail").iterdir()
    assert "To: reader@example.org" in file.read_text()


def test_the_first_line_of_the_start_names_the_folder(fresh):  # noqa: F811
    assert str(fresh.data / "mail") in fresh.said[0]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://mail.example.org:25", {"EMAIL_HOST": "mail.example.org", "EMAIL_PORT": 25}),
        ("smtp+tls://u:p%40ss@m:587", {"EMAIL_USE_TLS": True, "EMAIL_HOST_PASSWORD": "p@ss"}),
        ("smtp+ssl://u:p@m:465", {"EMAIL_USE_SSL": True, "EMAIL_HOST_USER": "u"}),
    ],
)
def test_a_server_is_named_by_its_address(monkeypatch, address, expected):
    monkeypatch.setenv("EMAIL_URL", address)
    read = read_mail(FOLDER)
    assert read["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert expected.items() <= read.items()


@pytest.mark.parametrize("address", ["mail.example.org", "http://mail.example.org", "smtps://m"])
def test_an_address_that_is_no_mail_server_s_is_refused_without_its_password(monkeypatch, address):
    monkeypatch.setenv("EMAIL_URL", address)
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL must begin with smtp://"):
        read_mail(FOLDER)


@pytest.mark.django_db
def test_without_an_address_the_cache_is_a_table_that_is_there():
    name = read_cache()["LOCATION"]
    assert name in connection.introspection.table_names()


def test_redis_is_named_by_its_address(monkeypatch):
    monkeypatch.setenv("CACHE_URL", "redis://cache.example.org:6379/0")
    assert read_cache()["LOCATION"] == "redis://cache.example.org:6379/0"


@pytest.mark.parametrize("address", ["locmemcache://", "cache.example.org", "dummycache://"])
def test_a_cache_that_is_not_shared_is_refused(monkeypatch, address):
    monkeypatch.setenv("CACHE_URL", address)
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL must begin with redis://"):
        read_cache()
