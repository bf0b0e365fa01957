"""The facts of all cases, brought up to their logs by workers: idempotent, and made again at any time.

A case's row says up to which event and by which rules it was made; whatever lags behind is folded again from its log.
A quick sweep looks at open cases and new ones, so that it costs what is going on; a whole one compares every case.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
import zstandard

from engine.calendars.calendar import Calendar
from engine.calendars.timetable import Timetable
from engine.cases.definitions import Definitions
from engine.cases.reading import read_events
from engine.reports.facts import CaseFacts, Episode, Facts
from engine.reports.folding import fold_facts
from engine.reports.rules import Rules
from engine.store import Database, Reading, Statement, Transaction, insert, upsert
from engine.store.tables import case_episodes, case_facts, case_heat, cases, rollups

NAME: Final = "cases"
BATCH: Final = 200
TOGETHER: Final = 20
"""Cases made anew in one transaction: few enough to hold up nobody who handles one of them."""
MARGIN: Final = 3_600_000 << 80
"""How far behind the newest case facts are known of a quick sweep looks, as a difference of ids: an hour."""

_CASE: Final = sa.bindparam("case_id", type_=sa.Uuid)
_TABLES: Final = (case_facts, case_episodes, case_heat)
# Two workers that take up one case do so one after the other; keys that refer to it do not wait.
_lock: Final = Statement(
    sa.select(cases.c.seq).where(cases.c.case_id == _CASE).with_for_update(key_share=True)
)
_KEPT: Final = Statement(sa.select(case_facts.c.seq, case_facts.c.rules).where(case_facts.c.case_id == _CASE))
_ROWS: Final = {
    table.name: Statement(sa.select(table).where(table.c.case_id == _CASE).order_by(*table.primary_key))
    for table in _TABLES
}
_DROP: Final = tuple(
    Statement(table.delete().where(table.c.case_id == sa.bindparam("key_case_id", type_=sa.Uuid)))
    for table in _TABLES
)
_ADD: Final = {table.name: insert(table) for table in _TABLES}
_swept: Final = upsert(rollups)
_sweep: Final = Statement(sa.select(rollups.c.swept_at).where(rollups.c.name == NAME))


class Rollup:
    """Keeps the facts. rules, timetable: give those in force."""

    def __init__(
        self,
        database: Database,
        definitions: Definitions,
        rules: Callable[[], Rules],
        timetable: Callable[[], Timetable],
        clock: Callable[[], int],
    ) -> None:
        self._database = database
        self._definitions = definitions
        self._rules = rules
        self._timetable = timetable
        self._clock = clock

    def sweep(
        self,
        *,
        whole: bool = False,
        most: int | None = None,
        pause: Callable[[], bool] = lambda: False,
    ) -> int:
        """Bring what lags behind up to its log; how many cases. whole: compare every case.

        most: stop after so many. pause: asked after each case whether to stop there. Only when nothing lags any more
        the time of the facts moves on.
        """
        began, done = self._clock(), 0
        for case_id in self.behind(whole=whole):
            if most is not None and done >= most:
                return done
            self._follow(case_id)
            done += 1
            if pause():
                return done
        self._mark(began)
        return done

    def behind(self, *, whole: bool = False) -> Iterator[UUID]:
        """The cases whose facts lag behind their logs, or were made by other rules."""
        with self._database.reading() as tx:
            # PostgreSQL knows no greatest UUID, but sorts them.
            newest = tx.execute(
                sa.select(case_facts.c.case_id).order_by(case_facts.c.case_id.desc()).limit(1)
            ).scalar()
        if whole or newest is None:
            yield from self._paged(self._lagging())
            return
        new = cases.c.case_id > UUID(int=max(newest.int - MARGIN, 0))
        missing = sa.and_(new, case_facts.c.case_id.is_(None))
        yield from self._paged(
            self._lagging(case_facts.c.ended_at.is_(None), case_facts.c.case_id.is_not(None))
        )
        yield from self._paged(self._lagging(missing))

    def refresh(self, case_id: UUID) -> bool:
        """Make a case's facts anew, in one transaction; whether there is such a case."""
        with self._database.transaction() as tx:
            return self._write(tx, case_id)

    def rebuild(self, case_ids: Iterator[UUID], progress: Callable[[], None] = lambda: None) -> int:
        """Make the facts of cases anew, some at a time in a transaction; how many."""
        began, done = self._clock(), 0
        while some := list(islice(case_ids, TOGETHER)):
            with self._database.transaction() as tx:
                for case_id in some:
                    self._write(tx, case_id)
            for _ in some:
                done += 1
                progress()
        self._mark(began)
        return done

    def differences(self, case_id: UUID) -> list[str]:
        """The tables whose rows are not what a case's log leads to, as far as they are up to it; nothing is changed."""
        rules = self._rules()
        with self._database.reading() as tx:
            stored = _stored(tx, case_id)
            facts = self._fold(tx, case_id, rules, self._calendar(rules))
        kept = stored["case_facts"]
        if facts is None:
            return [name for name, rows in stored.items() if rows]
        if (
            not kept
            or kept[0]["seq"] != facts.case.seq
            or kept[0]["rules"] != rules_of(rules, self._calendar(rules))
        ):
            # It lags behind, which is no fault: the next sweep sees to it.
            return []
        made = rows_of(case_id, facts, kept[0]["rules"])
        return [name for name in stored if _plain(stored[name]) != _plain(made[name])]

    def swept_at(self) -> int | None:
        """Up to when the facts say what the logs say; None before the first sweep."""
        with self._database.reading() as tx:
            row = tx.row(_sweep)
        return None if row is None else int(row[0])

    def _follow(self, case_id: UUID) -> None:
        """Make a case's facts anew unless another worker was first."""
        rules = self._rules()
        version = rules_of(rules, self._calendar(rules))
        with self._database.transaction() as tx:
            locked = tx.row(_lock, {"case_id": case_id})
            kept = tx.row(_KEPT, {"case_id": case_id})
            if locked is not None and (kept is None or tuple(kept) != (locked[0], version)):
                self._write(tx, case_id)

    def _write(self, tx: Transaction, case_id: UUID) -> bool:
        rules = self._rules()
        calendar = self._calendar(rules)
        if tx.row(_lock, {"case_id": case_id}) is None:
            return False
        facts = self._fold(tx, case_id, rules, calendar)
        for statement in _DROP:
            tx.write(statement, {"key_case_id": case_id})
        if facts is not None:
            for name, rows in rows_of(case_id, facts, rules_of(rules, calendar)).items():
                tx.write_many(_ADD[name], rows)
        return True

    def _fold(self, tx: Reading, case_id: UUID, rules: Rules, calendar: Calendar) -> Facts | None:
        programs = self._definitions.programs
        events = ((event, event.open()) for event in read_events(tx, case_id))
        return fold_facts(events, rules, lambda digest: programs.get(digest).definition, calendar)

    def _lagging(self, *conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
        rules = self._rules()
        version = rules_of(rules, self._calendar(rules))
        facts = case_facts.c
        joined = cases.outerjoin(case_facts, facts.case_id == cases.c.case_id)
        lags = sa.or_(facts.case_id.is_(None), facts.seq != cases.c.seq, facts.rules != version)
        return (
            sa.select(cases.c.case_id).select_from(joined).where(lags, *conditions).order_by(cases.c.case_id)
        )

    def _paged(self, query: sa.Select[Any]) -> Iterator[UUID]:
        last: UUID | None = None
        while True:
            page = query.limit(BATCH)
            if last is not None:
                page = page.where(cases.c.case_id > last)
            with self._database.reading() as tx:
                found = [row[0] for row in tx.execute(page)]
            if not found:
                return
            yield from found
            last = found[-1]

    def _calendar(self, rules: Rules) -> Calendar:
        return self._timetable().calendar(rules.calendar)

    def _mark(self, at: int) -> None:
        rules = self._rules()
        with self._database.transaction() as tx:
            tx.write(_swept, {"name": NAME, "swept_at": at, "rules": rules_of(rules, self._calendar(rules))})


def rules_of(rules: Rules, calendar: Calendar) -> str:
    """The version of all that goes into facts beside the log."""
    return f"{rules.version}-{calendar.version}"


def rows_of(case_id: UUID, facts: Facts, rules: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table."""
    return {
        "case_facts": [{"case_id": case_id, "rules": rules, **_columns(facts.case)}],
        "case_episodes": [{"case_id": case_id, **_columns(each)} for each in facts.episodes],
        "case_heat": [
            {"case_id": case_id, "definition": digest, "content": packed(heat.to_json())}
            for digest, heat in sorted(facts.heat.items())
        ],
    }


def _columns(row: CaseFacts | Episode) -> dict[str, Any]:
    """What `asdict` gives, without its copies: all of it is plain."""
    return {name: getattr(row, name) for name in row.__slots__}


def packed(value: Any) -> bytes:
    """JSON as it is stored."""
    return zstandard.ZstdCompressor(level=3).compress(json.dumps(value, sort_keys=True).encode())


def unpacked(data: bytes) -> Any:
    """What was packed."""
    return json.loads(zstandard.ZstdDecompressor().decompress(data))


def _stored(tx: Reading, case_id: UUID) -> dict[str, list[dict[str, Any]]]:
    return {
        table.name: [
            dict(zip((column.name for column in table.columns), row, strict=True))
            for row in tx.rows(_ROWS[table.name], {"case_id": case_id})
        ]
        for table in _TABLES
    }


def _plain(rows: list[dict[str, Any]]) -> list[list[tuple[str, Any]]]:
    return sorted(
        [
            sorted(
                (name, unpacked(bytes(value)) if name == "content" else value) for name, value in row.items()
            )
            for row in rows
        ],
        key=repr,
    )
