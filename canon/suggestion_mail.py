"""Mails that tell readers what became of what they suggested."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from canon.models import Suggestion

TEMPLATE = "canon/email/suggestion_answered"

logger = logging.getLogger(__name__)


def write_to_readers(pks: Iterable[int]) -> None:
    """Write to those who asked for it that their suggestions, by ids, are answered.

    The answers are saved by now: a mail server out of order is logged, and undoes nothing.
    """
    wanted = Suggestion.objects.filter(pk__in=pks, wants_mail=True, user__is_active=True)
    suggestions = list(wanted.select_related("user", "item"))
    if not suggestions:
        return
    try:
        with get_connection() as connection:
            for suggestion in suggestions:
                send(write(suggestion), connection)
    except OSError:
        logger.exception("The mail server could not be reached to tell of an answer.")


def send(mail: EmailMessage, connection: Any) -> None:
    """Send one mail; that one reader's cannot be delivered keeps nobody else's back."""
    try:
        connection.send_messages([mail])
    except OSError:
        logger.exception("The mail that tells of an answer could not be sent.")


def write(suggestion: Suggestion) -> EmailMessage:
    """Return the mail about an answered suggestion, in its reader's language and time zone."""
    reader: Any = suggestion.user
    with translation.override(reader.language), timezone.override(reader.zone):
        context = {
            "suggestion": suggestion,
            "site": settings.SITE_URL,
            "home": settings.SITE_URL + reverse("item_list"),
        }
        subject = render_to_string(f"{TEMPLATE}_subject.txt", context)
        body = render_to_string(f"{TEMPLATE}_message.txt", context)
    return EmailMessage(" ".join(subject.split()), body.strip(), to=[reader.email])
