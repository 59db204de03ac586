"""Arranging the canon: the whole outline on one page, to be put in order."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import reversion
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from canon.admin.acts import one_act
from canon.admin.history import KeepsHistory
from canon.htmx import wants_fragment
from canon.models import Item, Section
from canon.models.locks import lock_outline
from canon.outline import Outline


class ItemMove(forms.Form):
    """Where an item goes: a section, and a number there; empty for the last."""

    item: Any = forms.ModelChoiceField(Item.objects.all(), widget=forms.HiddenInput)
    section: Any = forms.ModelChoiceField(Section.objects.all(), label=_("section"))
    position = forms.IntegerField(label=_("number"), required=False, min_value=1)

    def move(self) -> ItemMove | None:
        """Move the item; return the move that takes this back, None if it stands there already."""
        item, section = self.cleaned_data["item"], self.cleaned_data["section"]
        item.refresh_from_db()
        before = {"item": item.pk, "section": item.section_id, "position": item.position}
        if (item.section_id, item.position) == (section.pk, self.cleaned_data["position"]):
            return None
        item.move_to(section, self.cleaned_data["position"])
        reversion.set_comment(said(item))
        return ItemMove(before)


class SectionMove(forms.Form):
    """Where a section goes: its place among those of the same parent."""

    moved_section: Any = forms.ModelChoiceField(Section.objects.all(), widget=forms.HiddenInput)
    place = forms.IntegerField(min_value=1)

    def move(self) -> SectionMove | None:
        """Move the section; return the move that takes this back."""
        section = self.cleaned_data["moved_section"]
        section.refresh_from_db()
        before = {"moved_section": section.pk, "place": section.count_before() + 1}
        section.move_to(section.parent, self.cleaned_data["place"])
        reversion.set_comment(said(section))
        return SectionMove(before)


Move = ItemMove | SectionMove


def move_of(data: Any) -> Move:
    """Return the move that a form or an address asks for."""
    return SectionMove(data) if "moved_section" in data else ItemMove(data)


def said(row: Item | Section) -> str:
    """Return where an item or a section was moved to, in a sentence."""
    if isinstance(row, Section):
        place = {"section": row, "place": row.count_before() + 1}
        return gettext("Moved “%(section)s” to place %(place)d among its neighbours.") % place
    place = {"item": row, "position": row.position, "section": row.section}
    return gettext("Moved “%(item)s” to %(position)d in “%(section)s”.") % place


@dataclass
class Shelf:
    """A section with its items, as the page shows it."""

    section: Section
    level: int
    items: list[Item]
    # Among the sections of the same parent, from 1, and how many they are.
    place: int
    siblings: int


def shelves() -> list[Shelf]:
    """Return all sections with all their items, down the page: two queries."""
    by_section = defaultdict[int, list[Item]](list)
    items = Item.objects.in_canon_order().only("title", "language", "state", "section", "position")
    for item in items:
        by_section[item.section_id].append(item)
    outline = Outline()
    found = []
    for heading in outline.headings:
        siblings = heading.parent.children if heading.parent else outline.roots
        found.append(
            Shelf(
                heading.section,
                heading.level,
                by_section[heading.section.pk],
                siblings.index(heading) + 1,
                len(siblings),
            )
        )
    return found


class ArrangesCanon(KeepsHistory):
    """The page on which items and sections are moved: by drag, by key, by number."""

    def get_urls(self) -> list[Any]:
        """Add the page."""
        view = self.admin_site.admin_view(self.arrange_view)
        return [path("arrange/", view, name=self.url_name("arrange")), *super().get_urls()]

    def arrange_view(self, request: HttpRequest) -> HttpResponse:
        """Show the outline; on POST, move what the form says."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self.move(request)
        context = self.done(request) if "undo" in request.GET else {}
        chosen = request.GET.get("move", "")
        return self.show_outline(
            request, context | {"moving": int(chosen) if chosen.isdecimal() else None}
        )

    def move(self, request: HttpRequest) -> HttpResponse:
        """Move an item or a section as one act; say so, or why not."""
        move = move_of(request.POST)
        if isinstance(move, SectionMove) and not request.user.has_perm("canon.change_section"):
            raise PermissionDenied
        try:
            with one_act(request, ""):
                lock_outline()
                undo = move.move() if move.is_valid() else None
        except ValidationError as refusal:
            move.add_error(None, refusal)
        if not move.is_valid():
            return self.refuse(request, move)
        if wants_fragment(request):
            return self.show_outline(request, self.after(move, undo))
        query = urlencode({"undo": 1, **undo.data}) if undo else ""
        return HttpResponseRedirect(f"{request.path}?{query}")

    def after(self, move: Move, undo: Move | None) -> dict[str, Any]:
        """Return what the page says after a move, with the sections that it touched."""
        if not undo:
            return {"touched": set()}
        if isinstance(move, SectionMove):
            return {"said": said(move.cleaned_data["moved_section"]), "undo": undo.data}
        item = move.cleaned_data["item"]
        touched = {item.section_id, undo.data["section"]}
        return {"said": said(item), "undo": undo.data, "touched": touched}

    def done(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the page says of the move that the address can take back."""
        undo = move_of(request.GET)
        if not undo.is_valid():
            return {}
        row = undo.cleaned_data.get("item") or undo.cleaned_data["moved_section"]
        return {"said": said(row), "undo": {name: request.GET[name] for name in undo.fields}}

    def refuse(self, request: HttpRequest, move: Move) -> HttpResponse:
        """Show the outline as it is, and that it could not be moved."""
        is_gone = any(
            error.code == "invalid_choice" for e in move.errors.as_data().values() for error in e
        )
        context = {
            "problem": gettext("It was not moved: somebody has deleted it, or the section.")
            if is_gone
            else gettext("It was not moved: that is no place in the canon.")
        }
        return self.show_outline(request, context, 409 if is_gone else 422)

    def show_outline(
        self, request: HttpRequest, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Render the page, or for the script only what has changed."""
        touched = context.get("touched")
        everything = shelves()
        context |= {
            "title": gettext("Arrange the canon"),
            "shelves": [s for s in everything if touched is None or s.section.pk in touched],
            "sections": [shelf.section for shelf in everything],
            "may_move_sections": request.user.has_perm("canon.change_section"),
        }
        if wants_fragment(request):
            return render(request, "admin/canon/item/arrange.html#answer", context, status=status)
        return self.show(request, "item/arrange", context, status)
