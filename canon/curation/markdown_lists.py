"""Reads a list in Markdown, such as awesome-lists are: headings, entries and their links.

What a list says of its works is its authors' text: it is kept to be looked at, never to be stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from canon.addresses import comparable
from canon.curation.guesses import find_names, find_year, is_housekeeping, names_a_link
from canon.markdown import link_addresses
from canon.models.items import Item, web_address

DEEPEST = 3  # section, subsection, group
LONGEST_TEXT = 600
LONGEST_HEADING = 200
LONGEST_ADDRESS: int = Item._meta.get_field("url").max_length or 0
LONGEST_TITLE: int = Item._meta.get_field("title").max_length or 0
BELOW_HEADINGS = 7  # of a paragraph in bold that heads a list
LISTS = {"bullet_list", "ordered_list"}
FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?\n---[ \t]*\n", re.DOTALL)
AROUND_TITLES = " *_:：–—-,，[("


@dataclass
class Heading:
    """One heading of the list; `parent` is the number of the one above it."""

    number: int
    line: int
    title: str
    parent: int | None
    is_housekeeping: bool


@dataclass(frozen=True)
class FoundLink:
    """A link of the list, by the words that are pressed."""

    address: str
    text: str
    is_bold: bool = False


@dataclass
class Entry:
    """One entry of the list that names a work and where it is."""

    line: int
    heading: int | None
    title: str
    address: str
    year: int | None
    names: tuple[str, ...]
    # What the list says of it, for reference only.
    text: str
    links: list[FoundLink] = field(default_factory=list)

    @property
    def address_key(self) -> str:
        """What its address has in common with others of the same resource."""
        return comparable(self.address)


@dataclass(frozen=True)
class Oddity:
    """A line that became no entry, or not wholly, and why."""

    line: int
    text: str
    reason: str


@dataclass
class MarkdownList:
    """What a list holds."""

    # Of the whole list; empty where it has none.
    title: str = ""
    headings: list[Heading] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    # Links that stand in no list: in what introduces it, in thanks, in pictures.
    links_elsewhere: int = 0
    # Links to places of the list itself, and those that show nothing but a picture.
    links_passed: int = 0

    @property
    def link_count(self) -> int:
        """How many further links the entries have."""
        return sum(len(entry.links) for entry in self.entries)


def read_markdown_list(text: str) -> MarkdownList:
    """Return what the Markdown `text` lists, in its order."""
    parser = MarkdownIt("commonmark").enable("table")
    # Whatever an address is, it is looked at here: one that cannot be used is reported.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.core.ruler.push("link_addresses", link_addresses)
    tokens = parser.parse(without_front_matter(text.replace("\r\n", "\n")))
    return Reader().read(SyntaxTreeNode(tokens))


def without_front_matter(text: str) -> str:
    """Return `text` with the YAML at its head blanked, so that lines keep their numbers."""
    return FRONT_MATTER.sub(lambda found: "\n" * found[0].count("\n"), text)


class Reader:
    """Walks the tree of a document and keeps under which heading it is."""

    def __init__(self) -> None:
        """Begin above all headings."""
        self.found = MarkdownList()
        # The headings that stand above, with their levels, from the outside in.
        self.above: list[tuple[int, Heading]] = []

    def read(self, root: SyntaxTreeNode) -> MarkdownList:
        """Return what the document lists; headings above no entry are left out."""
        titles = [node for node in root.children if node.type == "heading" and node.tag == "h1"]
        if len(titles) == 1:
            self.found.title = squeeze(text_of(titles[0]))[:LONGEST_HEADING]
        for node in root.children:
            if node.type == "heading" and titles != [node]:
                self.open_heading(int(node.tag[1]), node)
            elif node.type in LISTS:
                self.read_list(node)
            elif node.type == "table":
                self.read_table(node)
            elif heads_a_list(node):
                self.open_heading(BELOW_HEADINGS, node)
            else:
                self.found.links_elsewhere += sum(link.type == "link" for link in node.walk())
        self.drop_bare_headings()
        return self.found

    def open_heading(self, level: int, node: SyntaxTreeNode) -> None:
        """Stand under a heading of a level; those of the same or a lower one are left."""
        title = squeeze(text_of(node).partition("\n")[0]).strip("*_ ")
        if not title:
            return
        self.above = [(other, heading) for other, heading in self.above if other < level]
        ancestors = [heading for _level, heading in self.above][: DEEPEST - 1]
        parent = ancestors[-1] if ancestors else None
        heading = Heading(
            number=len(self.found.headings),
            line=line_of(node),
            title=title[:LONGEST_HEADING],
            parent=parent.number if parent else None,
            is_housekeeping=is_housekeeping(title) or bool(parent and parent.is_housekeeping),
        )
        self.found.headings.append(heading)
        self.above.append((level, heading))

    def drop_bare_headings(self) -> None:
        """Leave out headings that nothing stands under."""
        needed: set[int | None] = {entry.heading for entry in self.found.entries}
        for heading in reversed(self.found.headings):
            if heading.number in needed:
                needed.add(heading.parent)
        self.found.headings = [one for one in self.found.headings if one.number in needed]

    def read_list(self, node: SyntaxTreeNode, entry: Entry | None = None, depth: int = 1) -> None:
        """Read the entries of a list; one within an `entry` may hold its links."""
        for item in node.children:
            own = [child for child in item.children if child.type not in LISTS]
            nested = [child for child in item.children if child.type in LISTS]
            links = list(self.links_of(own))
            if entry and links and all(names_a_link(link.text) for link in links):
                self.add_links(entry, links)
                continue
            self.read_item(item, own, links, nested, depth)

    def read_item(
        self,
        item: SyntaxTreeNode,
        own: list[SyntaxTreeNode],
        links: list[FoundLink],
        nested: list[SyntaxTreeNode],
        depth: int,
    ) -> None:
        """Read an item of a list, and the lists nested in it."""
        text = "\n".join(text_of(node) for node in own)
        above = list(self.above)
        entry = None
        if links:
            entry = self.add_entry(line_of(item), text, links, bold_text(own))
        elif nested and own:
            self.open_heading(BELOW_HEADINGS + depth, own[0])
        elif text.strip() and not has_links(own):
            self.complain(line_of(item), text, _("There is no address."))
        for child in nested:
            self.read_list(child, entry, depth + 1)
        self.above = above

    def read_table(self, node: SyntaxTreeNode) -> None:
        """Read a table, a row an entry."""
        for body in node.children:
            for row in body.children if body.type == "tbody" else ():
                links = list(self.links_of(row.children))
                text = " ".join(text_of(cell) for cell in row.children)
                if links:
                    self.add_entry(line_of(row), text, links, bold_text(row.children))
                elif text.strip():
                    self.complain(line_of(row), text, _("There is no address."))

    def links_of(self, nodes: list[SyntaxTreeNode]) -> Iterator[FoundLink]:
        """Yield the links that lead out of the list, in their order."""
        for node in (inner for outer in nodes for inner in outer.walk()):
            if node.type != "link":
                continue
            address, text = str(node.attrs.get("href", "")).strip(), squeeze(text_of(node))
            if address.startswith("#") or not text:
                self.found.links_passed += 1
            else:
                yield FoundLink(address, text, is_bold(node))

    def add_entry(self, line: int, text: str, links: list[FoundLink], bold: str) -> Entry | None:
        """Add the entry that a text with links makes, and return it; None if it cannot be used."""
        main = links[0]
        title = main.text
        if names_a_link(title):
            title = (bold or text.partition(main.text)[0]).strip(AROUND_TITLES + "\n") or title
        rest = squeeze(text).partition(main.text)[2]
        title, year = find_year(squeeze(title), rest)
        if reason := why_unusable(title, main.address):
            self.complain(line, text, reason)
            return None
        entry = Entry(
            line=line,
            heading=self.above[-1][1].number if self.above else None,
            title=title,
            address=main.address,
            year=year,
            names=find_names(rest),
            text=rest.strip(AROUND_TITLES + ")")[:LONGEST_TEXT],
        )
        self.found.entries.append(entry)
        self.add_links(entry, links[1:])
        return entry

    def add_links(self, entry: Entry, links: list[FoundLink]) -> None:
        """Add further links to an entry; one that cannot be used is reported."""
        for link in links:
            if reason := why_unusable(link.text, link.address):
                self.complain(entry.line, link.text, reason)
            else:
                add_links(entry, [link])

    def complain(self, line: int, text: str, reason: str) -> None:
        """Report that a line became no entry."""
        self.found.oddities.append(Oddity(line, squeeze(text)[:120], reason))


def add_links(entry: Entry, links: list[FoundLink]) -> None:
    """Add links to an entry, each address once.

    Addresses are compared as they are written: a moment of a video is an address of its own.
    """
    known = {entry.address, *(link.address for link in entry.links)}
    for link in links:
        if link.address not in known and not why_unusable(link.text, link.address):
            known.add(link.address)
            entry.links.append(link)


def why_unusable(title: str, address: str) -> str:
    """Return why an entry or a link of this title and address cannot be taken; empty if it can."""
    if len(title) > LONGEST_TITLE:
        return _("The title is longer than %(limit)d characters.") % {"limit": LONGEST_TITLE}
    if len(address) > LONGEST_ADDRESS:
        return _("The address is longer than %(limit)d characters.") % {"limit": LONGEST_ADDRESS}
    try:
        web_address(address)
    except ValidationError:
        return _("“%(address)s” is no web address.") % {"address": address[:100]}
    return ""


def heads_a_list(node: SyntaxTreeNode) -> bool:
    """Tell whether a paragraph is nothing but bold: a heading in all but its mark.

    Converted pages also have headings whose bold was left open, for it went on in the next one.
    """
    if node.type != "paragraph" or not node.children or has_links([node]):
        return False
    parts = [part for part in node.children[0].children if part.content.strip() or part.children]
    is_bold = len(parts) == 1 and parts[0].type == "strong"
    return is_bold or (parts[0].content.startswith("**") and len(text_of(node)) <= LONGEST_HEADING)


def has_links(nodes: list[SyntaxTreeNode]) -> bool:
    """Tell whether any link stands in the nodes, whatever it leads to."""
    return any(inner.type == "link" for node in nodes for inner in node.walk())


def is_bold(link: SyntaxTreeNode) -> bool:
    """Tell whether a link stands in bold, or bold in it."""
    within = [node.type for node in link.walk()]
    parent = link.parent
    return "strong" in within or (parent is not None and parent.type == "strong")


def bold_text(nodes: list[SyntaxTreeNode]) -> str:
    """Return the first bold text of the nodes; empty if there is none."""
    bold = (inner for node in nodes for inner in node.walk() if inner.type == "strong")
    return next((text_of(node) for node in bold), "")


def text_of(node: SyntaxTreeNode) -> str:
    """Return the words of a node, without pictures and HTML."""
    if node.type in {"text", "code_inline", "code_block", "fence"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type in {"image", "html_inline", "html_block"}:
        return ""
    return "".join(text_of(child) for child in node.children)


def squeeze(text: str) -> str:
    """Return `text` on one line."""
    return " ".join(text.split())


def line_of(node: SyntaxTreeNode) -> int:
    """Return the line of the document on which a node begins, from 1."""
    return node.map[0] + 1 if node.map else 0
