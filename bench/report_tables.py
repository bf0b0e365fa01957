"""The tables of reports as the engine writes them, held against those of `bench.recount`, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from bench.recount.book import Book, Sheets
from bench.recount.tree import Tree
from engine.cli.operator import operator
from engine.facade import Engine
from engine.i18n import Catalogue, Language, catalogue
from engine.reports import Asked, Reports
from engine.reports.rate import Rate
from engine.store.tables import interviews_called, issued_weeks

Row = Mapping[str, Any]
MOST = 1_000
"""Rows that the engine's lists of cases have at most."""


class Comparison:
    """Counts what is compared, and prints what differs."""

    def __init__(self) -> None:
        self.compared = self.differ = 0
        self.by_report: dict[str, int] = {}

    def hold(self, where: tuple[str, ...], mine: Any, theirs: Any) -> None:
        """One value."""
        self.compared += 1
        self.by_report[where[0]] = self.by_report.get(where[0], 0) + 1
        if mine != theirs:
            self.differ += 1
            print(f"≠ {' '.join(where)}: {mine} recomputed, {theirs} by the engine")

    def rows(self, where: tuple[str, ...], mine: Mapping[str, Row], theirs: Mapping[str, Row]) -> None:
        """Rows by key, with the columns that the recomputed one has; a row that only one of them has is a difference."""
        for key in sorted(mine.keys() | theirs.keys()):
            if key not in mine or key not in theirs:
                self.hold((*where, key), key in mine, key in theirs)
                continue
            for column, value in mine[key].items():
                self.hold((*where, key, column), value, _plain(theirs[key].get(column)))


class Tables:
    """What the engine writes, for an operator."""

    def __init__(self, engine: Engine, reports: Reports) -> None:
        self._reports, self._viewer = reports, operator(engine)
        self.say: Catalogue = catalogue(Language.ZH)

    def of(self, name: str, table: str, **asked: Any) -> list[Row]:
        """The rows of a table."""
        written = self._reports.write(name, self._viewer, Asked(**asked), self.say)
        return list(written.table(table).rows)

    def keyed(self, name: str, table: str, **asked: Any) -> dict[str, Row]:
        """The rows by their keys."""
        return {str(row["key"]): row for row in self.of(name, table, **asked)}


def tables_differ(engine: Engine, reports: Reports, book: Book, tree: Tree) -> int:
    """Hold all tables against each other; how many values differ."""
    found, tables = Comparison(), Tables(engine, reports)
    for period, sheets in book.sheets.items():
        _ledger(found, tables, period, sheets)
        _ping_pong(found, tables, period, sheets, tree)
        _honesty(found, tables, period, sheets)
        _supervision(found, tables, period, sheets, tree)
    _heat(found, tables, book)
    issued = issued_of(engine)
    _weekly(found, tables, book, tree, issued)
    _interviews(found, engine, book, issued)
    told = ", ".join(f"{name} {count}" for name, count in found.by_report.items())
    print(f"{found.compared} cells of tables compared: {told}")
    print(_listed(book, issued))
    return found.differ


def _listed(book: Book, issued: Mapping[str, Iterable[str]]) -> str:
    """What there was to compare: a table of nothing is the same soon."""
    year = book.sheets[next(iter(book.sheets))]
    verdicts = [
        row["verdict_code"]
        for week in book.weeks.names()
        for unit in book.weeks.units()
        for row in book.weeks.ranking(week, unit).values()
    ]
    return (
        f"in the year {len(year.departments)} departments and {len(year.villages)} villages in the ledger,"
        f" {len(year.bounces)} cases to and fro, {len(year.unmet)} of {year.checked} closings that do not hold,"
        f" {len(year.orders)} orders, {len(book.heat)} definitions passed; in its weeks"
        f" {verdicts.count('praised')} times praise, {verdicts.count('criticised')} times criticism,"
        f" {len(book.weeks.interviews(issued))} interviews"
    )


def issued_of(engine: Engine) -> dict[str, list[str]]:
    """Of which units the weekly reports of which weeks were issued."""
    issued: dict[str, list[str]] = {}
    query = sa.select(issued_weeks.c.unit, issued_weeks.c.week).order_by(issued_weeks.c.week)
    with engine.database.reading() as tx:
        for unit, week in tx.execute(query):
            issued.setdefault(unit, []).append(week)
    return issued


def _ledger(found: Comparison, tables: Tables, period: str, sheets: Sheets) -> None:
    names = ("summoned", "signed_late", "refused", "arrived", "late", "handled", "handled_late", "rework")
    mine: dict[str, Row] = {
        key: {
            **{name: row.get(name, 0) for name in names},
            "rating": round(row["stars"] / row["ratings"], 2) if row.get("ratings") else None,
        }
        for key, row in sheets.departments.items()
    }
    found.rows(("whistle-ledger", period), mine, tables.keyed("whistle-ledger", "departments", period=period))
    mine = {
        key: {
            "blown": row["blown"], "sent_back": row["sent_back"], "refused": row["refused"],
            "sound": [row["sound"], row["blown"]],
        }
        for key, row in sheets.villages.items()
    }  # fmt: skip
    found.rows(("whistle-ledger", period), mine, tables.keyed("whistle-ledger", "villages", period=period))


def _ping_pong(found: Comparison, tables: Tables, period: str, sheets: Sheets, tree: Tree) -> None:
    mine: dict[str, Row] = {
        case: {
            "returns": returns,
            "round_trips": "；".join("→".join(tree.name(unit) for unit in trip) for trip in trips),
        }
        for case, (trips, returns) in sheets.bounces.items()
    }
    theirs = tables.keyed("ping-pong", "sent_to_and_fro", period=period)
    _hold_shown(found, ("ping-pong", period), mine, theirs, lambda row: int(row["returns"]))


