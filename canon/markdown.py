"""Markdown: how a reader's text becomes HTML that is safe to show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import nh3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

SCHEMES = {"http", "https", "mailto"}
# fmt: off
TAGS = {
    "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}
# fmt: on
# A note stands under a heading of the second level.
DEMOTION = 2
# A bare address: visible ASCII, so that it ends where Chinese begins.
ADDRESS = re.compile(r"https?://[^\s<>\"\x7f-\U0010ffff]+")
AFTERTHOUGHTS = ".,;:!?'*_~"


def demote_headings(state: StateCore) -> None:
    """Lower headings, so that a note fits into the outline of the page around it."""
    for token in state.tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + DEMOTION, 6)}"


def link_addresses(state: StateCore) -> None:
    """Turn bare addresses into links: readers paste them."""
    for block in state.tokens:
        children: list[Token] = []
        depth = 0
        for token in block.children or []:
            depth += token.nesting if token.type in {"link_open", "link_close"} else 0
            children += [token] if depth or token.type != "text" else split_addresses(token)
        if block.children:
            block.children = children


def split_addresses(token: Token) -> list[Token]:
    """Return a token of text as tokens of text and of links."""
    found: list[Token] = []
    end = 0
    for match in ADDRESS.finditer(token.content):
        address = match[0].rstrip(AFTERTHOUGHTS)
        if address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1].rstrip(AFTERTHOUGHTS)
        found += [
            text_token(token.content[end : match.start()]),
            Token("link_open", "a", 1, attrs={"href": address}),
            text_token(address),
            Token("link_close", "a", -1),
        ]
        end = match.start() + len(address)
    return [*found, text_token(token.content[end:])]


def text_token(text: str) -> Token:
    """Return a token of plain text."""
    return Token("text", "", 0, content=text)


def link_to_image(
    _renderer: RendererHTML, tokens: Sequence[Token], place: int, _options: Any, _env: Any
) -> str:
    """Show an image as a link to it: to load it would tell its host who reads, and when."""
    image = tokens[place]
    before = tokens[:place]
    depth = sum(token.nesting for token in before if token.type in {"link_open", "link_close"})
    address = str(image.attrs.get("src", ""))
    if depth:
        return format_html("{}", image.content)
    return format_html('<a href="{}">{}</a>', address, image.content or address)


def make_parser() -> MarkdownIt:
    """Return CommonMark with tables and strikethrough, without raw HTML; lines break as typed."""
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True})
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("demote_headings", demote_headings)
    parser.core.ruler.push("link_addresses", link_addresses)
    parser.add_render_rule("image", link_to_image)
    return parser


PARSER = make_parser()


def render_markdown(text: str) -> SafeString:
    """Return Markdown as HTML that may stand in any page, under a heading of the second level.

    Only text, its structure, and links by http, https or mailto come through. The parser makes
    nothing else; the sanitiser after it sees to that, should the parser err.
    """
    clean = nh3.clean(
        PARSER.render(text),
        tags=TAGS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        url_relative="deny",
        link_rel="noopener nofollow ugc",
    )
    return mark_safe(clean)  # noqa: S308


def plain_text(text: str) -> str:
    """Return what Markdown says, without its signs, on one line."""
    said = []
    for block in PARSER.parse(text):
        pieces = block.children if block.children else [block]
        said.append("".join(piece.content or " " * (piece.nesting == 0) for piece in pieces))
    return " ".join(" ".join(said).split())
