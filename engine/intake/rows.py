"""From rows to requests: what a row says, checked on its own and against the rows before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Literal

from engine.intake import csvfile, instant
from engine.intake.layout import REQUIRED, Layout
from engine.intake.problem import Problem, excerpt

_DOUBTFUL = {
    instant.FOLD: ("这个当地时间出现两次，取第一次", "this local time occurs twice; the first is taken"),
    instant.GAP: (
        "这个当地时间不存在，按拨快前的时差计算",
        "this local time never occurs; read with the earlier offset",
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedRequest:
    """One request as the file records it.

    row, line: its row number (header = 1) and physical line. key: what makes the row itself; code: the public case code. All times
    are instants in UTC; closed_at is None while it is open, due_at None when nobody promised a date. seen_at:
    the latest time the row gives evidence of. status: the file's own text. fields: further values by name.
    """

    row: int
    line: int
    key: str
    code: str
    type: str
    agency: str
    status: str
    created_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    seen_at: datetime
    address: str
    fields: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()


def read_requests(stream: BinaryIO, layout: Layout) -> Iterator[ImportedRequest | csvfile.RowErrors]:
    """Read the requests of a seekable binary stream; rows that cannot be taken come as RowErrors.

    A key or code that an earlier row of the file had refuses the later row. Raises FileRefused before the
    first row when the file as a whole cannot be read.
    """
    rows = csvfile.read(
        stream, columns=layout.headers(), encoding_name=layout.encoding, delimiter=layout.delimiter
    )
    return _requests(rows, layout)


def _requests(
    rows: Iterator[csvfile.Row | csvfile.RowErrors], layout: Layout
) -> Iterator[ImportedRequest | csvfile.RowErrors]:
    seen: dict[str, dict[str, int]] = {"key": {}, "code": {}}
    for row in rows:
        if isinstance(row, csvfile.RowErrors):
            yield row
            continue
        reading = _Reading(row, layout)
        request = reading.request()
        for name, rows_by_value in seen.items():
            value = reading.text(name)
            first = rows_by_value.setdefault(value, row.number)
            if value and first != row.number:
                reading.note(name, "duplicate", f"与第 {first} 行重复", f"is that of row {first} again")
        errors = tuple(problem for problem in reading.problems if problem.severity == "error")
        if request is None or errors:
            yield csvfile.RowErrors(number=row.number, line=row.line, problems=errors)
        else:
            yield request


@dataclass(slots=True)
class _Reading:
    """Reads one row and gathers everything wrong with it, not only the first thing."""

    row: csvfile.Row
    layout: Layout
    problems: list[Problem] = field(default_factory=list)

    def request(self) -> ImportedRequest | None:
        """The request, or None with the reasons in `problems`."""
        for name in REQUIRED:
            if not self.text(name):
                self.note(name, "empty", "不能为空", "must not be empty")
        for column in self.row.formulas:
            self._warn_formula(column)
        created, due, closed, seen = map(self.time, ("created_at", "due_at", "closed_at", "seen_at"))
        self._check_status(closed)
        if created is not None:
            self._check_order(created, due, closed)
        if created is None or any(problem.severity == "error" for problem in self.problems):
            return None
        return ImportedRequest(
            row=self.row.number,
            line=self.row.line,
            key=self.text("key"),
            code=self.text("code"),
            type=self.text("type"),
            agency=self.text("agency"),
            status=self.text("status"),
            created_at=created,
            due_at=due,
            closed_at=closed,
            seen_at=max(time for time in (created, closed, seen) if time is not None),
            address=self.text("address"),
            fields={name: self.row.values[column].strip() for name, column in self.layout.fields.items()},
            warnings=tuple(self.problems),
        )

    def text(self, name: str) -> str:
        """The value of one of the layout's columns; empty when the file has none."""
        column = self.layout.columns.get(name)
        return "" if column is None else self.row.values[column].strip()

    def time(self, name: str) -> datetime | None:
        """The instant in one of the layout's columns; None when empty or unreadable (then noted)."""
        text = self.text(name)
        if not text:
            return None
        read = instant.parse(text, self.layout.date_formats)
        if read is None:
            self.note(name, "bad_date", "日期读不出来", "is not a date in the expected form")
            return None
        moment, doubt = instant.resolve(read, self.layout.timezone)
        if doubt is not None:
            self.note(name, doubt, *_DOUBTFUL[doubt], severity="warning")
        return moment

    def note(
        self, name: str, code: str, zh: str, en: str, *, severity: Literal["error", "warning"] = "error"
    ) -> None:
        """Note a problem with one of the layout's columns."""
        self._note(self.layout.columns[name], code, zh, en, severity)

    def _check_status(self, closed: datetime | None) -> None:
        status = self.text("status")
        if not status:
            return
        if status not in self.layout.status:
            self.note("status", "unknown_status", "布局里没有这种状态", "is not a status the layout knows")
        elif self.layout.status[status] and not self.text("closed_at"):
            self.note(
                "status", "status_contradiction", "已关闭却没有关闭时间", "is closed without a closing time"
            )
        elif not self.layout.status[status] and closed is not None:
            self.note("status", "status_contradiction", "未关闭却有关闭时间", "is open with a closing time")

    def _check_order(self, created: datetime, due: datetime | None, closed: datetime | None) -> None:
        if closed is not None and closed < created:
            self.note("closed_at", "closed_before_created", "关闭早于创建", "closed before it was created")
        if due is not None and due < created:
            self.note("due_at", "due_before_created", "期限早于创建", "due before it was created")

    def _warn_formula(self, column: str) -> None:
        self._note(
            column,
            "formula",
            "看起来像表格公式，按文本保存，不会执行",
            "looks like a spreadsheet formula; kept as text, never run",
            "warning",
        )

    def _note(self, column: str, code: str, zh: str, en: str, severity: Literal["error", "warning"]) -> None:
        self.problems.append(
            Problem(
                row=self.row.number,
                line=self.row.line,
                column=column,
                code=code,
                excerpt=excerpt(self.row.values[column]),
                message_zh=zh,
                message_en=en,
                severity=severity,
            )
        )
