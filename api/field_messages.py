"""What schemas say of a field, in the caller's language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.language import language
from engine.i18n import Language

_ZH: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.DOTALL), text)
    for pattern, text in (
        (r"Missing data for required field\.", "必填"),
        (r"Unknown field\.", "没有这个字段"),
        (r"Field may not be null\.", "不能为空"),
        (r"Not a valid string\.", "应为文本"),
        (r"Not a valid integer\.", "应为整数"),
        (r"Not a valid number\.", "应为数值"),
        (r"Not a valid boolean\.", "应为 true 或 false"),
        (r"Not a valid list\.", "应为列表"),
        (r"Not a valid mapping type\.", "应为对象"),
        (r"Not a valid UUID\.", "应为 UUID"),
        (r"Not a valid datetime\.", "应为 ISO 8601 时间"),
        (r"Not a valid date\.", "应为日期（YYYY-MM-DD）"),
        (r"Invalid input type\.", "类型不对"),
        (r"Invalid value\.", "值不对"),
        (r"Must be one of: (.*)\.", "应为其中之一：{0}"),
        (r"Shorter than minimum length (\d+)\.", "至少 {0} 个字符或项"),
        (r"Longer than maximum length (\d+)\.", "最多 {0} 个字符或项"),
        (r"Length must be between (\d+) and (\d+)\.", "长度应在 {0} 与 {1} 之间"),
        (r"Must be greater than or equal to (\S+?)\.", "不小于 {0}"),
        (r"Must be less than or equal to (\S+?)\.", "不大于 {0}"),
        (
            r"Must be greater than or equal to (\S+) and less than or equal to (\S+)\.",
            "应在 {0} 与 {1} 之间",
        ),
        (r"String does not match expected pattern\.", "格式不对"),
    )
)


def by_field(messages: Any) -> dict[str, list[str]]:
    """Messages of webargs, by location and nested, as dotted paths of fields with their texts."""
    found: dict[str, list[str]] = {}
    places = messages.values() if isinstance(messages, Mapping) else [messages]
    for place in places:
        for path, text in _flat(place, ()):
            found.setdefault(".".join(path) or "_", []).append(_said(text))
    return found


def _flat(part: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(part, Mapping):
        for name, inner in part.items():
            below = path if name in ("_schema", "value", "key") and path else (*path, str(name))
            yield from _flat(inner, () if name == "_schema" and not path else below)
    elif isinstance(part, (list, tuple)):
        for inner in part:
            yield from _flat(inner, path)
    else:
        yield path, str(part)


def _said(text: str) -> str:
    if language() is Language.EN:
        return text
    for pattern, said in _ZH:
        match = pattern.fullmatch(text)
        if match:
            return said.format(*match.groups())
    return text
