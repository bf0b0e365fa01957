"""Issuing 周通报: on Monday, of the week that ended on Sunday at 24:00, once for each unit; three criticisms in a row call
the unit's head to an interview (约谈), once for each streak."""

from __future__ import annotations

import json
from typing import Any, Final

import sqlalchemy as sa

from engine import canonical
from engine.cases.stuck import NO_CASE
from engine.directory.index import Index
from engine.directory.scope import Scope
from engine.directory.told import addressees
from engine.directory.vocabulary import Confidentiality
from engine.i18n import Language, catalogue
from engine.inbox import Viewer
from engine.reports.days import Period, before, week_of
from engine.reports.report import to_json
from engine.reports.reporting import Asked, Reports
from engine.reports.weekly import CRITICISED, issued_before, issued_in, streak, verdicts
from engine.store import Transaction
from engine.store.tables import interviews_called, issued_weeks, notices

INTERVIEW: Final = "weekly.interview"
"""Kind of the notice that calls for one."""


def issue_due(reports: Reports, index: Index, now: int) -> list[str]:
    """Issue what is due: of the last week that is over, for each unit that has none yet; their ids.

    Nothing where the operator has not switched it on, or before the facts are up to the end of that week.
    """
    rules = reports.rules().weekly
    week = before(week_of(now, reports.zone), reports.zone)
    if not rules.enabled or (reports.rollup.swept_at() or 0) < week.end:
        return []
    due = [
        unit.id
        for rows in index.register.units.values()
        for unit in rows
        if unit.holds(now) and unit.department is None and unit.level in rules.levels
    ]
    return [unit for unit in sorted(due) if _issue(reports, index, unit, week, now)]


def _issue(reports: Reports, index: Index, unit: str, week: Period, now: int) -> bool:
    with reports.database.reading() as tx:
        if issued_in(tx, unit, week.name) is not None:
            return False
    viewer = _of_unit(index, unit, now)
    report = reports.write(
        "weekly", viewer, Asked(period=week.name, unit=unit), catalogue(Language.ZH), draft=False
    )
    said = verdicts(report)
    content = json.dumps({"report": to_json(report), **said}, ensure_ascii=False, sort_keys=True).encode()
    row = {
        "week": week.name,
        "unit": unit,
        "issued_at": now,
        "rules": report.statement.rules,
        "content": content,
    }
    try:
        with reports.database.transaction() as tx:
            tx.execute(issued_weeks.insert().values(row))
            _call(tx, reports, index, (unit, week.name), said[CRITICISED], now)
    except sa.exc.IntegrityError:
        # Another worker was first.
        return False
    return True


def _call(
    tx: Transaction, reports: Reports, index: Index, issued: tuple[str, str], criticised: list[str], now: int
) -> None:
    unit, week = issued
    earlier = issued_before(tx, unit, week)
    for subject in criticised:
        weeks = [week, *streak(subject, earlier)]
        called = sa.select(interviews_called.c.week).where(
            interviews_called.c.subject == subject, interviews_called.c.since == weeks[-1]
        )
        if len(weeks) < reports.rules().weekly.streak or tx.execute(called).first() is not None:
            continue
        row = {"subject": subject, "since": weeks[-1], "called_at": now, "week": week}
        tx.execute(interviews_called.insert().values(row))
        facts: dict[str, Any] = {"action": INTERVIEW, "unit": subject, "by": unit, "weeks": weeks}
        for addressee in addressees(index, f"group:unit:{subject}/unit_head", now):
            tx.execute(
                notices.insert().values(
                    case_id=NO_CASE,
                    notice_id=f"{INTERVIEW}/{subject}/{week}/{addressee}",
                    kind=INTERVIEW,
                    addressee=addressee,
                    content=canonical.dumps(facts),
                    sent_at=now,
                    read_at=None,
                )
            )


def _of_unit(index: Index, unit: str, at: int) -> Viewer:
    """Reads as the unit itself does: all of its own subtree, and nothing else."""
    row = index.unit(unit, at)
    paths = {} if row is None else {row.path: Confidentiality.CONFIDENTIAL}
    scope = Scope(person="", subtrees=paths, units={}, groups={}, wide=frozenset(paths))
    return Viewer(person="", at=at, groups={}, scope=scope, index=index)
