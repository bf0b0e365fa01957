"""Reading JSON that nobody has vouched for: bounded, without repeated keys, with lines for what is wrong."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 30

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class JsonError(Exception):
    """The text is not acceptable JSON; `line` counts from 1."""

    def __init__(self, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.line = line
        self.zh = zh
        self.en = en


def read_object(data: bytes) -> dict[str, Any]:
    """Read one JSON object (RFC 8259) of at most `MAX_BYTES` and `MAX_DEPTH` levels.

    Raises:
        JsonError: it is not one, repeats a key, or holds NaN or an infinity.
    """
    if len(data) > MAX_BYTES:
        raise JsonError(1, f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = data.count(b"\n", 0, error.start) + 1
        raise JsonError(at, "文件不是 UTF-8 编码", "the file is not encoded in UTF-8") from None
    _check_depth(text)
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except _Repeated as error:
        key = str(error)
        raise JsonError(line_of(text, key), f"键“{key}”重复", f"the key {key!r} is repeated") from None
    except json.JSONDecodeError as error:
        raise JsonError(error.lineno, "不是合格的 JSON", f"not well-formed JSON: {error.msg}") from None
    except ValueError:
        raise JsonError(1, "数值超出范围", "a number is out of range") from None
    if not isinstance(found, dict):
        raise JsonError(1, "须是 JSON 对象", "the file must be a JSON object")
    return found


def line_of(text: str, value: str) -> int:
    """The line on which the JSON string `value` first occurs, or 1."""
    for form in (json.dumps(value, ensure_ascii=False), json.dumps(value)):
        at = text.find(form)
        if at >= 0:
            return text.count("\n", 0, at) + 1
    return 1


class _Repeated(Exception):
    """A key occurs twice in one object."""


def _check_depth(text: str) -> None:
    depth = 0
    for character in _STRING.sub("", text):
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise JsonError(1, f"嵌套超过 {MAX_DEPTH} 层", f"nested more than {MAX_DEPTH} levels deep")
        elif character in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Repeated(key)
        found[key] = value
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)
