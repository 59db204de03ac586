from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class CanonConfig(AppConfig):
    name = "canon"
    verbose_name = _("Canon")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for readers who sign in, keep the history, give curators their rights; watch."""
        from canon import curators, history, readers, reporting, slow_queries  # noqa: F401

        if settings.SLOW_QUERY_MS:
            connection_created.connect(slow_queries.watch)
        if settings.SENTRY_DSN:
            reporting.start(settings.SENTRY_DSN)
