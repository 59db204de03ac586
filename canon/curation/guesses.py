"""What can be told of a work from an entry of a list, with some likelihood."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from canon.models import Item, Link
from canon.search import CJK, fold

# Chapters of a list that are about the list itself.
HOUSEKEEPING = {
    "about",
    "acknowledgements",
    "acknowledgments",
    "code of conduct",
    "contents",
    "contribute",
    "contributing",
    "contribution",
    "contributions",
    "contributors",
    "footnotes",
    "licence",
    "license",
    "star history",
    "table of contents",
    "toc",
    "目录",
    "许可",
    "许可证",
    "贡献",
    "贡献指南",
    "贡献者",
}
# Words that are pressed for a further address of a work, and the kind of link they make.
LINK_WORDS = {
    "blog": Link.Kind.BLOG_POST,
    "blog post": Link.Kind.BLOG_POST,
    "post": Link.Kind.BLOG_POST,
    "announcement": Link.Kind.BLOG_POST,
    "博客": Link.Kind.BLOG_POST,
    "博客文章": Link.Kind.BLOG_POST,
    "code": Link.Kind.WEBSITE,
    "demo": Link.Kind.WEBSITE,
    "github": Link.Kind.WEBSITE,
    "homepage": Link.Kind.WEBSITE,
    "project": Link.Kind.WEBSITE,
    "project page": Link.Kind.WEBSITE,
    "website": Link.Kind.WEBSITE,
    "site": Link.Kind.WEBSITE,
    "网站": Link.Kind.WEBSITE,
    "代码": Link.Kind.WEBSITE,
    "recording": Link.Kind.VIDEO,
    "talk": Link.Kind.VIDEO,
    "video": Link.Kind.VIDEO,
    "youtube": Link.Kind.VIDEO,
    "视频": Link.Kind.VIDEO,
    "explainer": Link.Kind.EXPLAINER,
    "explanation": Link.Kind.EXPLAINER,
    "解释": Link.Kind.EXPLAINER,
    "comic": Link.Kind.COMIC,
    "漫画": Link.Kind.COMIC,
    "podcast": Link.Kind.PODCAST,
    "播客": Link.Kind.PODCAST,
    "arxiv": Link.Kind.DOCUMENT,
    "doc": Link.Kind.DOCUMENT,
    "docs": Link.Kind.DOCUMENT,
    "paper": Link.Kind.DOCUMENT,
    "pdf": Link.Kind.DOCUMENT,
    "slides": Link.Kind.DOCUMENT,
    "论文": Link.Kind.DOCUMENT,
    "幻灯片": Link.Kind.DOCUMENT,
    "follow-up": Link.Kind.FOLLOW_UP,
    "followup": Link.Kind.FOLLOW_UP,
    "here": Link.Kind.RELATED,
    "link": Link.Kind.RELATED,
    "链接": Link.Kind.RELATED,
}
# Words that tell the kind wherever they stand in the text of a link.
TELLING_WORDS = {
    "comic": Link.Kind.COMIC,
    "explainer": Link.Kind.EXPLAINER,
    "follow-up": Link.Kind.FOLLOW_UP,
    "podcast": Link.Kind.PODCAST,
    "video": Link.Kind.VIDEO,
    "后续": Link.Kind.FOLLOW_UP,
    "播客": Link.Kind.PODCAST,
    "漫画": Link.Kind.COMIC,
    "视频": Link.Kind.VIDEO,
}
VIDEO_HOSTS = {"youtube.com", "youtu.be", "vimeo.com", "bilibili.com"}
PAPER_HOSTS = {
    "aclanthology.org",
    "arxiv.org",
    "doi.org",
    "nature.com",
    "openreview.net",
    "papers.nips.cc",
    "proceedings.mlr.press",
    "proceedings.neurips.cc",
    "science.org",
}
CODE_HOSTS = {"codeberg.org", "github.com", "gitlab.com"}

CHINESE = re.compile(f"[{CJK}]")
MOMENT = re.compile(r"(?:\d{1,2}:)?\d{1,2}:\d{2}")
# Spaces are looked at from their beginning only, or a long row of them would take its square.
YEAR_BEHIND = re.compile(r"(?<!\s)\s*[(\[（]((?:19|20)\d\d)[)\]）]\s*$")
YEAR_AHEAD = re.compile(r"^[\s*_:：,，.\])）-]{0,6}[(\[（]((?:19|20)\d\d)[)\]）]")
BYLINE = re.compile(
    r"^[\s*_:：,，.\])）–—-]*(?:[(\[（](?:19|20)\d\d[)\]）])?[\s*_,，–—-]*[(（]?by\s+((?:(?!\s-\s)[^.;:!?()（）\n–—])+)"
)
BETWEEN_NAMES = re.compile(r"(?<!\s)\s*(?:,|、|&|\band\b)\s*")
NAME = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+){0,4}")


def is_housekeeping(heading: str) -> bool:
    """Tell whether a heading is about the list itself rather than about its subject."""
    return fold(heading).strip(" :：!") in {fold(word) for word in HOUSEKEEPING}


def names_a_link(text: str) -> bool:
    """Tell whether the text of a link says what kind of address it is, rather than a title."""
    return plain(text) in LINK_WORDS


def plain(text: str) -> str:
    """Return the text of a link without case and brackets."""
    return fold(text).strip(" []():：.")


def find_year(title: str, rest: str) -> tuple[str, int | None]:
    """Return a title without the year in brackets at its end, and that year or the one behind."""
    if (behind := YEAR_BEHIND.search(title)) and behind.start():
        return title[: behind.start()], int(behind[1])
    ahead = YEAR_AHEAD.match(rest)
    return title, int(ahead[1]) if ahead else None


def find_names(rest: str) -> tuple[str, ...]:
    """Return the authors' names out of what follows a title, where it begins with “by”."""
    found = BYLINE.match(rest)
    names = BETWEEN_NAMES.split(found[1].strip()) if found else []
    return tuple(name for name in names if NAME.fullmatch(name) and not name[0].islower())


def guess_link_kind(text: str, address: str) -> Link.Kind:
    """Return the kind of a further link by its words, and else by where it leads."""
    words = plain(text)
    if MOMENT.fullmatch(words):
        return Link.Kind.TIMESTAMP
    told = (kind for word, kind in TELLING_WORDS.items() if word in words)
    if kind := LINK_WORDS.get(words) or next(told, None):
        return kind
    return Link.Kind.VIDEO if host_of(address) in VIDEO_HOSTS else Link.Kind.RELATED


def guess_item_kind(address: str) -> Item.Kind:
    """Return the likeliest kind of what is at an address."""
    host = host_of(address)
    if host in VIDEO_HOSTS:
        return Item.Kind.VIDEO
    if host in CODE_HOSTS:
        return Item.Kind.REPOSITORY
    if host in PAPER_HOSTS or urlsplit(address).path.lower().endswith(".pdf"):
        return Item.Kind.PAPER
    return Item.Kind.ARTICLE


def guess_language(title: str) -> Item.Language:
    """Return the language a title is in."""
    return Item.Language.CHINESE if CHINESE.search(title) else Item.Language.ENGLISH


def host_of(address: str) -> str:
    """Return the host of an address, as people name it."""
    return (urlsplit(address).hostname or "").removeprefix("www.").removeprefix("m.")
