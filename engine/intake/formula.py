"""Cells that a spreadsheet would run as formulas. Here they are text: kept as they are, flagged, never evaluated."""

from __future__ import annotations

import re

_LEADS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-][0-9]+([.,][0-9]*)?([eE][+-]?[0-9]+)?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet that opens this text as a cell may run it; plain numbers such as -76.6 are none."""
    return text.startswith(_LEADS) and _NUMBER.fullmatch(text) is None


def neutralise(text: str) -> str:
    """The text as a cell that no spreadsheet runs: a leading apostrophe before what it would take as a formula."""
    return f"'{text}" if is_formula(text) else text
