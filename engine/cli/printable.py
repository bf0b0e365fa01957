"""Text from elsewhere on somebody's terminal: nothing in it may steer the terminal."""

from __future__ import annotations


def printable(text: object, *, longest: int | None = None) -> str:
    """The text on one line, with what a terminal would obey written out as escapes.

    longest: characters after which it is cut off with an ellipsis.
    """
    shown = str(text)
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    return shown if shown.isprintable() else "".join(map(_letter, shown))


def _letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    if "\ud800" <= letter <= "\udfff":
        return "\ufffd"
    return letter.encode("unicode_escape").decode("ascii")
