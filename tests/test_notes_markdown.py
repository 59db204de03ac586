"""Markdown becomes HTML that cannot do harm, whatever a reader pastes."""

from types import SimpleNamespace

import pytest

from canon.markdown import plain_text, render_markdown
from tests.pages import read

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
    "<form action=https://evil.example><input name=p><button>x",
    "<!--><script>alert(1)</script-->",
    "</textarea><script>alert(1)</script>",
    "<div style='position:fixed'>x</div>",
    "<math><mtext></p><style><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#115;cript:alert(1))",
    "[x](&#x6a;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](javascript:alert(1))",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](https://evil.example/pixel.gif)",
    '[x](https://e.example "t\\" onmouseover=alert(1)")',
    '![" onerror="alert(1)](https://e.example/"onerror=alert(1))',
    'https://e.example/"onmouseover="alert(1)',
    "https://e.example/<script>alert(1)</script>",
    "```<script>alert(1)</script>\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "|<script>|\n|-|\n|<img src=x onerror=alert(1)>|",
    "# <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`<script>`",
]
TAGS = {
    *("p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"),
    *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "rel", "title", "start"}


# What the parser never makes, and the sanitiser would have to take away if it did.
MISTAKES = [
    *(attack for attack in ATTACKS if attack.startswith("<")),
    "<p style='position:fixed' class=x id=x onclick=alert(1)>x</p>",
    "<a href='https://e.example' style='color:red' onclick=alert(1) target=_blank>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<h1>x</h1><h2>x</h2>",
    "<ol start=1 type=a onclick=alert(1)><li value=3>x</ol>",
]


def assert_harmless(html):
    for element in read(html).walk():
        assert element.tag in TAGS
        assert set(element.attributes) <= ATTRIBUTES
        assert (element.get("href") or "https:").startswith(("http:", "https:", "mailto:"))


@pytest.mark.parametrize("text", ATTACKS)
def test_only_text_structure_and_safe_links_come_through(text):
    assert_harmless(str(render_markdown(text)))


@pytest.mark.parametrize("html", MISTAKES)
def test_nothing_else_comes_through_should_the_parser_err(monkeypatch, html):
    monkeypatch.setattr("canon.markdown.PARSER", SimpleNamespace(render=lambda text: text))
    assert_harmless(str(render_markdown(html)))


@pytest.mark.parametrize("text", ["<b>bold</b> & <i>", "a < b > c", "&amp;"])
def test_raw_html_is_shown_as_it_was_typed(text):
    assert read(str(render_markdown(text))).text == text.replace("&amp;", "&")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[x](https://arxiv.org/abs/1810.04805)", "https://arxiv.org/abs/1810.04805"),
        ("[x](http://example.org/?a=1&b=2)", "http://example.org/?a=1&b=2"),
        ("[x](mailto:ada@example.org)", "mailto:ada@example.org"),
        ("<https://example.org>", "https://example.org"),
        ("see https://example.org/a_(b).", "https://example.org/a_(b)"),
        ("(https://example.org/a)", "https://example.org/a"),
        ("见https://example.org/a。很好", "https://example.org/a"),
        ("**https://example.org/a**", "https://example.org/a"),
    ],
)
def test_links_lead_where_they_say_and_give_nothing_away(text, address):
    link = read(str(render_markdown(text))).one("a")
    assert (link["href"], link["rel"]) == (address, "noopener nofollow ugc")


@pytest.mark.parametrize("address", ["/accounts/delete/", "//evil.example/", "notes/", "#top"])
def test_links_within_the_site_lead_nowhere(address):
    link = read(str(render_markdown(f"[x]({address})"))).one("a")
    assert (link.text, link.get("href")) == ("x", None)


def test_an_image_is_a_link_that_loads_nothing():
    link = read(str(render_markdown("![a <cat>](https://example.org/cat.png)"))).one("a")
    assert (link.text, link["href"]) == ("a <cat>", "https://example.org/cat.png")
    page = read(str(render_markdown("[![a cat](https://example.org/cat.png)](https://ex.org)")))
    assert (page.one("a").text, page.one("a")["href"]) == ("a cat", "https://ex.org")


def test_headings_fit_below_those_of_the_page():
    page = read(str(render_markdown("# One\n\nTwo\n---\n\n###### Six")))
    assert [(e.tag, e.text) for e in page.walk()] == [("h3", "One"), ("h4", "Two"), ("h6", "Six")]


def test_what_readers_write_looks_as_they_meant_it():
    text = "one\ntwo\n\n- a\n- b\n\n3. c\n\n> d\n\n~~e~~ `f`\n\n| g | h |\n|---|---|\n| 1 | 2 |"
    page = read(str(render_markdown(text)))
    for tag in ("br", "ul", "ol", "blockquote", "s", "code", "table"):
        assert page.all(tag), tag
    assert page.one("ol")["start"] == "3"


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "![" * 10_000, "> " * 10_000, "- " * 10_000, "*a " * 6_600, "|" * 20_000]
)
def test_no_text_brings_the_parser_down(text):
    assert render_markdown(text)


def test_plain_text_leaves_out_the_signs():
    text = "# Title\n\nSome *stress*, `it`,\n[a link](https://e.org) ![a cat](http://e.g/c)\n\n- a"
    assert plain_text(text) == "Title Some stress, it, a link a cat a"
