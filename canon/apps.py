from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CanonConfig(AppConfig):
    name = "canon"
    verbose_name = _("canon")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for readers who sign in."""
        from canon import readers  # noqa: F401
