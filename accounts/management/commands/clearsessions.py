"""Forgets sessions that have ended, and what was noted of the devices they were on."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.management.commands import clearsessions
from django.contrib.sessions.models import Session


class Command(clearsessions.Command):
    """`manage.py clearsessions`: as Django's own, and the list of devices follows.

    That list holds addresses and names of browsers, and would keep them for ever.
    """

    def handle(self, **options: Any) -> None:
        """Delete what has ended."""
        super().handle(**options)
        UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
