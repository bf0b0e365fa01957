"""Reports of a whole database, held against a recomputation from its exported log.

    python -m bench.reports --database URL [--keyring URL] [--period 2025] [--log FILE [--reuse]] [--issue]
                            [--files FOLDER]

The log is exported as JSON lines, as `bihuan export log FILE --all` does, and the units of the directory beside it;
`bench.recount`, which imports nothing of the engine, recomputes from these files every indicator of the year (as a
whole, by flow and by level) and of each of its months, with numerator, denominator and exclusions; the times taken by
flow, step and department; and cell by cell 双考核, 推诿往返, 销号真实性, 督办, the heat of every definition and 周通报.
The engine writes the same, and the two are compared value by value; any difference is printed, with exit code 1.

--reuse takes FILE as it is, where it was exported before. --issue first issues 周通报 of every week of the year, as if
they had been switched on, so that streaks and interviews are compared too: it writes into the database, which should be
one to be thrown away. With --files every report is also set as Excel and PDF into a folder, by the clock. The facts of
reports are brought up to the logs first.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.recount.book import Book
from bench.recount.formulas import Formulas, Tally, summary
from bench.recount.log import cases as logged_cases
from bench.recount.log import rules_in
from bench.recount.moments import ZONE, Office, midnight
from bench.recount.tree import Tree
from bench.recount.weekly import Week, Weeks
from bench.report_tables import tables_differ
from engine.categories import CategoryFile
from engine.cli.operator import operator
from engine.directory.exchange import export_csv
from engine.facade import Engine
from engine.history import export_lines
from engine.i18n import Catalogue, Language, catalogue
from engine.installation import Timetables, open_engine
from engine.reports import FILES, WRITERS, Asked, Grouping, Printer, Reports, Rules, issue_due, open_reports
from engine.reports.counting import count
from engine.reports.indicators import INDICATORS
from engine.reports.selection import Selection
from engine.store.tables import case_episodes, case_facts

CONFIG = Path("config")
Rates = dict[tuple[str, str, str], list[int]]
Times = dict[tuple[str, str], dict[str, Any]]
Value = TypeVar("Value")
STEPS: Mapping[str, tuple[str, str]] = {
    "followed_up": ("visit", ""),
    "satisfied": ("visit", ""),
    "solved": ("visit", ""),
    "responded": ("task", "contact"),
    "red_in_time": ("task", "contact"),
    "signed_in_time": ("task", "sign"),
    "dispatched_right": ("task", "sign"),
    "arrived_in_time": ("task", "arrive"),
    "performed": ("term", ""),
    "escalated": ("level", ""),
}
"""What an indicator of steps is of, before anything is left out."""


def main() -> None:
    """Export, recompute, count, compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", required=True)
    parser.add_argument("--keyring", default="sqlite://")
    parser.add_argument("--period", help="a year; by default that of the first case")
    parser.add_argument("--log", type=Path, help="where the log goes and stays, instead of a temporary file")
    parser.add_argument("--reuse", action="store_true", help="the log is there already, and up to date")
    parser.add_argument("--issue", action="store_true", help="issue 周通报 of every week first")
    parser.add_argument("--files", type=Path, help="a folder for every report as Excel and PDF")
    given = parser.parse_args()
    with (
        TemporaryDirectory() as folder,
        open_engine(given.database, CONFIG, keyring=given.keyring) as engine,
    ):
        differences = compare(
            engine,
            given.log or Path(folder) / "log.jsonl",
            None if given.period is None else int(given.period),
            reuse=given.reuse,
            issue=given.issue,
        )
        if given.files is not None:
            _set(engine, given.files, given.period)
    print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
    sys.exit(1 if differences else 0)


def compare(
    engine: Engine,
    file: Path,
    year: int | None = None,
    *,
    reuse: bool = False,
    issue: bool = False,
    config: Path = CONFIG,
) -> int:
    """Compare all of a year; how many values differ. year: by default that in which the first case began."""
    reports = open_reports(engine, config, Timetables(config))
    lagging = reports.rollup.behind(whole=True)
    _timed("facts brought up to the logs", lambda: reports.rollup.rebuild(lagging))
    year = year or first_year(engine)
    periods, weeks, snapshot = _periods(year), _weeks(year), reports.snapshot()
    if issue:
        _timed("周通报 issued", lambda: issue_weeks(engine, reports, weeks))
    if not reuse:
        _timed("log exported", lambda: _export(engine, file))
    units = _export_units(engine, file.with_suffix(".units.csv"))
    print(f"  {file.stat().st_size / 1e6:.0f} MB")
    tree = Tree(units, config / "directory.toml")
    tally, book = _timed(
        "recomputed from the log", lambda: recounted(file, tree, periods, weeks, snapshot, config)
    )
    rates = _timed("counted by the engine", lambda: _counted(engine, reports, periods, snapshot))
    times = _timed("times taken, by the engine", lambda: _durations(engine, reports, str(year)))
    found = _held_together(dict(tally.rates), rates)
    found += _times_together(tally, times)
    found += _timed("tables, by the engine", lambda: tables_differ(engine, reports, book, tree))
    print(f"{found} of the values differ" if found else "every value is the same")
    return found


