"""The history of one object, page by page, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext
from reversion.models import Revision, Version

from canon.history.differences import Difference, Names, RowDifference, differences
from canon.history.snapshots import snapshots_at

PER_PAGE = 20


def comment_of(revision: Revision) -> str:
    """Return the comment of a revision in the language of whoever reads it.

    Those that Django writes are kept as data and worded when read; those that Canon writes by
    itself are messages of its catalogue; any other stays as it was written.
    """
    comment: str = revision.get_comment()
    return gettext(comment) if comment.strip() else ""


@dataclass
class Entry:
    """One act in the history of an object."""

    version: Version
    fields: list[Difference] = field(default_factory=list)
    rows: list[RowDifference] = field(default_factory=list)
    is_latest: bool = False
    is_first: bool = False

    @property
    def revision(self) -> Revision:
        """The act itself."""
        revision: Revision = self.version.revision
        return revision

    @property
    def comment(self) -> str:
        """What the act says of itself."""
        return comment_of(self.revision)


class HistoryPage:
    """One page of the history of an object."""

    def __init__(self, model: type[models.Model], pk: Any, number: Any) -> None:
        """Take the page `number`, or the nearest that there is."""
        versions = Version.objects.get_for_object_reference(model, pk)
        self.versions = versions.select_related("revision__user").order_by("-pk")
        self.page: Page[Version] = Paginator(self.versions, PER_PAGE).get_page(number)

    @cached_property
    def entries(self) -> list[Entry]:
        """The acts on the page, each with what it changed; as many queries for one as for all."""
        return list(self.compare())

    def compare(self) -> Iterator[Entry]:
        """Yield the acts on the page, each compared with the one before it."""
        first = self.page.start_index() - 1
        # One more: what the last of the page is compared with.
        versions = (
            list(self.versions[first : first + PER_PAGE + 1]) if self.page.object_list else []
        )
        snapshots = snapshots_at(versions)
        names = Names(snapshots.values())
        for place, (version, former) in enumerate(zip_longest(versions, versions[1:])):
            if place == PER_PAGE:
                return
            entry = Entry(version, is_latest=first + place == 0, is_first=former is None)
            if former is not None:
                old, new = snapshots[former.pk], snapshots[version.pk]
                entry.fields, entry.rows = differences(old, new, names)
            yield entry
