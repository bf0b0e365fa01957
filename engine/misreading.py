"""Why a file of settings cannot be read, in the languages of people: Python's own messages are English only."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from engine.errors import Message

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SAID: Final[tuple[tuple[str, str], ...]] = (
    (r"Invalid statement", "这一行不是“键 = 值”，也不是 [表]"),
    (r"Expected newline or end of document after a statement", "值的后面有多余的内容"),
    (r"Expected '=' after a key in a key/value pair", "键的后面应是 ="),
    (r"Invalid initial character for a key part", "键的写法不对"),
    (r"Expected '\]\]?' at the end of an? (?:table|array) declaration", "表名的后面应是 ]（列表应是 ]]）"),
    (r"Cannot declare (?P<key>.+) twice", "表 {key} 出现两次"),
    (r"Cannot overwrite a value", "同一个键出现两次"),
    (r"Cannot (?:mutate immutable|redefine) namespace (?P<key>.+)", "{key} 在前面已经写过，不能再加"),
    (r"Duplicate inline table key (?P<key>.+)", "花括号里 {key} 出现两次"),
    (r"Unclosed array", "列表没有写完，缺 ]，或者两项之间缺逗号"),
    (r"Unclosed inline table", "花括号没有写完，缺 }，或者两项之间缺逗号"),
    (r"Unterminated string|Expected '\"\"\"'|Expected \"'+\"", "文字没有写完，缺引号"),
    (r"Unescaped .+ in a string", "文字里的反斜杠须写成 \\\\"),
    (r"Invalid hex value|Escaped character is not a Unicode scalar value", "\\u 后面的代码不对"),
    (r"(?:Found invalid|Illegal) character (?P<key>.+)", "这里不能有字符 {key}"),
    (r"Invalid date or datetime", "没有这个日期或时间"),
    (r"Invalid value", "值的写法不对：文字要加引号，日期如 2027-01-01，是否写 true、false"),
)


def line_of(error: Exception) -> int | None:
    """The line a reader of TOML stumbled over; None where it does not say."""
    found = _PLACE.search(str(error))
    return int(found[1]) if found and found[1] else None


def reason(error: Exception, *, placed: bool = True) -> Message:
    """What is wrong: with TOML with line and column unless not `placed`, with a text that is no UTF-8, with a file."""
    if isinstance(error, tomllib.TOMLDecodeError):
        return _of_toml(str(error), placed=placed)
    if isinstance(error, UnicodeDecodeError):
        return Message(zh="不是 UTF-8 文本", en="it is not text in UTF-8")
    if isinstance(error, FileNotFoundError):
        return Message(zh="没有这个文件", en="there is no such file")
    if isinstance(error, PermissionError):
        return Message(zh="没有读取它的权限", en="there is no permission to read it")
    if isinstance(error, IsADirectoryError):
        return Message(zh="是文件夹，不是文件", en="it is a folder")
    if isinstance(error, KeyError):
        return Message(zh=f"缺少 {error.args[0]}", en=f"{error.args[0]} is missing")
    if isinstance(error, TypeError | AttributeError | ValueError):
        return Message(zh=f"有一项的种类不对（{error}）", en=f"an entry is of the wrong kind ({error})")
    return Message(zh=f"读取失败（{error}）", en=str(error))


def _of_toml(text: str, *, placed: bool) -> Message:
    place = _PLACE.search(text)
    said = text[: place.start()] if place else text
    zh = next(
        (_filled(found, told) for pattern, told in _SAID if (found := re.fullmatch(pattern, said))), said
    )
    if place is None or not placed:
        return Message(zh=zh, en=said)
    where = f"第 {place[1]} 行第 {place[2]} 列" if place[1] else "文件末尾"
    return Message(zh=f"{where}：{zh}", en=text)


def _filled(found: re.Match[str], told: str) -> str:
    key = found.groupdict().get("key")
    if key is None:
        return told
    # A key is told as a tuple of its parts: ('weekly', 'streak').
    parts = re.findall(r"'([^']*)'", key)
    return told.format(key=".".join(parts) if parts else key)
