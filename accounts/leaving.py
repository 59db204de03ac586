"""What goes with an account beside the rows that name it, whoever deletes it and from where."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from accounts.models import User


@receiver(pre_delete, sender=User)
def end_sessions(instance: User, **_options: Any) -> None:
    """Sign the account out everywhere: a session holds its id, and lives on its own."""
    for session in instance.usersession_set.all():  # type: ignore[attr-defined]
        session.end()


@receiver(post_delete, sender=User)
def forget_name(instance: User, using: str, **_options: Any) -> None:
    """Leave in the desk's log that something was done to an account, not to whose."""
    about = ContentType.objects.db_manager(using).get_for_model(User)
    entries = LogEntry.objects.using(using).filter(content_type=about, object_id=str(instance.pk))
    entries.update(object_id=None, object_repr="—")
