"""Shipments: what the fixtures held when they were last brought into this site."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Shipment(models.Model):
    """The canon as one set of fixtures has it, to tell what curators have changed since."""

    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)
    records = models.JSONField(_("records"))

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering: ClassVar = ["-loaded_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.loaded_at:%Y-%m-%d %H:%M}"
