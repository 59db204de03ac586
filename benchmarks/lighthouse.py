"""Lets Lighthouse judge the pages a reader sees most: `make lighthouse`.

Ends with 1 if any score is below 100, or if what it needs is not installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.server import ROOT, Site, running_site

LIGHTHOUSE = "lighthouse@13"
REPORT = ROOT / "benchmarks" / "lighthouse.md"
CATEGORIES = {
    "performance": "Performance",
    "accessibility": "Accessibility",
    "best-practices": "Best practices",
    "seo": "SEO",
}
ITEM = "gpt-3"
SCREENS = {"desktop": ["--preset=desktop"], "phone": []}
CHROME_FLAGS = "--headless=new --no-sandbox --disable-gpu"
TRIES = 3  # what else a machine is busy with only ever costs points, and now and then a run

# A reader with something in every list, as one who has been here for a week; prints the session.
READER = """
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from canon.models import Item, change_marks, write_note
reader = get_user_model().objects.create_user("reader@example.org", "an unlikely phrase")
items = list(Item.objects.published()[:9])
for status, some in zip(("read", "reading", "queued"), (items[:4], items[4:6], items[6:])):
    change_marks(reader, some, status)
write_note(reader, items[0], "A note, **short**.", based_on=0)
client = Client()
client.force_login(reader)
print(f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}")
"""

Scores = dict[str, int]


def find_chromium() -> str | None:
    """Return the path of Chromium, from CHROMIUM or the usual names."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def missing() -> str:
    """Return one sentence on what is not installed, or nothing."""
    if not shutil.which("npx"):
        return "Lighthouse needs Node.js with npm: apt install nodejs npm, or see nodejs.org."
    if not find_chromium():
        return "Lighthouse needs Chromium: apt install chromium, or set CHROMIUM to its path."
    return ""


def judge(url: str, options: list[str], cookie: str = "") -> tuple[Scores, list[str]]:
    """Return the scores of a page, and the audits that it does not pass.

    Raises RuntimeError, with what Lighthouse says, if it cannot judge the page.
    """
    with tempfile.TemporaryDirectory(prefix="lighthouse-") as folder:
        report = Path(folder) / "report.json"
        command = ["npx", "--yes", LIGHTHOUSE, url, *options, f"--chrome-flags={CHROME_FLAGS}"]
        command += ["--output=json", f"--output-path={report}", "--quiet"]
        command += ["--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}"]
        if cookie:
            command += [f"--extra-headers={json.dumps({'Cookie': cookie})}"]
        environment = {**os.environ, "CHROME_PATH": find_chromium() or ""}
        ended = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False
        )
        if ended.returncode or not report.exists():
            reason = (ended.stderr.strip().splitlines() or ["it ended without a report"])[-1]
            raise RuntimeError(f"Lighthouse could not judge {url}: {reason}")
        found = json.loads(report.read_text())
    scores = {
        title: round((found["categories"][name]["score"] or 0) * 100)
        for name, title in CATEGORIES.items()
    }
    return scores, list(complaints(found))


def judge_fairly(url: str, options: list[str], cookie: str = "") -> tuple[Scores, list[str]]:
    """Return the best of up to TRIES judgements; raises RuntimeError if there was none."""
    results = []
    for _try in range(TRIES):
        try:
            results.append(judge(url, options, cookie))
        except RuntimeError as error:
            print(error, file=sys.stderr)
            continue
        if min(results[-1][0].values()) == 100:
            break
    if not results:
        raise RuntimeError(f"Lighthouse failed {TRIES} times on {url}.")
    return max(results, key=lambda result: sum(result[0].values()))


def complaints(found: dict[str, Any]) -> list[str]:
    """Return the audits that cost a category a point, each with its value."""
    weighty = {
        audit["id"]
        for category in found["categories"].values()
        for audit in category["auditRefs"]
        if audit["weight"] and round((category["score"] or 0) * 100) < 100
    }
    return [
        f"{audit['title']} {audit.get('displayValue', '')}".strip()
        for name, audit in found["audits"].items()
        if name in weighty and audit["score"] is not None and audit["score"] < 1
    ]


def judge_site(site: Site) -> list[tuple[str, Scores, list[str]]]:
    """Judge every page on every screen; return what each is, its scores, and what costs points."""
    cookie = site.run(READER).split()[-1]
    pages = {
        "The canon": ("/", ""),
        "An item": (f"/items/{ITEM}/", ""),
        "My reading": ("/reading/", cookie),
    }
    results = []
    for name, (path, session) in pages.items():
        for screen, options in SCREENS.items():
            scores, found = judge_fairly(site.url + path, options, session)
            print(f"{name}, {screen}: {' / '.join(map(str, scores.values()))}", flush=True)
            for line in found:
                print(f"    {line}")
            results.append((f"{name}, {screen}", scores, found))
    return results


def table(results: list[tuple[str, Scores, list[str]]]) -> str:
    """Return the results as a page of Markdown."""
    lines = [
        "# Lighthouse",
        "",
        f"`make lighthouse` writes this page: {LIGHTHOUSE}, gunicorn with the settings of "
        "production, a fresh site with the shipped canon, a reader with nine marks and a note; "
        f"the best of at most {TRIES} runs.",
        "",
        f"| page | {' | '.join(CATEGORIES.values())} |",
        f"|---|{'---:|' * len(CATEGORIES)}",
    ]
    lines += [f"| {name} | {' | '.join(map(str, s.values()))} |" for name, s, _found in results]
    if any(found for _name, _scores, found in results):
        lines += ["", "What costs points:", ""]
        lines += [f"- {name}: {line}" for name, _scores, found in results for line in found]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Judge, write the report, and return 0 if every score is 100."""
    if sentence := missing():
        print(sentence, file=sys.stderr)
        return 1
    with running_site(workers=1) as site:
        results = judge_site(site)
    REPORT.write_text(table(results))
    print(f"\n{table(results)}")
    return int(any(score < 100 for _name, scores, _found in results for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
