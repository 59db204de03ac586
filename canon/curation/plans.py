"""What an imported table would change, and changing just that."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import reversion
from django.db import models, transaction
from django.utils.translation import gettext as _

from canon.curation.files import Sheet, UnreadableError
from canon.curation.items import ItemResource
from canon.curation.resources import CanonResource, RowPlan
from canon.curation.stale import StalePlanError
from canon.curation.tables import AuthorResource, SectionResource
from canon.models import Author, Item, Section
from canon.models.locks import lock_outline

RESOURCES: dict[type[models.Model], type[CanonResource]] = {
    Item: ItemResource,
    Section: SectionResource,
    Author: AuthorResource,
}


class Plan:
    """What each row of a sheet would do to the rows of a model."""

    def __init__(self, model: type[models.Model], sheet: Sheet) -> None:
        """Read the sheet against the canon as it is; nothing is written.

        Raises UnreadableError if no column says which rows are meant.
        """
        self.sheet = sheet
        self.resource = RESOURCES[model]()
        columns = self.resource.column_names()
        if not {*sheet.columns} & {*self.resource.identifying}:
            raise UnreadableError(
                _("The file needs a column “%(columns)s”.")
                % {"columns": "” / “".join(self.resource.identifying)}
            )
        self.unknown_columns = [name for name in sheet.columns if name not in columns]
        self.rows = self.resource.read(sheet)

    @property
    def bad(self) -> list[RowPlan]:
        """The rows in which something is wrong."""
        return [row for row in self.rows if row.complaints]

    @property
    def good(self) -> list[RowPlan]:
        """The rows that would be written."""
        return [row for row in self.rows if row.is_good]

    @property
    def new_count(self) -> int:
        """How many of them are new."""
        return sum(row.is_new for row in self.good)

    @property
    def changed_count(self) -> int:
        """How many of them change what is there."""
        return len(self.good) - self.new_count

    @property
    def unchanged_count(self) -> int:
        """How many rows say what is there already."""
        return len(self.rows) - len(self.good) - len(self.bad)

    @property
    def fingerprint(self) -> str:
        """What tells this plan from any other: a confirmation holds for one only."""
        says = [
            [row.line, row.is_new, [[*vars(d).values()] for d in row.differences]]
            for row in self.good
        ]
        says += [[row.line, [[*vars(c).values()] for c in row.complaints]] for row in self.bad]
        return hashlib.sha256(json.dumps(says).encode()).hexdigest()


def carry_out(model: type[models.Model], sheet: Sheet, fingerprint: str, user: Any) -> Plan:
    """Write the good rows of a sheet, as one revision of `user`, and return what was done.

    Raises StalePlanError, and writes nothing, if that is not what `fingerprint` stands for.
    """
    with transaction.atomic(), reversion.create_revision():
        # Nobody else changes the canon between the comparison and our own writing.
        lock_outline()
        plan = Plan(model, sheet)
        if plan.fingerprint != fingerprint:
            raise StalePlanError(plan)
        reversion.set_user(user)
        reversion.set_comment(_("Imported from %(file)s.") % {"file": sheet.name})
        plan.resource.write()
    return plan
