"""Text from elsewhere on somebody's terminal: nothing in it may steer the terminal."""

from __future__ import annotations


def printable(text: object, *, longest: int | None = None) -> str:
    """The text on one line, with what a terminal would obey written out as escapes.

    longest: characters after which it is cut off with an ellipsis.
    """
    shown = str(text)
    if longest is not None and len(shown) > longest:
        shown = shown[: longest - 1] + "…"
    if shown.isprintable():
        return shown
    return "".join(
        letter
        if letter.isprintable()
        else letter.encode("unicode_escape").decode("ascii")
        if not "\ud800" <= letter <= "\udfff"
        else "\ufffd"
        for letter in shown
    )
