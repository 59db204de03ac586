"""Locks: who changes the shape of the canon waits in one line."""

from __future__ import annotations

from django.apps import apps

from canon.models.editions import lock_stamp


def lock_outline() -> None:
    """Let no other curator change the shape of the canon before the transaction ends.

    Whoever adds, moves or deletes sections, items or dependencies comes here first, so that all
    wait in one line. SQLite needs no lock: its transactions are IMMEDIATE.
    """
    lock_stamp()
    sections = apps.get_model("canon", "Section")._base_manager
    list(sections.select_for_update(no_key=True).order_by("pk").values_list("pk"))
