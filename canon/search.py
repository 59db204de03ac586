"""How text is compared in a search: what to ignore, and where words part."""

import re
import unicodedata

# Typographers' quotes and dashes, which nobody types into a search field.
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "‐": "-", "–": "-", "—": "-"})
CJK = r"\u2e80-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
SEAM = re.compile(rf"(?<=[{CJK}])(?=[^{CJK}\s])|(?<=[^{CJK}\s])(?=[{CJK}])")


def fold(text: str) -> str:
    """Return `text` without what a search ignores: case, accents, width of characters, curls.

    Compatibility decomposition (NFKD) as in Unicode Standard Annex #15, marks dropped.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(PLAIN)).casefold()
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def split_words(text: str) -> list[str]:
    """Return the folded words of a search, each of which must match.

    Words part at spaces, and where Chinese and Latin script meet: “GPT模型” is to find “GPT 模型”.
    """
    return SEAM.sub(" ", fold(text)).split()
