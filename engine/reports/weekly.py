"""周通报: the units below one, ranked by what came of their cases in a week; never by raw entries, and never people.

What counts is verified: settled in time of what was due, said to be solved and satisfied of those who were asked. The
parts are added up (`measures` of `reports.toml`), so that everybody can reckon it again from the columns. A unit with
too few cases has no place. The first is praised, the last criticised; ties share a place, nobody is both, and nobody is
criticised who left nothing undone. What was issued is kept as it was; a streak is counted from what was issued alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.reports.counting import Counted, Grouping, count
from engine.reports.days import Period, before, week_of
from engine.reports.rate import ZERO, Rate
from engine.reports.report import Cell, Kind, Report, from_json
from engine.reports.rules import Weekly
from engine.reports.writing import Writing
from engine.store import Reading
from engine.store.tables import issued_weeks

SHOWN: Final = ("accepted", "on_time", "followed_up", "solved", "satisfied")
PRAISED: Final = "praised"
CRITICISED: Final = "criticised"


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A report that was issued. criticised, called: units."""

    week: str
    content: Mapping[str, Any]

    @property
    def criticised(self) -> Sequence[str]:
        """The units it criticised."""
        return list(self.content[CRITICISED])

    def report(self) -> Report:
        """The report as it was."""
        return from_json(self.content["report"])


def weekly(writing: Writing, *, draft: bool = True) -> Report:
    """The report of a week. draft: whether it says that it was not issued. Raises InvalidInput for another period."""
    period = writing.period
    if week_of(period.start, writing.zone).end != period.end or (period.after - period.first).days != 7:
        raise InvalidInput.at(
            "period",
            message_zh="周通报按周：2026-W09（周一到周日 24:00）",
            message_en="a weekly report is of a week, as 2026-W09",
        )
    counted = _counted(writing, Grouping.UNIT)
    earlier = issued_before(writing.tx, writing.selection.unit or "", period.name)
    rows = _rows(writing, counted, earlier)
    notes = ("weekly", *(("weekly_draft",) if draft else ()))
    return writing.report("weekly", [_summary(writing), _ranking(writing, rows)], notes)


def verdicts(report: Report) -> dict[str, list[str]]:
    """Whom a report praises and criticises."""
    rows = report.table("weekly_ranking").rows
    return {
        kind: [str(row["key"]) for row in rows if row["verdict_code"] == kind]
        for kind in (PRAISED, CRITICISED)
    }


def issued_before(tx: Reading, unit: str, week: str) -> list[Issued]:
    """What was issued of a unit before a week, the latest first."""
    table = issued_weeks.c
    query = (
        sa.select(table.week, table.content)
        .where(table.unit == unit, table.week < week)
        .order_by(table.week.desc())
        .limit(60)
    )
    return [Issued(week=row[0], content=json.loads(bytes(row[1]))) for row in tx.execute(query)]


def issued_in(tx: Reading, unit: str, week: str) -> Issued | None:
    """What was issued of a unit in a week."""
    table = issued_weeks.c
    row = tx.execute(sa.select(table.content).where(table.unit == unit, table.week == week)).first()
    return None if row is None else Issued(week=week, content=json.loads(bytes(row[0])))


def streak(unit: str, earlier: Iterable[Issued]) -> list[str]:
    """The weeks of a unit's criticisms in a row up to now, the latest first; `earlier` as from `issued_before`."""
    found: list[str] = []
    for each in earlier:
        if unit not in each.criticised:
            break
        found.append(each.week)
    return found


def places(scores: Mapping[str, Rate]) -> dict[str, int]:
    """The place of each unit, the best first; ties share one."""
    shares = {unit: Fraction(rate.part, rate.whole) for unit, rate in scores.items()}
    return {unit: 1 + sum(other > share for other in shares.values()) for unit, share in shares.items()}


def judged(scores: Mapping[str, Rate], rules: Weekly) -> dict[str, str]:
    """Who is praised and who criticised; nobody where too few units have a place, or all are equal."""
    placed = places(scores)
    if len(placed) < rules.smallest_units or len(set(placed.values())) < 2:
        return {}
    last = max(placed.values())
    found = {unit: PRAISED for unit, place in placed.items() if place == 1}
    for unit, place in placed.items():
        if place == last and scores[unit].part < scores[unit].whole:
            found[unit] = CRITICISED
    return found


def _counted(writing: Writing, by: Grouping, during: Period | None = None) -> Counted:
    selection = writing.selection if during is None else writing.selection.within(during)
    names = tuple(dict.fromkeys((*SHOWN, *writing.rules.weekly.measures)))
    return count(writing.tx, selection, writing.rules, names, by)


def _rows(writing: Writing, counted: Counted, earlier: Sequence[Issued]) -> list[dict[str, Cell]]:
    rules = writing.rules.weekly
    own = writing.selection.unit
    scores: dict[str, Rate] = {}
    shown: dict[str, Mapping[str, Rate | None]] = {}
    for unit, rates in counted.rates.items():
        row = writing.viewer.index.unit(unit, writing.viewer.at) if unit else None
        if row is None or row.department is not None or unit == own:
            continue
        shown[unit] = rates
        given = [rates.get(name, ZERO) for name in rules.measures]
        score = sum((rate for rate in given if rate is not None), ZERO)
        if None not in given and score.whole >= rules.smallest_cases:
            scores[unit] = score
    placed, verdict = places(scores), judged(scores, rules)
    rows: list[dict[str, Cell]] = []
    for unit in sorted(shown, key=lambda each: (placed.get(each, len(shown) + 1), each)):
        said = verdict.get(unit, "")
        times = 1 + len(streak(unit, earlier)) if said == CRITICISED else 0
        rows.append(
            {
                "key": unit,
                "place": placed.get(unit),
                "title": writing.unit_name(unit),
                "score": scores.get(unit),
                **{name: shown[unit].get(name, ZERO) for name in SHOWN},
                "verdict": writing.say(f"weekly_verdict.{said}") if said else "",
                "verdict_code": said,
                "in_a_row": times or None,
                "interview": writing.say("weekly_verdict.interview")
                if times and times >= rules.streak
                else "",
            }
        )
    return rows


def _ranking(writing: Writing, rows: Sequence[Mapping[str, Cell]]) -> Any:
    columns = {
        "place": Kind.COUNT, "title": Kind.TEXT, "score": Kind.RATE, **dict.fromkeys(SHOWN, Kind.RATE),
        "verdict": Kind.TEXT, "in_a_row": Kind.COUNT, "interview": Kind.TEXT,
    }  # fmt: skip
    return writing.table("weekly_ranking", columns, rows, "weekly_ranking")


def _summary(writing: Writing) -> Any:
    """The whole beside the week before."""
    this = _counted(writing, Grouping.NONE)
    last = _counted(writing, Grouping.NONE, before(writing.period, writing.zone))
    rows: list[Mapping[str, Cell]] = [
        {
            "key": name,
            "title": writing.say(f"indicator.{name}"),
            "this_week": this.totals.get(name, ZERO) if this.rates else ZERO,
            "week_before": last.totals.get(name, ZERO) if last.rates else ZERO,
        }
        for name in SHOWN
    ]
    columns = {"title": Kind.TEXT, "this_week": Kind.RATE, "week_before": Kind.RATE}
    return writing.table("weekly_summary", columns, rows)
