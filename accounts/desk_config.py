"""Puts our desk in the place of Django's own admin site."""

from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """django.contrib.admin, with our door."""

    default_site = "accounts.desk.Desk"
