"""Deleting items: what readers marked or noted stays, and may be retired instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext

from canon.admin.history import KeepsHistory
from canon.models import Item
from canon.models.states import count_readers


@dataclass(frozen=True)
class Kept:
    """An item that stays because readers marked or noted it; never who."""

    item: Item
    readers: int

    @property
    def may_retire(self) -> bool:
        """Whether the item may be retired instead."""
        return self.item.state == Item.State.PUBLISHED

    def __str__(self) -> str:
        text = ngettext(
            "%(count)d reader has marked or noted it.",
            "%(count)d readers have marked or noted it.",
            self.readers,
        )
        return text % {"count": self.readers}


class KeepsWhatIsRead(KeepsHistory):
    """Refuses to delete what readers marked or noted, and never lists what that is.

    The database refuses it, too: marks, notes and the log protect their item.
    """

    def get_deleted_objects(self, objs: Iterable[Item], request: HttpRequest) -> Any:
        """Return what goes along with `objs`, or else which of them readers keep.

        The parts of an item go with it, whoever may delete parts by themselves.
        """
        items = list(objs)
        readers = count_readers([item.pk for item in items])
        kept = [Kept(item, readers[item.pk]) for item in items if item.pk in readers]
        if kept:
            return [], {}, set(), kept
        found, counts, _lacking, protected = super().get_deleted_objects(items, request)
        return found, counts, set(), protected

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Ask, and delete; unless a reader marks the item just then."""
        return self.unless_marked(
            request,
            lambda: super(KeepsWhatIsRead, self).delete_view(request, object_id, extra_context),
        )

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any) -> Any:
        """Do what was chosen; deleting all or nothing."""
        if request.POST.get("action") != "delete_selected" or not request.POST.get("post"):
            return super().response_action(request, queryset, *args)
        return self.unless_marked(
            request, lambda: super(KeepsWhatIsRead, self).response_action(request, queryset, *args)
        )

    def unless_marked(self, request: HttpRequest, delete: Callable[[], Any]) -> HttpResponse | None:
        """Delete in one transaction; if a reader was quicker, say so and show the page anew."""
        if request.method != "POST":
            return delete()
        try:
            with transaction.atomic():
                return delete()
        except ProtectedError:
            text = gettext("Nothing was deleted: a reader has marked it meanwhile.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
