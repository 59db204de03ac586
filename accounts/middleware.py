"""What follows a reader through every page: their time zone, and when they were last seen."""

import datetime
import logging
import zoneinfo
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.guesses import guess_time_zone

logger = logging.getLogger(__name__)

Handler = Callable[[HttpRequest], HttpResponseBase]

LAST_SEEN_STEP = datetime.timedelta(minutes=10)


def has_session(request: HttpRequest) -> bool:
    """Tell whether the browser sent a session; asking for the user without one costs caches."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


class TimeZoneMiddleware:
    """Shows times in the reader's zone: the chosen one, or for guests that of the browser."""

    def __init__(self, get_response: Handler) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the reader's zone."""
        if has_session(request) and request.user.is_authenticated:
            zone = request.user.zone
        else:
            zone = zoneinfo.ZoneInfo(guess_time_zone(request))
        with timezone.override(zone):
            return self.get_response(request)


class LastSeenMiddleware:
    """Keeps when and where each session of a reader was last seen, to ten minutes.

    allauth's own middleware writes on every request, and SQLite lets only one write at a time.
    """

    def __init__(self, get_response: Handler) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note the session before it is used."""
        if has_session(request) and request.user.is_authenticated:
            stale = timezone.now() - LAST_SEEN_STEP
            key = request.session.session_key
            if UserSession.objects.filter(session_key=key, last_seen_at__lt=stale).exists():
                note_session(request)
        return self.get_response(request)


def note_session(request: HttpRequest) -> None:
    """Note when and where the session was seen, or go on without: reading must not need writing."""
    try:
        UserSession.objects.create_from_request(request)
    except DatabaseError as error:
        logger.warning("A session could not be noted.", exc_info=error)
