"""How personal data looks to somebody who may not see it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

HIDDEN: Final = "***"
"""What stands for content of which not even the form is shown."""

CLASSES: Final = (
    "name",
    "phone",
    "id",
    "address",
    "email",
    "account",
    "plate",
    "text",
    "statement",
    "care",
    "comment",
)
"""The masking classes of form fields, and that of comments and attachments."""

_ADDRESS: Final = re.compile(
    r"^.*?(?:[县区市旗](?!域)|镇|乡|街道|村|社区)(?:.*?(?:镇|乡|街道))?(?:.*?(?:村|社区))?"
)


def mask(kind: str, value: Any) -> Any:
    """A value as its masking class shows it: `张*`, `138****5678`, `110***********1234`.

    A list is masked entry by entry; of other things, and of classes without a form, nothing is shown.
    """
    if value is None:
        return None
    if isinstance(value, list):
        return [mask(kind, entry) for entry in value]
    if not isinstance(value, str):
        return HIDDEN
    shown = _MASKS.get(kind, _nothing)
    return shown(value.strip()) if value.strip() else value


def _name(text: str) -> str:
    if len(text) == 1:
        return "*"
    return text[0] + "*" * (len(text) - 1) if len(text) < 5 else text[0] + "**"


def _phone(text: str) -> str:
    digits = re.sub(r"\D", "", text).removeprefix("86")
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 11 else _ends(digits, 0, 2)


def _identity(text: str) -> str:
    return _ends(text, 3, 4) if len(text) >= 12 else _ends(text, 1, 1)


def _address(text: str) -> str:
    found = _ADDRESS.match(text)
    if found is not None and len(found[0]) < len(text):
        return f"{found[0]}***"
    return f"{text[:2]}***" if len(text) > 4 else HIDDEN


def _email(text: str) -> str:
    local, at, domain = text.partition("@")
    return f"{local[:1]}***{at}{domain}" if at else _ends(text, 1, 0)


def _account(text: str) -> str:
    return _ends(text, 0, 4) if len(text) >= 8 else _ends(text, 0, 0)


def _plate(text: str) -> str:
    return _ends(text, 2, 1) if len(text) >= 6 else _ends(text, 1, 0)


def _nothing(_: str) -> str:
    return HIDDEN


def _ends(text: str, head: int, tail: int) -> str:
    hidden = len(text) - head - tail
    if hidden <= 0:
        return "*" * max(3, len(text))
    return text[:head] + "*" * max(3, hidden) + (text[-tail:] if tail else "")


_MASKS: Final[dict[str, Callable[[str], str]]] = {
    "name": _name,
    "phone": _phone,
    "id": _identity,
    "address": _address,
    "email": _email,
    "account": _account,
    "plate": _plate,
}
