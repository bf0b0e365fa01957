"""What stands in the files of a report: numbers as numbers, dates as dates, and nothing a program would run."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
from pypdf import PdfReader

from engine.i18n import Language, catalogue
from engine.reports import FILES, Mark, Printer, Report
from engine.reports.rate import Rate
from engine.reports.report import Column, Kind, Statement, Table, from_json, to_json

ZONE = ZoneInfo("Asia/Shanghai")
PRINTER = Printer(say=catalogue(Language.ZH), zone=ZONE)
MOMENT = int(datetime(2026, 3, 2, 8, 30, tzinfo=ZONE).timestamp()) * 1_000_000
FORMULA = '=HYPERLINK("http://x","y")'

REPORT = Report(
    name="indicators",
    title="指标",
    statement=Statement(
        period="2026-03", first="2026-03-01", last="2026-03-31", snapshot=MOMENT, rules="r", time="effective", unit="",
        unit_name="", provenances={"live": 343, "imported": None}, suppressed_below=5,
    ),
    tables=[
        Table(
            name="t", title="各项/指标",
            columns=[
                Column(name="title", title="名称"),
                Column(name="rate", title="比率", kind=Kind.RATE),
                Column(name="when", title="时间", kind=Kind.MOMENT),
                Column(name="day", title="日期", kind=Kind.DAY),
                Column(name="spent", title="用时", kind=Kind.DURATION),
                Column(name="hidden", title="件数", kind=Kind.COUNT),
            ],
            rows=[
                {
                    "key": "a", "title": FORMULA, "rate": Rate(341, 343), "when": MOMENT, "day": "2026-03-09",
                    "spent": 90_000_000_000, "hidden": None,
                },
                {"key": "b", "title": "x\x00y", "rate": Rate(0, 0), "when": None, "day": "", "spent": 0, "hidden": 7},
            ],
        )
    ],
)  # fmt: skip


def written(kind: str) -> bytes:
    return FILES[kind].write(REPORT, PRINTER, Mark(text="=赵明", at=MOMENT))


def test_a_workbook_holds_values_and_no_formulas() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written("xlsx"))).worksheets[1]
    first, second = list(sheet.iter_rows(min_row=2, max_row=3))
    assert [cell.value for cell in first] == [
        FORMULA, 99.4, 341, 343, datetime(2026, 3, 2, 8, 30), datetime(2026, 3, 9), timedelta(hours=25), "—",
    ]  # fmt: skip
    assert {cell.data_type for row in (first, second) for cell in row} == {"inlineStr", "s", "n", "d"}
    assert [cell.value for cell in second][:4] == ["xy", "—", 0, 0]
    assert second[-1].value == 7


def test_csv_escapes_what_a_spreadsheet_would_run() -> None:
    rows = list(csv.reader(io.StringIO(written("csv").decode().removeprefix("\ufeff"))))
    assert ["导出", "'=赵明"] in rows
    assert [f"'{FORMULA}", "99.4 % (341/343)", "2026-03-02 08:30", "2026-03-09", "1 天 1 小时", "—"] in rows


def test_a_page_prints_341_of_343_as_99_4_and_is_the_same_every_time() -> None:
    page = written("pdf")
    text = PdfReader(io.BytesIO(page)).pages[0].extract_text()
    for words in ("99.4 %", "341/343", "2026-03-02 08:30", "=赵明"):
        assert words in text
    assert page == written("pdf")


def test_a_report_comes_back_from_what_was_kept_of_it() -> None:
    assert to_json(from_json(to_json(REPORT))) == to_json(REPORT)
