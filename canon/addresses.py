"""Addresses that come from outside, and when two of them mean the same resource."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

# What only tells a site where its visitors come from.
TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|ref|ref_src|si|feature")
ARXIV = re.compile(r"/(?:abs|pdf|html)/([^/?#]+?)(?:v\d+)?(?:\.pdf)?/?")


def comparable(address: str) -> str:
    """Return what two addresses of one resource have in common; empty for what is no web address.

    Scheme, “www.”, case of the host, a slash at the end, the fragment, the order of parameters and
    those that only track do not tell resources apart; neither do the forms in which YouTube and
    arXiv name one video or paper.
    """
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    pairs = sorted(pair for pair in pairs if not TRACKING.fullmatch(pair[0]))
    path = parts.path.rstrip("/")
    if host == "youtu.be":
        host, path, pairs = "youtube.com", "/watch", [("v", path.removeprefix("/")), *pairs]
    if host == "youtube.com" and path == "/watch":
        pairs = [pair for pair in pairs if pair[0] == "v"]
    if host == "arxiv.org" and (paper := ARXIV.fullmatch(path)):
        path = f"/abs/{paper[1]}"
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{host}{port}{path}{query}"[:500]


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the address in the field `next` of a form or query, if it is one of this site.

    Anything else, and nothing, gives `default`: a form must not send a reader elsewhere.
    """
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # What begins otherwise may be taken for the name of a view.
    is_address = wanted.startswith(("/", "http://", "https://"))
    host, is_secure = {request.get_host()}, request.is_secure()
    is_ours = is_address and url_has_allowed_host_and_scheme(wanted, host, require_https=is_secure)
    return wanted if is_ours else default


def came_from(request: HttpRequest, path: str) -> str:
    """Return the address of the page `path` that a link on it led here from, with its query.

    Empty if it was another page, of this site or not, or if the browser does not say.
    """
    sent = urlsplit(request.headers.get("Referer", ""))
    if (sent.netloc, sent.path) != (request.get_host(), path):
        return ""
    return f"{sent.path}?{sent.query}" if sent.query else sent.path
