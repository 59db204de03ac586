"""Around every request: its id, a line in the log, the metrics, and headers for every answer."""

import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from canon.logs import request_id
from canon.metrics import meter
from canon.views.health import PROBES

logger = logging.getLogger("canon.requests")

Handler = Callable[[HttpRequest], HttpResponseBase]
LONGEST_ID = 64


def observe(get_response: Handler) -> Handler:
    """Return the middleware around all others; it answers probes itself, and says nothing of them.

    The log names the route, never the address: that may hold a handle or a token.
    """
    header = "HTTP_" + settings.REQUEST_ID_HEADER.upper().replace("-", "_")
    measure = meter() if settings.METRICS_PORT else None

    def middleware(request: HttpRequest) -> HttpResponseBase:
        probe = PROBES.get(request.path_info)
        if probe:
            return probe(request)
        started = time.perf_counter()
        identity = usable_id(request.META.get(header, "")) or secrets.token_hex(8)
        token = request_id.set(identity)
        try:
            response = get_response(request)
            response["X-Request-ID"] = identity
            for name, value in settings.PROTECTIVE_HEADERS.items():
                response.headers.setdefault(name, value)
            match = request.resolver_match
            route = match.view_name if match else ""
            seconds = time.perf_counter() - started
            if route or response.status_code >= 400:  # the rest are static files
                report(request, response, route, seconds)
                if measure:
                    measure(request.method or "", route, response.status_code, seconds)
        finally:
            request_id.reset(token)
        return response

    return middleware


def usable_id(text: str) -> str:
    """Return an id that a proxy sent, or nothing if it is none: it goes into log and headers."""
    is_usable = len(text) <= LONGEST_ID and text.isascii() and text.replace("-", "").isalnum()
    return text if is_usable else ""


def report(request: HttpRequest, response: HttpResponseBase, route: str, seconds: float) -> None:
    """Write the line of a request."""
    length = response.headers.get("Content-Length")
    data = {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
        "bytes": int(length) if length else None,
    }
    logger.info("request", extra={"data": data})