def recounted(
    file: Path,
    tree: Tree,
    periods: Mapping[str, tuple[int, int]],
    weeks: list[Week],
    snapshot: int,
    config: Path = CONFIG,
) -> tuple[Tally, Book]:
    """All of an exported log, counted without the engine."""
    rules = rules_in(config / "reports.toml")
    office = Office(config / "calendars" / f"{rules['calendar']}.toml")
    formulas = Formulas(rules)
    tally = Tally(formulas, office, periods, snapshot)
    book = Book(rules, tree, periods, Weeks(rules, tree, weeks, snapshot), snapshot)
    total = events = 0
    for case, lines in logged_cases(file, rules):
        found = list(formulas.found(case))
        tally.add(case, found)
        book.add(case, found)
        total, events = total + 1, events + lines
    print(f"  {total} cases, {events} events")
    return tally, book


def issue_weeks(engine: Engine, reports: Reports, weeks: list[Week]) -> int:
    """Issue 周通报 on the Monday after each week, as if switched on; how many were issued."""
    assert engine.directory is not None

    def enabled() -> Rules:
        rules = reports.rules()
        return replace(rules, weekly=replace(rules.weekly, enabled=True, legal_basis="核算"))

    issuing = Reports(
        engine.database,
        engine.definitions,
        reports.rollup,
        enabled,
        Timetables(CONFIG),
        CategoryFile(CONFIG),
        engine.clock,
        reports.zone,
    )
    return sum(len(issue_due(issuing, engine.directory.index, monday)) for _, _, monday in weeks)


def first_year(engine: Engine) -> int:
    """The year in which the first case began, where it began."""
    first = next(engine.case_ids())
    return datetime.fromtimestamp(engine.case(first).started_at / 1e6, tz=ZONE).year


