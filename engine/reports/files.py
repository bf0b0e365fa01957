"""The kinds of files a report can be taken out as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.reports.pages import to_pdf
from engine.reports.plain import to_csv
from engine.reports.printing import Mark, Printer
from engine.reports.report import Report
from engine.reports.workbook import to_workbook


@dataclass(frozen=True, kw_only=True, slots=True)
class FileKind:
    """A kind of file. media: its type. write: makes its bytes."""

    media: str
    write: Callable[[Report, Printer, Mark | None], bytes]


FILES: Final[Mapping[str, FileKind]] = {
    "csv": FileKind(
        media="text/csv", write=lambda report, printer, mark: to_csv(report, printer, mark).encode()
    ),
    "xlsx": FileKind(
        media="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write=to_workbook
    ),
    "pdf": FileKind(media="application/pdf", write=to_pdf),
}
"""Each kind by its ending."""


def file_name(report: Report, ending: str) -> str:
    """What a file of a report is called."""
    said = report.statement
    parts = (report.name, said.unit, said.period.replace("..", "_"))
    return f"{'-'.join(part for part in parts if part)}.{ending}"
