"""What a browser tells of its reader before the reader says anything."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from accounts.models import time_zones


def guess_time_zone(request: HttpRequest) -> str:
    """Return the zone that canon.js wrote into a cookie; UTC without one, or if it is none."""
    name = request.COOKIES.get("time_zone", "")
    return name if name in time_zones() else "UTC"


def guess_language() -> str:
    """Return the language of the page in hand."""
    return get_language() or settings.LANGUAGE_CODE
