"""Declining many suggestions with one answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from canon.answering import AlreadyAnsweredError, decline
from canon.models import Suggestion


class DecliningForm(forms.Form):
    """What all the readers are told."""

    answer = forms.CharField(
        label=_("Answer to the readers"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
        error_messages={"required": _("Say why: the readers wait for an answer.")},
    )


class DeclinesTogether(admin.ModelAdmin):
    """Declines what is chosen of a list, after asking for the one answer."""

    actions: Any = ("decline_together",)

    @admin.action(description=_("Decline with one answer…"), permissions=["change"])
    def decline_together(
        self, request: HttpRequest, queryset: models.QuerySet[Suggestion]
    ) -> HttpResponse | None:
        """Ask for the answer; decline once there is one."""
        chosen = Suggestion.objects.filter(pk__in=queryset.order_by().values("pk"))
        waiting = list(chosen.open().order_by("pk"))
        if not waiting:
            text = gettext("Nothing of this waits for an answer.")
            self.message_user(request, text, messages.WARNING)
            return None
        form = DecliningForm(request.POST if "answer" in request.POST else None)
        if not form.is_valid():
            return self.ask_for_answer(request, waiting, form)
        done = [one for one in waiting if self.declined(request, one, form.cleaned_data["answer"])]
        text = ngettext(
            "%(count)d suggestion declined. The reader finds your answer.",
            "%(count)d suggestions declined. The readers find your answer.",
            len(done),
        )
        self.message_user(request, text % {"count": len(done)}, messages.SUCCESS)
        return None

    def declined(self, request: HttpRequest, suggestion: Suggestion, answer: str) -> bool:
        """Decline a suggestion; tell whether it is declined with this answer.

        It may be already: what asks for the same as one before it was answered with that one.
        Somebody else may have answered it, too: theirs stands, and the curator is told.
        """
        try:
            decline(suggestion, answer)
        except AlreadyAnsweredError as error:
            now = error.suggestion
            if now is not None and (now.state, now.answer) == (Suggestion.State.DECLINED, answer):
                return True
            text = gettext("Answered or withdrawn meanwhile, and left as it is: %(suggestion)s")
            self.message_user(request, text % {"suggestion": suggestion}, messages.WARNING)
            return False
        self.log_change(request, suggestion, gettext("Declined."))
        return True

    def ask_for_answer(
        self, request: HttpRequest, waiting: list[Suggestion], form: DecliningForm
    ) -> HttpResponse:
        """Show what would be declined, and the form; with 422 if it was sent without an answer."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Decline with one answer"),
            "opts": self.opts,
            "module_name": self.opts.verbose_name_plural,
            "waiting": waiting,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(
            request, "admin/canon/suggestion/decline.html", context, status=status
        )
