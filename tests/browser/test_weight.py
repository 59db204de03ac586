"""What a first visit to the canon weighs on the line, and what a second one asks for."""

import pytest

from tests.test_serve import served

pytestmark = pytest.mark.browser

MOST_BYTES = 60_000
MOST_REQUESTS = {"first": 6, "second": 2}


class Line:
    """What went over the line: the addresses asked for, and the compressed bytes of the answers."""

    def __init__(self, page):
        self.asked, self.sizes, self.cached = [], {}, set()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", self.begin)
        session.on("Network.requestServedFromCache", lambda e: self.cached.add(e["requestId"]))
        session.on("Network.responseReceived", self.answer)

    def begin(self, event):
        if event["request"]["url"].startswith("http"):
            self.asked.append((event["requestId"], event["request"]["url"]))

    def answer(self, event):
        if event["response"].get("fromDiskCache") or event["response"].get("fromServiceWorker"):
            self.cached.add(event["requestId"])
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        self.sizes[event["requestId"]] = int(headers.get("content-length", 0))

    @property
    def requests(self):
        """What was asked of the site, with the bytes of the answers."""
        sent = [(number, url) for number, url in self.asked if number not in self.cached]
        return {url: self.sizes.get(number, 0) for number, url in sent}


@pytest.fixture
def window(browser, tmp_path):
    """A window on the site as it is served, which others have visited before.

    It has one worker: each makes the page that guests share when somebody first asks it for that.
    """
    with served(tmp_path / "data", WEB_CONCURRENCY="1") as site:
        site.get("/", **{"Accept-Encoding": "br"})
        opened = browser.new_context(base_url=f"http://127.0.0.1:{site.port}")
        yield opened
        opened.close()


def visit(window):
    """Open the canon in a new tab; return what went over the line until all was still."""
    page = window.new_page()
    line = Line(page)
    page.goto("/", wait_until="networkidle")
    page.close()
    return line


def test_a_first_visit_is_light_and_a_second_hardly_asks(window):
    first = visit(window)
    assert len(first.requests) <= MOST_REQUESTS["first"], first.requests
    assert 40_000 < sum(first.requests.values()) <= MOST_BYTES, first.requests
    second = visit(window)
    assert len(second.requests) <= MOST_REQUESTS["second"], second.requests
