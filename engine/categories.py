"""Categories of cases in three levels: an operator's table (config/categories.csv).

A code says where it stands: `neighbour`, `neighbour/noise`, `neighbour/noise/renovation`. A category that is no longer
offered keeps its row with a last day, so that old cases stay readable. The first level is what decision tables, rules of
retention and the forms' own lists go by; the second and third are chosen from this table.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from engine import canonical
from engine.calendars.config_text import ConfigProblems, Problem
from engine.errors import InvalidInput

FILE: Final = "categories.csv"
BELOW: Final = "categories.below"
"""The kind of outside fact: `[code, day]` → the categories offered below a code on a day, as `value` and `label`."""
LEVELS: Final = 3
COLUMNS: Final[Mapping[str, str]] = {
    "code": "编码",
    "parent": "上级编码",
    "level": "级别",
    "zh": "名称",
    "en": "英文名称",
    "from": "启用日",
    "until": "停用日",
}
"""The columns with the titles a spreadsheet may have instead."""

_CODE: Final = re.compile(r"[a-z][a-z0-9_]*(?:/[a-z0-9][a-z0-9_]*)*")
_LONGEST: Final = 60
_ASKED: Final = re.compile(r"""\s*=?\s*categories\(\s*([a-z_]+|"[a-z0-9_/]*")\s*\)\s*""")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One category. valid_from, valid_until: the days on which it is offered, the last one not included."""

    code: str
    zh: str
    en: str
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def parent(self) -> str:
        """The code above, empty at the first level."""
        return self.code.rpartition("/")[0]

    @property
    def level(self) -> int:
        """1, 2 or 3."""
        return self.code.count("/") + 1

    def offered(self, day: date) -> bool:
        """Whether it may be chosen on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)


class Categories:
    """All categories, in the order of the table."""

    def __init__(self, rows: Iterable[Category] = ()) -> None:
        self.by_code: Mapping[str, Category] = {row.code: row for row in rows}

    def below(self, code: str, day: date) -> list[Category]:
        """What is offered below a code, below `""` the first level."""
        return [row for row in self.by_code.values() if row.parent == code and row.offered(day)]

    def path(self, code: str) -> list[Category]:
        """The categories from the first level to this one; empty where the table does not have it."""
        row = self.by_code.get(code)
        return [] if row is None else [*self.path(row.parent), row]


class CategoryFile:
    """The categories of a folder of settings, read anew when the file has changed."""

    def __init__(self, config: Path) -> None:
        self._path = config / FILE
        self._seen: tuple[int, int] | None = None
        self._read = Categories()

    def __call__(self) -> Categories:
        """The categories in force; none without the file. Raises ConfigProblems."""
        if not self._path.exists():
            return Categories()
        found = self._path.stat()
        seen = (found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._read, self._seen = read_categories(self._path.read_bytes()), seen
        return self._read


def read_categories(data: bytes, *, file: str = FILE) -> Categories:
    """Read the table (CSV, UTF-8). Raises ConfigProblems with every row that is wrong, by line and column."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigProblems([_problem(file, 1, "", "不是 UTF-8 文本", "is not text in UTF-8")]) from None
    reader = csv.reader(io.StringIO(text, newline=""))
    rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    return from_rows([row for row in rows if any(row[1])], file=file)


def from_rows(rows: Sequence[tuple[int, Sequence[str]]], *, file: str) -> Categories:
    """Categories from rows of texts with their line numbers, titles first. Raises ConfigProblems."""
    line, titles = rows[0] if rows else (1, ())
    names = {title: name for name, title in COLUMNS.items()} | {name: name for name in COLUMNS}
    known = [names.get(title, "") for title in titles]
    problems = [
        _problem(file, line, COLUMNS[name], "缺少这一列，或者重复", "the column is missing or doubled")
        for name in COLUMNS
        if known.count(name) != 1 and (name in ("code", "zh") or name in known)
    ]
    if problems:
        raise ConfigProblems(problems)
    found: dict[str, Category] = {}
    for line, cells in rows[1:]:
        values = dict(zip(known, [*cells, *[""] * len(known)], strict=False))
        wrong = _row(values, found)
        problems += [_problem(file, line, COLUMNS[name], zh, en) for name, zh, en in wrong]
    if problems:
        raise ConfigProblems(problems)
    return Categories(found.values())


