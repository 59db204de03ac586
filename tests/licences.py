"""`python -m tests.licences` says what Canon runs on.

It lists the licences in docs/licences.md, and writes a bill of materials (CycloneDX) to var/.
"""

import json
import re
from importlib.metadata import distribution, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
BILL = ROOT / "var" / "sbom.json"
INTRODUCTION = """# Licences

What `requirements.txt` installs, and under which licence. Made by `python -m tests.licences`; \
a test sees to it that it is current.

| package | licence |
|---|---|
"""


def names():
    """Return the packages of the lock of the runtime that this platform needs."""
    lock = (ROOT / "requirements.txt").read_text()
    pattern = re.compile(r"^([\w.-]+)(?:\[[^\]]*\])?==[^ ;]+( ;[^\\]*)?", re.MULTILINE)
    return [match[1] for match in pattern.finditer(lock) if "win32" not in (match[2] or "")]


def licence(name):
    """Return what a package says of its licence."""
    said = metadata(name)
    classes = [
        c.rpartition(" :: ")[2] for c in said.get_all("Classifier") or [] if "License ::" in c
    ]
    text = said.get("License-Expression") or ", ".join(classes) or said.get("License") or "unknown"
    return text.splitlines()[0].strip()


def page():
    """Return the text of the page."""
    rows = [f"| {distribution(name).name} | {licence(name)} |\n" for name in names()]
    return INTRODUCTION + "".join(rows)


def bill_of_materials():
    """Return what Canon runs on as a CycloneDX document."""
    components = [
        {
            "type": "library",
            "name": name,
            "version": distribution(name).version,
            "purl": f"pkg:pypi/{name.lower()}@{distribution(name).version}",
            "licenses": [{"license": {"name": licence(name)}}],
        }
        for name in names()
    ]
    head = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1}
    return head | {"components": components}


if __name__ == "__main__":
    PAGE.write_text(page())
    BILL.parent.mkdir(exist_ok=True)
    BILL.write_text(json.dumps(bill_of_materials(), indent=2) + "\n")
