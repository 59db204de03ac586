"""Shipping: the canon out into fixtures, and newer fixtures into a site with curators."""

from canon.shipping.differences import Difference, Verdict, Wishes
from canon.shipping.opening import canon_is_empty, open_canon
from canon.shipping.plans import Plan, is_news, last_shipment, make_plan
from canon.shipping.reading import FixtureError, read_fixtures
from canon.shipping.records import canon_files, to_records
from canon.shipping.saving import StalePlanError, carry_out

__all__ = [
    "Difference",
    "FixtureError",
    "Plan",
    "StalePlanError",
    "Verdict",
    "Wishes",
    "canon_files",
    "canon_is_empty",
    "carry_out",
    "is_news",
    "last_shipment",
    "make_plan",
    "open_canon",
    "read_fixtures",
    "to_records",
]
