"""Every pair of tones that the style sheet sets on one another is far enough apart to be seen."""

import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static/canon"
CSS = (STATIC / "canon.css").read_text()
SITE = CSS + (STATIC / "map.css").read_text()
DESK = (STATIC / "admin.css").read_text()
ORDINARY, REST = CSS.split("@media (prefers-contrast: more)", 1)
MORE, _ = REST.split("@media", 1)
TONE = re.compile(r"--([\w-]+): light-dark\(#(\w+), #(\w+)\);")
ALIAS = re.compile(r"--([\w-]+): var\(--([\w-]+)\);")
COLOUR = re.compile(r"(?<![\w-])color: var\(--([\w-]+)\)")
BACKGROUND = re.compile(r"background: var\(--([\w-]+)\)")

PAPERS = ("paper", "sheet", "wash")
TEXT = [(tone, on) for tone in ("ink", "soft", "accent") for on in PAPERS]
# Light on dark: the toast and the bar of a phone, and buttons that matter.
TEXT += [("paper", "ink"), ("paper", "accent")]
CONTROLS = [(tone, on) for tone in ("edge", "accent") for on in PAPERS]
# What a mark is drawn in, on the page and in a sheet, and the plank that the shelf stands on.
CONTROLS += [(tone, on) for tone in ("amber", "sand", "plank") for on in ("paper", "sheet")]
CONTROLS += [("accent", "line"), ("accent", "spine")]  # how far a bar, and the shelf, have come
# Backgrounds without text: bars, and what an icon or the half moon of a mark is cut from.
DRAWN = {"line", "soft", "amber", "sand"}

GROUNDS = ("body-bg", "darkened-bg", "selected-bg", "selected-row")
DESK_TEXT = [
    (tone, on) for tone in ("body-fg", "body-quiet-color", "link-fg", "error-fg") for on in GROUNDS
]
DESK_TEXT += [("body-fg", f"message-{kind}-bg") for kind in ("success", "warning", "error")]
DESK_TEXT += [(f"header-{part}", "header-bg") for part in ("color", "link-color")]
DESK_TEXT += [(f"breadcrumbs-{part}", "breadcrumbs-bg") for part in ("fg", "link-fg")]
DESK_TEXT += [
    ("button-fg", f"{kind}button-{state}bg")
    for kind in ("", "default-", "close-", "delete-")
    for state in ("", "hover-")
]
DESK_TEXT += [("link-hover-color", "body-bg"), ("primary-fg", "primary")]


def tones(block, scheme):
    """Return the tones of a block of properties in a scheme, by name."""
    found = TONE.findall(block)
    palette = {name: dark if scheme == "dark" else light for name, light, dark in found}
    for name, other in ALIAS.findall(block):
        if other in palette:
            palette[name] = palette[other]
    return palette


def luminance(tone):
    """Return the relative luminance of a colour, as WCAG defines it."""
    whole = tone if len(tone) == 6 else "".join(2 * digit for digit in tone)
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """Return how far apart two colours are, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_close(pairs, least, palette):
    return {
        pair: round(contrast(palette[pair[0]], palette[pair[1]]), 2)
        for pair in pairs
        if contrast(palette[pair[0]], palette[pair[1]]) < least
    }


@pytest.mark.parametrize("wants_more", [False, True], ids=["ordinary", "more"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_controls_can_be_seen(scheme, wants_more):
    palette = tones(ORDINARY, scheme) | (tones(MORE, scheme) if wants_more else {})
    assert too_close(TEXT, 4.5, palette) == {}
    assert too_close(CONTROLS, 3, palette) == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_can_be_read(scheme):
    palette = tones(DESK, scheme)
    assert too_close(DESK_TEXT, 4.5, palette) == {}
    assert too_close([("border-color", on) for on in GROUNDS], 3, palette) == {}


def test_no_tone_is_used_that_is_not_compared():
    assert set(COLOUR.findall(SITE)) <= {tone for tone, _on in TEXT}
    assert set(BACKGROUND.findall(SITE)) <= {on for _tone, on in TEXT} | DRAWN


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_asks_for_more_contrast_gets_more(scheme):
    ordinary = tones(ORDINARY, scheme)
    palette = ordinary | tones(MORE, scheme)
    for tone in ("ink", "soft", "edge", "accent", "line"):
        more = contrast(palette[tone], palette["paper"])
        assert more > contrast(ordinary[tone], ordinary["paper"])
    assert too_close(TEXT, 7, palette) == {}


def test_the_formula_is_that_of_the_guidelines():
    assert round(contrast("000", "ffffff"), 2) == 21
    assert round(contrast("777777", "fff"), 2) == 4.48