def _periods(year: int) -> dict[str, tuple[int, int]]:
    starts = [midnight(date(year + month // 12, month % 12 + 1, 1)) for month in range(13)]
    months = {f"{year}-{month + 1:02d}": (starts[month], starts[month + 1]) for month in range(12)}
    return {str(year): (starts[0], starts[12]), **months}


def _weeks(year: int) -> list[Week]:
    found, day = list[Week](), date.fromisocalendar(year, 1, 1)
    while day.isocalendar().year == year:
        name = f"{year}-W{day.isocalendar().week:02d}"
        found.append((name, midnight(day), midnight(day + timedelta(days=7))))
        day += timedelta(days=7)
    return found


def _export_units(engine: Engine, file: Path) -> Path:
    assert engine.directory is not None
    tables = export_csv(engine.directory.index, engine.clock(), zone=ZoneInfo(engine.settings.zone))
    file.write_bytes(tables["units.csv"])
    return file


def _export(engine: Engine, file: Path) -> int:
    def iso(micros: int) -> str:
        seconds, rest = divmod(micros, 1_000_000)
        return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest).isoformat()

    with file.open("wb") as target:
        return export_lines(engine, target, engine.case_ids(), moment=iso)


def _counted(
    engine: Engine, reports: Reports, periods: Mapping[str, tuple[int, int]], snapshot: int
) -> Rates:
    rules, found = reports.rules(), Rates()
    for number, name in enumerate(periods):
        selection = Selection(
            viewer=operator(engine), snapshot=snapshot, period=reports.period(name), uncounted=rules.uncounted
        )
        groupings = (Grouping.NONE, Grouping.FLOW, Grouping.LEVEL) if number == 0 else (Grouping.NONE,)
        with engine.database.reading() as tx:
            for by in groupings:
                counted = count(tx, selection, rules, by=by)
                for group, rates in counted.rates.items():
                    for indicator, rate in rates.items():
                        if by is Grouping.LEVEL and indicator != "escalated":
                            continue
                        key = (name, "" if by is Grouping.NONE else f"{by}={group}", indicator)
                        assert rate is not None
                        found[key] = [rate.part, rate.whole, 0]
            for indicator in INDICATORS:
                total = int(tx.execute(_cohort(selection, indicator)).scalar() or 0)
                counts = found.setdefault((name, "", indicator), [0, 0, 0])
                counts[2] = total - counts[1]
    return found


def _cohort(selection: Selection, indicator: str) -> sa.Select[Any]:
    """Everything whose moment lies in the period, before anything is left out."""
    cohort = INDICATORS[indicator].cohort
    query = sa.select(sa.func.count()).where(*selection.during(cohort))
    if not cohort.of_steps:
        return query.select_from(case_facts)
    kind, role = STEPS[indicator]
    step = case_episodes.c
    query = query.select_from(case_episodes).where(step.kind == kind)
    return query.where(step.role == role) if role else query


def _durations(engine: Engine, reports: Reports, year: str) -> Times:
    written = reports.write("durations", operator(engine), Asked(period=year), _say())
    return {(table.name, str(row["key"])): dict(row) for table in written.tables for row in table.rows}


def _held_together(mine: Rates, theirs: Rates) -> int:
    """Print the year as a table, and every difference."""
    year = min(period for period, _, _ in theirs)
    print(f"{'indicator':<18}{'recomputed':>26}{'engine':>26}   (part / whole, left out; {year})")
    differ, compared = list[tuple[str, str, str]](), 0
    for key in sorted(mine.keys() | theirs.keys()):
        a, b = mine.get(key, [0, 0, 0]), theirs.get(key, [0, 0, 0])
        # What was left out is compared for the whole of each period.
        is_same = a == b if key[1] == "" else a[:2] == b[:2]
        compared += 3 if key[1] == "" else 2
        if key[:2] == (year, ""):
            print(f"{key[2]:<18}{_shown(a):>26}{_shown(b):>26}   {'' if is_same else '≠'}")
        if not is_same:
            differ.append(key)
    for key in differ:
        print(f"≠ {key}: {mine.get(key)} recomputed, {theirs.get(key)} by the engine")
    print(f"{compared} counts compared: the year by flow and level, and its months")
    return len(differ)


def _shown(counts: list[int]) -> str:
    return f"{counts[0]} / {counts[1]}, {counts[2]}"


def _times_together(tally: Tally, theirs: Times) -> int:
    compared, differ, seen = 0, 0, set()
    for (table, key, measure), values in sorted(tally.times.items()):
        row = theirs.get((table, key), {})
        seen.add((table, key))
        mine = {"count": len(values)} | {
            f"{measure}_{name}": value for name, value in summary(values).items()
        }
        for name, value in mine.items():
            compared += 1
            if row.get(name) != value:
                differ += 1
                print(f"≠ {table} {key} {name}: {value} recomputed, {row.get(name)} by the engine")
    for missing in sorted(key for key, row in theirs.items() if key not in seen and row["count"]):
        differ += 1
        print(f"≠ {missing}: only by the engine")
    print(f"{compared} times and their counts compared: by flow, step and department")
    return differ


def _set(engine: Engine, folder: Path, period: str | None) -> None:
    """Every report as Excel and PDF, by the clock."""
    folder.mkdir(parents=True, exist_ok=True)
    reports, say = open_reports(engine, CONFIG, Timetables(CONFIG)), _say()
    printer = Printer(say=say, zone=reports.zone)
    year = period or str(first_year(engine))
    for name in WRITERS:
        asked = Asked(period=f"{year}-W26" if name == "weekly" else year)
        began = time.monotonic()
        written = reports.write(name, operator(engine), asked, say)
        took = [f"counted {time.monotonic() - began:.1f} s"]
        for kind in ("xlsx", "pdf"):
            began = time.monotonic()
            content = FILES[kind].write(written, printer, None)
            took.append(f"{kind} {time.monotonic() - began:.1f} s, {len(content) // 1024} KB")
            (folder / f"{name}.{kind}").write_bytes(content)
        rows = sum(len(table.rows) for table in written.tables)
        print(f"{name:<16}{rows:>8} rows  {'  '.join(took)}")


def _say() -> Catalogue:
    return catalogue(Language.ZH)


def _timed(title: str, run: Callable[[], Value]) -> Value:
    began = time.monotonic()
    found = run()
    print(f"{title}: {time.monotonic() - began:.1f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
