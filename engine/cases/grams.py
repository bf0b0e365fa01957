"""Searching Chinese text without a dictionary: pairs of neighbouring characters.

A text of a header is kept with its pairs (`邻里纠纷` → `邻里 里纠 纠纷`); a word is in a text only if its pairs are among
the text's. Letters are taken without case, and marks and spaces are left out.
"""

from __future__ import annotations

import unicodedata


def plain(text: str) -> str:
    """A text as it is compared: without case, width, marks and spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def grams(*texts: str) -> list[str]:
    """The pairs of characters of texts, each once, sorted."""
    return sorted({pair for text in texts for pair in pairs(text)})


def pairs(text: str) -> list[str]:
    """The pairs of neighbouring characters of a text; of one character alone, that one."""
    letters = plain(text)
    if len(letters) == 1:
        return [letters]
    return [letters[place : place + 2] for place in range(len(letters) - 1)]
