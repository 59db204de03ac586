"""Reads a page the way a test asks for it: its elements, their text, and the cards it shows."""

from __future__ import annotations

import re
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}


class Element:
    """One element of a page, with what stands in it."""

    def __init__(self, tag, attributes=(), parent=None):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children: list[Element | str] = []

    def __getitem__(self, name):
        """Return an attribute; one that is not there is an error."""
        return self.attributes[name]

    def get(self, name):
        """Return an attribute, or None."""
        return self.attributes.get(name)

    @property
    def text(self):
        """What is read in the element, spaces as a browser shows them."""
        return " ".join(self.source.split())

    @property
    def source(self):
        """The characters of the element, without tags."""
        return "".join(c if isinstance(c, str) else c.source for c in self.children)

    def walk(self):
        """Yield every element below, down the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, tag="", class_="", **attributes):
        """Return the elements below with this tag, class and attributes (`_` stands for `-`)."""
        wanted = {name.strip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.walk()
            if tag in ("", element.tag)
            and (not class_ or class_ in (element.get("class") or "").split())
            and all(element.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag="", class_="", **attributes):
        """Return the one element like that; none or several are an error."""
        found = self.all(tag, class_, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} class={class_!r} {attributes}>"
        return found[0]


class Reader(HTMLParser):
    """Builds the tree of a page, and insists that every element is closed where it should be."""

    def __init__(self):
        super().__init__()
        self.root = self.open = Element("")

    def handle_startendtag(self, tag, attrs):
        self.open.children.append(Element(tag, attrs, self.open))

    def handle_starttag(self, tag, attrs):
        element = Element(tag, attrs, self.open)
        self.open.children.append(element)
        if tag not in VOID:
            self.open = element

    def handle_endtag(self, tag):
        assert tag == self.open.tag, f"</{tag}> closes <{self.open.tag}>"
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.children.append(data)


def read(html):
    """Return the root of the tree of `html`."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open is reader.root, f"<{reader.open.tag}> is never closed"
    return reader.root


def get(client, address, status=200, **headers):
    """Open an address and return its tree."""
    response = client.get(address, headers=headers)
    assert response.status_code == status
    return read(response.content.decode())


def listed_under(page, heading):
    """Return the links in the list under `heading` on an item's page; none without the list."""
    sections = [part for part in page.all("section", "beside") if part.one("h2").text == heading]
    return [link.text for part in sections for link in part.all("a")]


def shown(client, query=None, path="/"):
    """Return the slugs of the cards that the canon page shows for `query`, from the top.

    `query` is a text as it stands in an address, or the names and values of it.
    """
    address = f"{path}?{query.lstrip('?')}" if isinstance(query, str) else path
    data = None if isinstance(query, str) else query
    response = client.get(address, data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return cards(response.content.decode())


def cards(html):
    """Return the slugs of the cards in `html`, from the top."""
    return re.findall(r'<article class="card" id="item-([\w-]+)"', html)