def _honesty(found: Comparison, tables: Tables, period: str, sheets: Sheets) -> None:
    summary = tables.keyed("honesty", "honesty_summary", period=period)
    found.hold(("honesty", period, "checked"), sheets.checked, summary["checked"]["count"])
    found.hold(("honesty", period, "found"), len(sheets.unmet), summary["found"]["count"])
    mine = [
        (case, closed, tables.say(f"honesty.{rule}"))
        for case, (closed, rules) in sorted(sheets.unmet.items())
        for rule in rules
    ]
    theirs = [
        (str(row["key"]), row["closed"], row["finding"])
        for row in tables.of("honesty", "honesty_findings", period=period)
    ]
    found.hold(("honesty", period, "rows"), min(len(mine), MOST), len(theirs))
    for a, b in zip(mine[:MOST], theirs, strict=False):
        found.hold(("honesty", period, a[0]), a, b)


def _supervision(found: Comparison, tables: Tables, period: str, sheets: Sheets, tree: Tree) -> None:
    mine: dict[str, Row] = {
        case: {
            **row,
            "reason": _word(tables.say, "order_reason", row["reason"]),
            "order_level": _word(tables.say, "order_level", row["order_level"]),
            "state": _word(tables.say, "order_state", row["state"]),
            "unit": tree.name(row["unit"]),
        }
        for case, row in sheets.orders.items()
    }
    theirs = tables.keyed("supervision", "orders", period=period)
    _hold_shown(found, ("supervision", period), mine, theirs, lambda row: int(row["received"]))


def _hold_shown(
    found: Comparison,
    where: tuple[str, ...],
    mine: Mapping[str, Row],
    theirs: Mapping[str, Row],
    rank: Callable[[Row], int],
) -> None:
    """A list that ends after `MOST` rows has the highest of them; which of equal ones, is left open."""
    found.hold((*where, "rows"), min(len(mine), MOST), len(theirs))
    if len(mine) > MOST:
        least = sorted((rank(row) for row in mine.values()), reverse=True)[MOST - 1]
        mine = {key: row for key, row in mine.items() if rank(row) > least or key in theirs}
    found.rows(where, mine, theirs)


def _heat(found: Comparison, tables: Tables, book: Book) -> None:
    year = next(iter(book.sheets))
    cases: dict[str, Row] = {digest: {"cases": heat.cases} for digest, heat in book.heat.items()}
    found.rows(("heat",), cases, tables.keyed("heat", "heat_definitions", period=year))
    for digest, heat in sorted(book.heat.items()):
        mine: dict[str, Row] = {
            element: {"passed": passed, "stood": stood} for element, (passed, stood) in heat.elements.items()
        }
        asked = {"period": year, "definition": digest}
        found.rows(("heat", digest[:12]), mine, tables.keyed("heat", "heat_elements", **asked))
        mine = {flow: {"passed": count} for flow, count in heat.flows.items()}
        found.rows(("heat", digest[:12]), mine, tables.keyed("heat", "heat_flows", **asked))


def _weekly(
    found: Comparison, tables: Tables, book: Book, tree: Tree, issued: Mapping[str, Iterable[str]]
) -> None:
    """Of the widest unit every week, of the others one in thirteen."""
    units = book.weeks.units()
    widest = min((len(tree.chain(unit)) for unit in units), default=0)
    for number, week in enumerate(book.weeks.names()):
        for unit in units:
            if len(tree.chain(unit)) > widest and number % 13 and week not in issued.get(unit, ()):
                continue
            where, asked = ("weekly", week, unit), {"period": week, "unit": unit}
            summary = tables.keyed("weekly", "weekly_summary", **asked)
            for name, rate in book.weeks.whole(week, unit).items():
                found.hold((*where, name), rate, _plain(summary[name]["this_week"]))
            theirs = tables.keyed("weekly", "weekly_ranking", **asked)
            found.rows(where, dict(_ranked(book, tables, week, unit, issued)), _told(theirs))


def _ranked(
    book: Book, tables: Tables, week: str, unit: str, issued: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, Row]]:
    for below, row in book.weeks.ranking(week, unit).items():
        if row["verdict_code"] != "criticised":
            yield below, {**row, "in_a_row": None, "interview": ""}
            continue
        weeks = book.weeks.in_a_row(week, unit, below, issued.get(unit, ()))
        called = len(weeks) >= book.weeks.streak
        word = tables.say("weekly_verdict.interview") if called else ""
        yield below, {**row, "in_a_row": len(weeks), "interview": word}


def _told(rows: Mapping[str, Row]) -> dict[str, Row]:
    """Without rows in which nothing was counted."""
    return {
        key: row
        for key, row in rows.items()
        if any(isinstance(cell, Rate) and cell.whole for cell in row.values())
    }


def _interviews(found: Comparison, engine: Engine, book: Book, issued: Mapping[str, Iterable[str]]) -> None:
    called = interviews_called.c
    with engine.database.reading() as tx:
        rows = [tuple(row) for row in tx.execute(sa.select(called.subject, called.since, called.week))]
    in_year = [row for row in rows if row[2] in book.weeks.names()]
    found.hold(("interviews",), sorted(book.weeks.interviews(issued)), sorted(in_year))


def _word(say: Catalogue, section: str, value: str) -> str:
    """A word of a list."""
    key = f"{section}.{value}"
    return say(key) if value and say.knows(key) else value


def _plain(cell: Any) -> Any:
    return [cell.part, cell.whole] if isinstance(cell, Rate) else cell
