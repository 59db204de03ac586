"""No regular expression takes long on any text: every one of our code is tried.

They are found in the source, so that a new one is tried without being added here.
"""

import ast
import importlib
import math
import re
import signal
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.validators import RegexValidator
from django.urls.converters import get_converters

ROOT = Path(__file__).parents[1]
LENGTH = 3_000
# Repeated, each is what some kind of pattern would go back and forth on.
PIECES = ["a", " ", "0", "-", "'", "(", "|", "---\n", "a-", "a ", "A b ", "1:", "0.", "a,", "\t\n"]
PIECES += [
    "中",
    "中a",
    "http://",
    "/abs/",
    "2019",
    "(2019",
    "\\|",
    "utm_",
    "br;q=0",
    "…",
    "&",
    "by ",
]
PIECES += ["and ", "Ab.-'", "[", "\x00", "*:", "v1"]
# The square of the length is much less than this; backtracking that doubles, much more.
MOST_SECONDS = 1.0


def patterns():
    """Yield every compiled pattern that a module of ours holds, or makes by re.compile."""
    for path in sorted([*ROOT.glob("canon/**/*.py"), *ROOT.glob("accounts/**/*.py")]):
        if "migrations" in path.parts:
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if is_pattern(node)]
        if not calls:
            continue
        held = vars(importlib.import_module(name))
        found = [value for value in held.values() if isinstance(value, re.Pattern | RegexValidator)]
        inline = [re.compile(call.args[0].value) for call in calls if is_inline(call)]
        assert len(found) + len(inline) >= len(calls), f"{name} hides a pattern in a function."
        for value in [*found, *inline]:
            pattern = value.regex if isinstance(value, RegexValidator) else value
            yield pytest.param(pattern, id=f"{name}: {pattern.pattern[:30]}")
    for name, converter in get_converters().items():
        yield pytest.param(re.compile(converter.regex), id=f"converter {name}")


def is_pattern(node):
    """Tell whether a node of the source is a call that takes a pattern."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return node.func.id == "RegexValidator"
    is_re = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    return is_re and node.func.value.id == "re" and node.func.attr != "escape"


def is_inline(call):
    """Tell whether a pattern is used where it stands, without a name."""
    return getattr(call.func, "attr", "compile") != "compile"


@contextmanager
def at_most(seconds):
    """Raise TimeoutError where what stands inside takes more of the processor's time."""

    def stop(*_details):
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def seconds(pattern, text):
    """Return how long a pattern takes to be looked for everywhere in a text; inf for too long."""
    started = time.process_time()
    try:
        with at_most(2 * MOST_SECONDS):
            pattern.match(text)
            for _match in pattern.finditer(text):
                pass
    except TimeoutError:  # what backtracks without end would never come back
        return math.inf
    return time.process_time() - started


def slowest(pattern):
    """Return how long a pattern takes on the worst text we know, and the piece it is made of."""
    return max(
        (seconds(pattern, (piece * LENGTH)[:LENGTH] + end), piece + end)
        for piece in PIECES
        for end in ("!", "\n")
    )


def test_a_slow_pattern_would_be_found():
    text = "a" * LENGTH + "!"
    assert seconds(re.compile(r"(a|a)+$"), text) == math.inf
    assert seconds(re.compile(r"a+$"), text) < MOST_SECONDS


@pytest.mark.parametrize("pattern", list(patterns()))
def test_no_pattern_is_slow_on_a_long_text(pattern):
    taken, piece = slowest(pattern)
    assert taken < MOST_SECONDS, piece