def _row(values: Mapping[str, str], found: dict[str, Category]) -> list[tuple[str, str, str]]:
    """Read one row into `found`; what is wrong with it by column."""
    code, name = values["code"], values["zh"]
    parent, level = code.rpartition("/")[0], code.count("/") + 1
    wrong: list[tuple[str, str, str]] = []
    if _CODE.fullmatch(code) is None or len(code) > _LONGEST or level > LEVELS:
        text = f"“{code}”应如 neighbour/noise，小写字母、数字，至多三级"
        wrong.append(("code", text, f"{code!r} must be like neighbour/noise, of three levels at most"))
    elif code in found:
        wrong.append(("code", f"“{code}”重复", f"{code!r} is there twice"))
    elif parent and parent not in found:
        wrong.append(("code", f"上级“{parent}”不在前面", f"{parent!r} above it does not come before it"))
    if values.get("parent", parent) != parent:
        wrong.append(
            ("parent", f"与编码不符，应为“{parent}”", f"does not fit the code, which says {parent!r}")
        )
    if values.get("level", str(level)) != str(level):
        wrong.append(("level", f"与编码不符，应为 {level}", f"does not fit the code, which says {level}"))
    if not name or len(name) > _LONGEST:
        wrong.append(("zh", "须填写，至多 60 字", "is required, at most 60 characters"))
    days: dict[str, date | None] = {}
    for column in ("from", "until"):
        text = values.get(column, "")
        try:
            days[column] = date.fromisoformat(text) if text else None
        except ValueError:
            wrong.append((column, f"“{text}”应是日期，如 2027-01-01", f"{text!r} must be like 2027-01-01"))
    if not wrong:
        found[code] = Category(
            code=code,
            zh=name,
            en=values.get("en") or name,
            valid_from=days["from"],
            valid_until=days["until"],
        )
    return wrong


def write_categories(categories: Categories) -> str:
    """The table as CSV; a mark of UTF-8 before it, which spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS.values())
    for row in categories.by_code.values():
        days = [day.isoformat() if day else "" for day in (row.valid_from, row.valid_until)]
        writer.writerow([row.code, row.parent, row.level, row.zh, row.en, *days])
    return "\ufeff" + out.getvalue()


def check_kept(before: Categories, after: Categories) -> None:
    """Raise InvalidInput when a code is gone: it stays in the table with a last day, for old cases bear it."""
    gone = [code for code in before.by_code if code not in after.by_code]
    if gone:
        raise InvalidInput(
            code="config.code_gone",
            message_zh=f"类别一经使用不能删除，停用请写停用日：{'、'.join(gone[:10])}",
            message_en=f"categories stay; give them a last day instead: {', '.join(gone[:10])}",
        )


def parent_in(component: Mapping[str, Any]) -> str | None:
    """What a field of a form asks the categories below: a name of a field, or a code in quotes; None: it does not."""
    text = component.get("valuesExpression")
    found = _ASKED.fullmatch(text) if isinstance(text, str) else None
    return None if found is None else found[1]


class Asking(Protocol):
    """The running command of a case."""

    @property
    def now(self) -> int:
        """The case clock, microseconds since 1970 UTC."""

    @property
    def reads(self) -> Any:
        """The port of outside reads."""

    @property
    def zone(self) -> Any:
        """The zone days are told in."""


def functions(case: Asking) -> Mapping[str, Callable[..., Any]]:
    """`categories(code)`: what may be chosen below a code, as a list of `value` and `label`; of null, nothing."""

    def categories(code: Any) -> Any:
        if not isinstance(code, str):
            return []
        day = (_EPOCH + timedelta(microseconds=case.now)).astimezone(case.zone).date()
        found = case.reads.read(BELOW, [code, day.isoformat()])
        return canonical.from_wire(found) if isinstance(found, list) else []

    return {"categories": categories}


def providers(categories: Callable[[], Categories]) -> Mapping[str, Callable[[Any], Any]]:
    """What answers `BELOW` today."""

    def below(key: Any) -> Any:
        code, day = key
        found = categories().below(code, date.fromisoformat(day))
        return canonical.to_wire([{"value": row.code, "label": row.zh} for row in found])

    return {BELOW: below}


def _problem(file: str, line: int, column: str, zh: str, en: str) -> Problem:
    return Problem(file=file, line=line, key=column, message_zh=zh, message_en=en)
