"""The log tells an operator what happens, line by line, and nothing about who reads what."""

import io
import json
import logging
import smtplib
import sys

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import Client

from canon import slow_queries
from canon.logs import JsonFormatter, TextFormatter, request_id
from canon.models import Item
from canon.observing import usable_id
from tests.readers import make_reader

SECRETS = ["ada@example.org", "ada-l", "what i think", "203.0.113.7", "secret-token"]


@pytest.fixture
def lines():
    """What is logged meanwhile, as the formatter for machines writes it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "canon.requests", "canon.queries")]
    levels = [logger.level for logger in loggers]
    loggers[0].addHandler(handler)
    loggers[1].setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    loggers[0].removeHandler(handler)
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def broken(monkeypatch):
    """A site on which writing a note fails with the note in the error."""

    def fail(*_arguments, **_options):
        raise IntegrityError('duplicate key\nDETAIL: Key (email)=(ada@example.org), "what i think"')

    monkeypatch.setattr("canon.views.notes.NoteForm", fail)
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_a_request_is_one_line_that_names_the_route_and_no_reader(lines):
    reader = make_reader("ada@example.org", handle="ada-l", is_public=True)
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.force_login(reader)
    answer = client.get("/@ada-l/?token=secret-token")
    (line,) = lines()
    expected = {
        "level": "INFO",
        "logger": "canon.requests",
        "message": "request",
        "method": "GET",
        "route": "public_progress",
        "status": 200,
        "bytes": len(answer.content),
        "request_id": answer.headers["X-Request-ID"],
    }
    assert {key: line[key] for key in expected} == expected
    assert line["ms"] > 0
    assert not any(secret in json.dumps(line) for secret in SECRETS)


@pytest.mark.django_db
def test_an_error_is_told_with_its_place_and_without_what_it_says(broken, lines):
    reader = make_reader("ada@example.org")
    broken.force_login(reader)
    item = Item.objects.get(slug="bert")
    answer = broken.post(f"/items/{item.slug}/note/", {"text": "what i think"})
    assert answer.status_code == 500
    error, request = [line for line in lines() if line["level"] == "ERROR" or "route" in line]
    assert error["message"] == "Internal Server Error: edit_note"
    assert error["error"]["type"] == "django.db.utils.IntegrityError"
    assert any("canon/views/notes.py" in frame for frame in error["error"]["trace"])
    assert request["status"] == 500
    assert error["request_id"] == request["request_id"] == answer.headers["X-Request-ID"]
    assert f"<code>{error['request_id']}</code>" in answer.content.decode()
    assert not any(secret in json.dumps(error) for secret in SECRETS)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(28, "No space left on device", "/home/ada@example.org"),
            "No space left on device",
        ),
        (OperationalError("connection refused\nwhat i think"), "connection refused"),
        (smtplib.SMTPRecipientsRefused({"ada@example.org": (550, b"no")}), None),
        (DatabaseError("ada@example.org"), None),
    ],
)
def test_what_the_system_says_is_told_and_what_data_says_is_not(error, said):
    try:
        raise RuntimeError("what i think") from error
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "It broke.", (), sys.exc_info())
    told = json.loads(JsonFormatter().format(record))
    assert told["error"]["cause"].get("message") == said
    assert "message" not in told["error"]
    text = TextFormatter().format(record)
    assert (said or "It broke.") in text
    assert not any(secret in text + json.dumps(told) for secret in SECRETS)


def test_a_line_stays_one_line_whatever_it_says():
    record = logging.LogRecord("x", logging.INFO, "", 0, 'a "quoted"\nline %s', ("注意",), None)
    (line,) = JsonFormatter().format(record).splitlines()
    assert json.loads(line)["message"] == 'a "quoted"\nline 注意'


@pytest.mark.parametrize("sent", ["", "a" * 65, "a b", "a\nSet-Cookie: b", "<b>", "注意", "../x"])
def test_an_id_that_is_none_is_replaced(sent):
    assert usable_id(sent) == ""


@pytest.mark.django_db
def test_the_id_of_a_proxy_is_taken_only_where_the_operator_trusts_it(settings):
    sent = {"X-Request-ID": "0123-abcd"}
    assert Client().get("/robots.txt", headers=sent).headers["X-Request-ID"] != "0123-abcd"
    settings.REQUEST_ID_HEADER = "X-Request-ID"
    assert Client().get("/robots.txt", headers=sent).headers["X-Request-ID"] == "0123-abcd"
    assert request_id.get() == ""


@pytest.fixture
def in_a_request():
    """Run a test as if it were one request."""
    token = request_id.set("0123-abcd")
    yield
    request_id.reset(token)


@pytest.mark.django_db
def test_a_slow_statement_of_a_command_is_not_told(settings, lines):
    slow_queries.watch(connection)
    settings.SLOW_QUERY_MS = 0
    list(Item.objects.filter(title="what i think"))
    assert lines() == []


@pytest.mark.django_db
def test_a_slow_statement_is_told_without_its_values(settings, lines, in_a_request):
    slow_queries.watch(connection)
    settings.SLOW_QUERY_MS = 60_000
    list(Item.objects.filter(title="what i think"))
    assert lines() == []
    settings.SLOW_QUERY_MS = 0
    list(Item.objects.filter(title="what i think"))
    (line,) = lines()
    assert line["message"] == "slow query"
    assert 'FROM "canon_item"' in line["sql"]
    assert line["ms"] >= 0
    assert "what i think" not in json.dumps(line)
