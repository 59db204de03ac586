"""Sends errors to Sentry, without anything about the reader who met them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from canon.logs import TELLING, request_id

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint


def start(dsn: str) -> None:
    """Report errors to the project of `dsn`, from now on."""
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.logging import ignore_logger

    ignore_logger("django.security.DisallowedHost")  # scanners try every name
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=strip,
    )


def strip(event: Event, _hint: Hint) -> Event:
    """Leave kind, place and view of an error; what it says may hold what a reader typed."""
    for part in ("user", "breadcrumbs", "extra", "server_name"):
        event.pop(part, None)  # type: ignore[misc]
    if "request" in event:
        event["request"] = {"method": event["request"].get("method")}
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    for error in event.get("exception", {}).get("values", []):
        if error.get("type") not in TELLING:
            error["value"] = ""
    tags: dict[str, Any] = {"request_id": request_id.get()}
    event["tags"] = tags
    return event
