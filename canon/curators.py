"""The group “Curators”: the rights to curate the canon, and none over its readers."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.contrib.auth.management import create_permissions
from django.db.models.signals import post_migrate
from django.dispatch import receiver

GROUP = "Curators"
ALL = ("add", "change", "delete", "view")
RIGHTS: dict[str, tuple[str, ...]] = {
    "section": ALL,
    "item": ALL,
    "author": ALL,
    "authorship": ALL,
    "link": ALL,
    "dependency": ALL,
    "suggestion": ("view", "change"),
    "linkcheck": ("view",),
    "change": ("view",),
}


def codenames() -> set[str]:
    """Return the names of the permissions that curators have."""
    return {f"{action}_{model}" for model, actions in RIGHTS.items() for action in actions}


@receiver(post_migrate, dispatch_uid="canon.curators")
def give_rights(
    app_config: AppConfig, using: str, apps: Any = global_apps, **_options: Any
) -> None:
    """Make the group wherever it is missing, with these rights and no others.

    Permissions are made after a migration, not by it. So this follows every migration, and what a
    later one adds to or takes from the canon reaches the curators of an old site too.
    """
    if app_config.label != "canon":
        return
    create_permissions(app_config, verbosity=0, using=using, apps=apps)
    try:
        group_model, permission_model = (apps.get_model("auth", n) for n in ("Group", "Permission"))
    except LookupError:  # only some other app was migrated, on an empty database
        return
    rights = permission_model.objects.using(using).filter(
        content_type__app_label="canon", codename__in=codenames()
    )
    group, _is_new = group_model.objects.using(using).get_or_create(name=GROUP)
    group.permissions.set(rights)
