"""Phone numbers of staff, of which the directory keeps only what a person needs to recognise one."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = re.compile(r"\d")
SHOWN: Final = 4
"""Digits at the end that stay; three more at the beginning of a long number (DOMAIN §4: `138****5678`)."""


def masked(phone: str) -> str:
    """The number with its middle digits as asterisks; a masked one stays as it is, a short one is hidden whole."""
    text = phone.strip()
    places = [found.start() for found in _DIGITS.finditer(text)]
    if "*" in text and len(places) <= 3 + SHOWN:
        return text
    hidden = places[3:-SHOWN] if len(places) > 3 + SHOWN else places
    return "".join("*" if place in hidden else character for place, character in enumerate(text))
