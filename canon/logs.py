"""How Canon's log looks: one line an event, as JSON or for the eye, without personal data.

Only the standard library is imported: gunicorn's master process loads this too, and keeps it over
a reload that brings new code.
"""

from __future__ import annotations

import datetime
import json
import logging
import traceback
from contextvars import ContextVar
from typing import Any

# The id of the request that is being answered.
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What these say comes from the system, never from what a reader typed.
TELLING = {"ImproperlyConfigured", "OperationalError"}
FRAMES = 30


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return the kind of an error and where it happened.

    What it says is left out, unless it comes from the system: a database names the values that it
    refused, and a mail server the addresses.
    """
    kind = type(error)
    said: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if message := telling(error):
        said["message"] = message
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    said["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    if cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        said["cause"] = describe_error(cause)
    return said


def telling(error: BaseException) -> str:
    """Return the first line of what an error says, if that cannot be about a reader."""
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    is_telling = any(kind.__name__ in TELLING for kind in type(error).__mro__)
    return str(error).strip().partition("\n")[0] if is_telling else ""


def describe(record: logging.LogRecord) -> dict[str, Any]:
    """Return what a record says, in the order in which it is read."""
    moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
    said = {
        "time": moment.isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": message_of(record),
        "request_id": request_id.get(),
        **getattr(record, "data", {}),
    }
    if record.exc_info and record.exc_info[1]:
        said["error"] = describe_error(record.exc_info[1])
    return {key: value for key, value in said.items() if value not in ("", None)}


def message_of(record: logging.LogRecord) -> str:
    """Return the message; of Django's about a request only the reason, for an address may tell."""
    request = getattr(record, "request", None)
    if request is None:
        return record.getMessage()
    match = getattr(request, "resolver_match", None)
    if isinstance(record.args, tuple) and record.args:
        reason = str(record.args[0])
    else:  # something suspicious: its kind says enough
        reason = record.name.rpartition(".")[2]
    return f"{reason}: {match.view_name}" if match else reason


class JsonFormatter(logging.Formatter):
    """A line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(describe(record), ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A line for the eye; an error brings its trace below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        said = describe(record)
        head = " ".join(str(said.pop(key)) for key in ("time", "level", "message") if key in said)
        error = said.pop("error", None)
        rest = " ".join(f"{key}={value}" for key, value in said.items())
        return "\n".join([f"{head} {rest}", *lines_of(error)])


def lines_of(error: dict[str, Any] | None) -> list[str]:
    """Return what `describe_error` found as lines, the cause last."""
    if error is None:
        return []
    head = ": ".join(error[key] for key in ("type", "message") if key in error)
    trace = [f"    {frame}" for frame in error["trace"]]
    return [f"  {head}", *trace, *lines_of(error.get("cause"))]


def logging_settings(style: str, level: str, *, tells_all: bool = False) -> dict[str, Any]:
    """Return what `logging.config` takes: everything goes to stderr, in the style json or text.

    `tells_all` is for developers: what errors say, and their whole traces, in the standard form.
    """
    formatter = {"()": f"canon.logs.{style.capitalize()}Formatter"}
    if tells_all:
        formatter = {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "canon": {"level": level},
            "accounts": {"level": level},
            # Of what is refused or missing, the line of the request tells.
            "django.request": {"level": "ERROR"},
            "gunicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
        },
    }
