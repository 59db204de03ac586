"""Acts of curators: each is one revision, and says what it did and what it left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import reversion
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext


@contextmanager
def one_act(request: HttpRequest, comment: str) -> Iterator[None]:
    """Make one revision of what is saved within the block."""
    with reversion.create_revision():
        reversion.set_user(request.user)
        reversion.set_comment(comment)
        yield


def try_each(
    request: HttpRequest, comment: str, rows: Iterable[Any], verb: Callable[[Any], Any]
) -> list[Any]:
    """Do `verb` to each row as one act; return those to which it was done.

    The user is told which rows were left alone, and why: the message of the ValidationError.
    """
    done: list[Any] = []
    left = defaultdict[str, list[Any]](list)
    with one_act(request, comment):
        for row in rows:
            try:
                verb(row)
            except ValidationError as refusal:
                left[" ".join(refusal.messages)].append(row)
            else:
                done.append(row)
    for reason, kept in left.items():
        messages.warning(request, left_alone(reason, kept))
    return done


def left_alone(reason: str, rows: Iterable[Any]) -> str:
    """Return the message that says which rows were left alone, and why."""
    names = format_html_join("", "<li>{}</li>", ([str(row)] for row in rows))
    intro = gettext("Left as it was: %(reason)s") % {"reason": reason}
    return format_html("{}<ul>{}</ul>", intro, names)
