"""`bihuan verify` and `bihuan replay`: is what the database says what happened?"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

from engine.cli.cases import find_case
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.grammar import Command
from engine.i18n import Catalogue
from engine.store.tables import cases

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.history import HistoryFinding, Report


def verify(say: Catalogue) -> Command:
    """Check hashes, effects, snapshots and rows."""
    return command("verify", say, _verify, _which(say, "verify"))


def replay(say: Catalogue) -> Command:
    """Execute every command again and compare."""
    params = [*_which(say, "replay"), option(say, "replay", "--rebuild", is_flag=True)]
    return command("replay", say, _replay, params)


def _which(say: Catalogue, topic: str) -> list[click.Parameter]:
    return [
        argument("names", "[CASE...]", nargs=-1),
        option(say, topic, "--all", "every", is_flag=True),
    ]


def _verify(desk: Desk, names: tuple[str, ...], *, every: bool) -> Exit:
    from engine.history import Verifier

    _check_choice(desk.say, names, every=every)
    with desk.engine() as engine:
        verifier = Verifier(engine)
        if every:
            return run(desk, "verify", verifier.verify_all(), _count(engine))
        chosen = [find_case(engine, name) for name in names]
        return run(desk, "verify", (verifier.verify(case_id) for case_id in chosen), len(chosen))


def _replay(desk: Desk, names: tuple[str, ...], *, every: bool, rebuild: bool) -> Exit:
    from engine.history import Replayer

    _check_choice(desk.say, names, every=every)
    with desk.engine() as engine:
        replayer = Replayer(engine, engine.config.settings, rebuild=rebuild)
        if every:
            return run(desk, "replay", replayer.replay_all(), _count(engine))
        chosen = [find_case(engine, name) for name in names]
        return run(desk, "replay", (replayer.replay(case_id) for case_id in chosen), len(chosen))


def _check_choice(say: Catalogue, names: tuple[str, ...], *, every: bool) -> None:
    if every == bool(names):
        raise click.UsageError(say("usage.all_or_some"), click.get_current_context())


def _count(engine: Engine) -> int:
    with engine.database.reading() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one())


def run(desk: Desk, topic: str, reports: Iterable[Report], total: int) -> Exit:
    """Go through the reports, show every finding and the totals; FOUND when there is one."""
    from engine.history import Report

    began = time.perf_counter()
    sum_: Report = Report()
    with desk.screen.progress(desk.say(f"{topic}.short"), total) as advance:
        for report in reports:
            sum_.add(report)
            advance(report.cases)
    seconds = time.perf_counter() - began
    _show(desk, topic, sum_, seconds)
    return Exit.OK if sum_.is_sound else Exit.FOUND


def _show(desk: Desk, topic: str, report: Report, seconds: float) -> None:
    rate = round(report.events / seconds) if seconds > 0 else 0
    if desk.chosen.is_json:
        desk.screen.json(
            {
                "cases": report.cases,
                "events": report.events,
                "seconds": round(seconds, 3),
                "events_per_second": rate,
                "sound": report.is_sound,
                "findings": [_finding_json(finding) for finding in report.findings],
            }
        )
        return
    for finding in report.findings:
        case = "" if finding.case_id is None else str(finding.case_id)
        event = "" if finding.seq is None else f"#{finding.seq}"
        words = [finding.rule, case + event, finding.place, desk.say.of(finding)]
        desk.screen.line(" ".join(word for word in words if word))
    key = f"{topic}.sound" if report.is_sound else f"{topic}.found"
    desk.screen.remark(
        desk.say(
            key,
            cases=report.cases,
            events=report.events,
            findings=len(report.findings),
            seconds=f"{seconds:.1f}",
            rate=rate,
        )
    )


def _finding_json(finding: HistoryFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "case": None if finding.case_id is None else str(finding.case_id),
        "seq": finding.seq,
        "place": finding.place,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
    }
