"""What is wrong with a file of settings is told in Chinese first, with the place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.accounts.permissions import read_permissions
from engine.calendars.config_text import ConfigProblems, Source
from engine.directory import read_vocabulary
from engine.errors import BihuanError
from engine.history.keeping import load_keeping
from engine.misreading import line_of, reason
from engine.privacy.rules import read_privacy
from engine.registration import read_entries
from engine.reports.rules import read_rules
from engine.retention import Retention

BROKEN = [
    ("a = 1\nb\n", "第 2 行第 2 列：键的后面应是 ="),
    ("a = x", "第 1 行第 5 列：值的写法不对"),
    ("a = 1 2", "第 1 行第 7 列：值的后面有多余的内容"),
    ("= 1", "第 1 行第 1 列：这一行不是"),
    ("a = 1\na = 2\n", "第 2 行第 6 列：同一个键出现两次"),
    ("[a]\n[a]", "第 2 行第 3 列：表 a 出现两次"),
    ("[a\n", "第 1 行第 3 列：表名的后面应是 ]"),
    ("[[a]", "第 1 行第 4 列：表名的后面应是 ]"),
    ("a = [1 2]", "第 1 行第 8 列：列表没有写完"),
    ("a = {b = 1, b = 2}", "花括号里 b 出现两次"),
    ("a = {b = 1 c = 2}", "第 1 行第 12 列：花括号没有写完"),
    ('a = "文字', "文件末尾：文字没有写完，缺引号"),
    ('a = "文字\nb = 1', "第 1 行第 8 列：这里不能有字符"),
    ('a = """文字', "文件末尾：文字没有写完，缺引号"),
    (r'a = "\q"', "文字里的反斜杠须写成"),
    (r'a = "\u00zz"', "后面的代码不对"),
    ("a = 2027-02-30", "没有这个日期或时间"),
    ("a = {b = 1}\na.c = 1\n", "a 在前面已经写过，不能再加"),
]


@pytest.mark.parametrize(("text", "told"), BROKEN)
def test_a_reader_of_toml_is_told_in_chinese(text: str, told: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as broken:
        tomllib.loads(text)
    assert told in reason(broken.value).zh
    assert reason(broken.value).en == str(broken.value)


def test_the_line_stands_alone_where_the_place_is_told_beside_it() -> None:
    with pytest.raises(ConfigProblems) as broken:
        Source("cn.toml", b"a = 1\nb\n")
    (problem,) = broken.value.problems
    assert (problem.line, problem.message_zh) == (2, "不是有效的 TOML：键的后面应是 =")
    assert line_of(ValueError("x")) is None


def test_other_failures_to_read_are_told_too(tmp_path: Path) -> None:
    told = []
    for path in (tmp_path / "none", tmp_path):
        try:
            path.read_text("utf-8")
        except OSError as error:
            told.append(reason(error).zh)
    assert told == ["没有这个文件", "是文件夹，不是文件"]
    assert reason(KeyError("calendar")).zh == "缺少 calendar"
    assert reason(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x")).zh == "不是 UTF-8 文本"


@pytest.mark.parametrize(
    "name", ["permissions", "registration", "retention", "keeping", "directory", "privacy", "reports"]
)
def test_every_file_of_settings_names_itself_and_the_line(tmp_path: Path, name: str) -> None:
    text = "a = 1\nb\n"
    file = {"keeping": "retention"}.get(name, name) + ".toml"
    (tmp_path / file).write_text(text, "utf-8")
    readers: dict[str, Callable[[], object]] = {
        "permissions": lambda: read_permissions(tmp_path, []),
        "registration": lambda: read_entries(tmp_path),
        "retention": lambda: Retention.load(tmp_path),
        "keeping": lambda: load_keeping(tmp_path),
        "directory": lambda: read_vocabulary(text.encode()),
        "privacy": lambda: read_privacy(text.encode()),
        "reports": lambda: read_rules(text.encode()),
    }
    with pytest.raises(BihuanError) as broken:
        readers[name]()
    error = broken.value
    said = error.message_zh + "".join(
        message.zh for each in getattr(error, "fields", {}).values() for message in each
    )
    assert file in said + "".join(getattr(error, "fields", {}))
    assert "第 2 行第 2 列：键的后面应是 =" in said
