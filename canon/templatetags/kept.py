"""`{% kept %}`: a part of a template that is rendered once, and `{% live %}`: what in it is not."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from contextvars import ContextVar

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.exceptions import TemplateSyntaxError
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from canon.stencils import Stencil, leave_open

register = template.Library()

# States of what a kept part varies by. Sentences vary by their numbers, some of which hardly recur.
MOST_KEPT = 500

# The live parts met while a kept part is rendered for keeping; None at any other time.
met: ContextVar[dict[str, LiveNode] | None] = ContextVar("met", default=None)


class KeptNode(Node):
    """A part of a template, as a stencil for each language and each state of what it varies by."""

    def __init__(
        self, nodelist: NodeList, varies: dict[str, FilterExpression], blanks: Sequence[str]
    ) -> None:
        """Keep `nodelist`; `varies` names the values it may ask for, `blanks` what is filled."""
        self.nodelist, self.varies, self.blanks = nodelist, varies, blanks
        self.kept: dict[Hashable, tuple[Stencil, dict[str, LiveNode]]] = {}

    def render(self, context: Context) -> SafeString:
        """Return the part with its blanks filled from `context`, and what is live rendered.

        Raises TemplateSyntaxError inside another kept part, but for what is live there.
        """
        if met.get() is not None:
            raise TemplateSyntaxError("A kept part stands in another that is not live there.")
        values = {name: value.resolve(context) for name, value in self.varies.items()}
        key = (get_language(), *values.values())
        kept = self.kept.get(key)
        if kept is None:
            if len(self.kept) >= MOST_KEPT:
                self.kept.clear()
            kept = self.kept[key] = self.make(context, values)
        stencil, live = kept
        filled = {name: context.get(name, "") for name in self.blanks}
        filled.update((name, node.nodelist.render(context)) for name, node in live.items())
        return stencil.fill(**filled)

    def make(
        self, context: Context, values: dict[str, object]
    ) -> tuple[Stencil, dict[str, LiveNode]]:
        """Return what is kept, and the live parts that leave a blank in it.

        It is rendered with nothing of `context` but `values`: what is kept for all must not hold
        one reader's own.
        """
        live: dict[str, LiveNode] = {}
        before = met.set(live)
        try:
            text = self.nodelist.render(context.new({**values, **leave_open(self.blanks)}))
        finally:
            met.reset(before)
        return Stencil(text), live


class LiveNode(Node):
    """A part of a kept part that is rendered each time, with everything the page knows."""

    def __init__(self, nodelist: NodeList) -> None:
        """Stand for `nodelist`."""
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Return the part, or a blank for it where it stands in something to be kept."""
        live = met.get()
        if live is None:
            return self.nodelist.render(context)
        name = f"live {len(live)}"
        live[name] = self
        return leave_open([name])[name]


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Render what stands up to `{% endkept %}` once.

    `{% kept varies_by=variable other=variable|filter blanks=csrf_token,here %}`: inside, nothing is
    known but the names given here. The values it varies by must be few; what differs from reader
    to reader is a blank, and a blank can only be printed, not asked, or it is `{% live %}`.
    """
    varies: dict[str, FilterExpression] = {}
    blanks: list[str] = []
    for word in token.split_contents()[1:]:
        name, _, value = word.partition("=")
        if name == "blanks":
            blanks = value.split(",")
        else:
            varies[name] = parser.compile_filter(value)
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(nodelist, varies, blanks)


@register.tag
def live(parser: Parser, _token: Token) -> LiveNode:
    """Render what stands up to `{% endlive %}` each time, in the middle of something kept.

    It knows what the page knows around the kept part, and nothing of loops inside of that.
    """
    nodelist = parser.parse(("endlive",))
    parser.delete_first_token()
    return LiveNode(nodelist)
