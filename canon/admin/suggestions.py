"""Suggestions at the curators' desk: looked at, and answered. Who made them is never shown."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.db.models import Case, OuterRef, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from canon.admin.declining import DeclinesTogether
from canon.admin.site import count_of
from canon.answering import AlreadyAnsweredError, accept, decline, mend_answer
from canon.models import Item, LinkCheck, Suggestion, items_at

OPEN_FIRST = Case(When(state=Suggestion.State.OPEN, then=Value(0)), default=Value(1))


class AnswerForm(forms.Form):
    """What a curator answers."""

    answer = forms.CharField(
        label=_("Answer to the reader"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


@dataclass(frozen=True)
class Facts:
    """What a curator wants to know before answering."""

    # What the canon has at the address, drafts too.
    items: list[Item]
    # How a reported link fared when it was last tried, None if it never was.
    check: LinkCheck | None
    # What others said of the same, open or answered.
    others: list[Suggestion]

    @classmethod
    def about(cls, suggestion: Suggestion) -> Facts:
        """Gather the facts, in three queries."""
        return cls(
            list(items_at(suggestion.url)),
            LinkCheck.objects.filter(address=suggestion.url).first(),
            list(Suggestion.objects.alike(suggestion).exclude(pk=suggestion.pk)),
        )


def count_voices() -> Case:
    """Return what counts the open suggestions that ask for the same, the row itself among them."""
    alike = Suggestion.objects.open().filter(kind=OuterRef("kind"))
    same_link = alike.filter(item=OuterRef("item"), url=OuterRef("url"))
    same_item = alike.filter(address_key=OuterRef("address_key"))
    is_report = When(kind=Suggestion.Kind.LINK, then=count_of(same_link))
    return Case(is_report, default=count_of(same_item))


@admin.register(Suggestion)
class SuggestionAdmin(DeclinesTogether):
    """Nothing here is written but answers: what a reader said stays as they said it."""

    list_display = ("__str__", "kind", "state", "voices", "created_at")
    list_filter = ("state", "kind")
    search_fields = ("title", "url", "text", "answer", "item__title")
    search_help_text = _("Titles, addresses, reasons and answers")
    ordering = (OPEN_FIRST.asc(), "-created_at")
    fields = (
        "kind",
        "state",
        "address",
        "title",
        "text",
        "section",
        "its_item",
        "created_at",
        "answered_at",
        "answer",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Suggestion]:
        """Count how many ask for the same, in the same query."""
        return super().get_queryset(request).annotate(voices=count_voices())

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse addresses that would narrow the list to one reader."""
        if lookup.split("__")[0] in {"user", "user_id", "wants_mail"}:
            return False
        return super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def get_fields(self, request: HttpRequest, obj: Suggestion | None = None) -> Any:
        """Show what there can be by now: an open one has no answer, and no item it became."""
        fields = list(super().get_fields(request, obj))
        if obj is None:
            return fields
        hidden = {"answered_at", "answer"} if obj.is_open else set()
        hidden |= {"title", "section"} if obj.is_report else set()
        hidden |= set() if obj.item_id else {"its_item"}
        return [name for name in fields if name not in hidden]

    @admin.display(description=_("voices"), ordering="voices")
    def voices(self, suggestion: Suggestion) -> int | str:
        """Return how many open suggestions ask for the same."""
        found: int | None = suggestion.voices  # type: ignore[attr-defined]
        return found or ""

    @admin.display(description=_("address"))
    def address(self, suggestion: Suggestion) -> str:
        """Return a link to what is suggested."""
        return format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', suggestion.url)

    @admin.display(description=_("item"))
    def its_item(self, suggestion: Suggestion) -> str:
        """Return a link to the form of the item that a link is of, or that a wish became."""
        item = suggestion.item
        if item is None:
            return "–"
        return format_html('<a href="{}">{}</a>', form_of(item), item)

    def has_add_permission(self, _request: HttpRequest) -> bool:
        """Suggestions come from readers."""
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what a reader said, what is known of it, and the form to answer."""
        if request.method == "POST":  # answers have an address of their own
            raise PermissionDenied
        suggestion = self.get_object(request, object_id)
        context = dict(extra_context or {})
        if suggestion is not None:
            context.setdefault("answer_form", AnswerForm(initial={"answer": suggestion.answer}))
            context["facts"] = Facts.about(suggestion)
            context["may_draft"] = request.user.has_perm("canon.add_item")
        return super().change_view(request, object_id, form_url, context)

    # Answering

    def get_urls(self) -> list[URLPattern]:
        """Add the address that takes answers."""
        view = self.admin_site.admin_view(self.answer)
        own = path("<int:pk>/answer/", view, name="canon_suggestion_answer")
        return [own, *super().get_urls()]

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Accept, decline, or mend an answer, as the button in the form has it."""
        suggestion = self.get_object(request, str(pk))
        if suggestion is None:
            return self.say_it_is_gone(request)
        if request.method != "POST" or not self.has_change_permission(request, suggestion):
            raise PermissionDenied
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self.ask_again(request, suggestion, form)
        try:
            return self.carry_out(request, suggestion, form.cleaned_data["answer"])
        except ValidationError as error:
            form.add_error("answer", error)
            return self.ask_again(request, suggestion, form)
        except AlreadyAnsweredError as error:
            return self.say_it_is_answered(request, error.suggestion)

    def carry_out(self, request: HttpRequest, suggestion: Suggestion, answer: str) -> HttpResponse:
        """Do what the button says, and lead on.

        Raises PermissionDenied, and what the verbs of canon.answering raise.
        """
        decision = request.POST.get("decision")
        if decision == "accept":
            return self.accept(request, suggestion, answer)
        if decision == "decline":
            decline(suggestion, answer)
            self.log_change(request, suggestion, gettext("Declined."))
            self.message_user(request, gettext("Declined. The reader finds your answer."))
            return redirect(list_of_open())
        if decision == "mend" and not suggestion.is_open:
            mend_answer(suggestion, answer)
            self.log_change(request, suggestion, gettext("Answer mended."))
            self.message_user(request, gettext("The answer is mended; no mail is sent again."))
            return redirect("admin:canon_suggestion_change", suggestion.pk)
        raise PermissionDenied

    def accept(self, request: HttpRequest, suggestion: Suggestion, answer: str) -> HttpResponse:
        """Accept; what became a draft is opened, to be annotated and published."""
        is_known = suggestion.is_report or items_at(suggestion.url).exists()
        if not is_known and not request.user.has_perm("canon.add_item"):
            raise PermissionDenied
        item = accept(suggestion, request.user, answer)
        self.log_change(request, suggestion, gettext("Accepted."))
        if is_known or item is None:
            self.message_user(request, gettext("Accepted. The reader finds your answer."))
            return redirect("admin:canon_suggestion_change", suggestion.pk)
        text = gettext("Accepted: this is the draft. Annotate it, and publish it when it is ready.")
        self.message_user(request, text)
        return redirect(form_of(item))

    def ask_again(
        self, request: HttpRequest, suggestion: Suggestion, form: AnswerForm
    ) -> HttpResponse:
        """Show the page once more, with what was typed and what is wrong with it."""
        # Django's page takes a POST for a change of the object.
        shown = copy.copy(request)
        shown.method = "GET"
        response = self.change_view(shown, str(suggestion.pk), extra_context={"answer_form": form})
        response.status_code = 422
        return response

    def say_it_is_answered(
        self, request: HttpRequest, suggestion: Suggestion | None
    ) -> HttpResponse:
        """Tell a curator who came second what became of the suggestion; nothing is done twice."""
        if suggestion is None:
            return self.say_it_is_gone(request)
        entry = LogEntry.objects.filter(
            content_type__app_label="canon",
            content_type__model="suggestion",
            object_id=str(suggestion.pk),
        ).first()
        said = {"state": suggestion.get_state_display(), "curator": entry.user if entry else ""}
        if entry:
            text = gettext("Answered meanwhile by %(curator)s: %(state)s. Yours is not sent.")
        else:
            text = gettext("Answered meanwhile: %(state)s. Yours is not sent.")
        self.message_user(request, text % said, messages.WARNING)
        return redirect("admin:canon_suggestion_change", suggestion.pk)

    def say_it_is_gone(self, request: HttpRequest) -> HttpResponse:
        """Tell a curator that there is nothing left to answer."""
        text = gettext("The reader has withdrawn this meanwhile.")
        self.message_user(request, text, messages.WARNING)
        return redirect(list_of_open())


def form_of(item: Item) -> str:
    """Return the address of the form of an item."""
    return reverse("admin:canon_item_change", args=[item.pk])


def list_of_open() -> str:
    """Return the address of the list of what waits for an answer."""
    return reverse("admin:canon_suggestion_changelist") + "?state__exact=open"
