"""`bihuan verify` and `bihuan replay`: is what the database says what happened?"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import sqlalchemy as sa

from engine.cli.cases import find_case
from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import read_file
from engine.cli.grammar import Command
from engine.cli.signing import own_key
from engine.cli.types import File
from engine.i18n import Catalogue
from engine.store.tables import cases

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.history import HistoryFinding, Report
    from engine.history.covered import Covered


def verify(say: Catalogue) -> Command:
    """Check hashes, effects, snapshots and rows."""
    published = option(say, "verify", "--root", "published", type=File(), multiple=True, metavar="FILE")
    return command("verify", say, _verify, [*_which(say, "verify"), published])


def replay(say: Catalogue) -> Command:
    """Execute every command again and compare."""
    params = [*_which(say, "replay"), option(say, "replay", "--rebuild", is_flag=True)]
    return command("replay", say, _replay, params)


def _which(say: Catalogue, topic: str) -> list[click.Parameter]:
    return [
        argument("names", "[CASE...]", nargs=-1),
        option(say, topic, "--all", "every", is_flag=True),
    ]


def _verify(desk: Desk, names: tuple[str, ...], *, every: bool, published: tuple[Path, ...]) -> Exit:
    from engine.history import Report, Verifier
    from engine.history.bundle import read

    _check_choice(desk.say, names, every=every)
    bundles = [read(read_file(path)) for path in published]
    with desk.engine() as engine:
        verifier = Verifier(engine, published=bundles, anchor=own_key(desk))
        reports: Iterable[Report] = verifier.verify_all()
        total = _count(engine) if every else len(names)
        if not every:
            chosen = [find_case(engine, name) for name in names]
            of_tree = Report(findings=list(verifier.covered.found))
            reports = chain((verifier.verify(case_id) for case_id in chosen), [of_tree])
        checked = go_through(desk, "verify", reports, total)
        said = replace(checked, covered=verifier.covered)
    if desk.chosen.is_json:
        desk.screen.json(said.to_json() | {"proof": _covered_json(desk, said)})
    else:
        show(desk, said)
        _show_covered(desk, said)
    return said.exit


def _covered_json(desk: Desk, checked: Checked) -> dict[str, Any]:
    covered, report = checked.covered, checked.report
    root = covered.root if covered is not None else None
    return {
        "size": 0 if root is None else root.size,
        "root": None if root is None else root.root.hex(),
        "signed_at": None if root is None else desk.iso(root.signed_at),
        "key": None if root is None else root.key_id,
        "anchored": covered is not None and covered.anchored,
        "unproven_events": report.unproven,
        "destroyed": report.destroyed,
    }


def _show_covered(desk: Desk, checked: Checked) -> None:
    say, covered, report = desk.say, checked.covered, checked.report
    if covered is None or covered.root is None:
        desk.screen.remark(say("verify.no_root", events=report.unproven))
        return
    root = covered.root
    desk.screen.remark(
        say(
            "verify.covered",
            time=desk.time(root.signed_at),
            size=root.size,
            events=report.events - report.unproven,
            destroyed=report.destroyed,
        )
    )
    if report.unproven:
        desk.screen.remark(say("verify.unproven", time=desk.time(root.signed_at), events=report.unproven))
    if not covered.anchored:
        desk.screen.warn(say("verify.not_anchored"))


def _replay(desk: Desk, names: tuple[str, ...], *, every: bool, rebuild: bool) -> Exit:
    from engine.history import Replayer

    _check_choice(desk.say, names, every=every)
    with desk.engine() as engine:
        replayer = Replayer(engine, engine.config.settings, rebuild=rebuild)
        if every:
            return _run(desk, "replay", replayer.replay_all(), _count(engine))
        chosen = [find_case(engine, name) for name in names]
        return _run(desk, "replay", (replayer.replay(case_id) for case_id in chosen), len(chosen))


def _check_choice(say: Catalogue, names: tuple[str, ...], *, every: bool) -> None:
    if every == bool(names):
        raise click.UsageError(say("usage.all_or_some"), click.get_current_context())


def _count(engine: Engine) -> int:
    with engine.database.reading() as tx:
        return int(tx.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one())


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What going through reports came to, and how long it took."""

    topic: str
    report: Report
    seconds: float
    covered: Covered | None = None

    @property
    def exit(self) -> Exit:
        """FOUND when anything was found."""
        return Exit.OK if self.report.is_sound else Exit.FOUND

    @property
    def rate(self) -> int:
        """Events a second."""
        return round(self.report.events / self.seconds) if self.seconds > 0 else 0

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "cases": self.report.cases,
            "events": self.report.events,
            "seconds": round(self.seconds, 3),
            "events_per_second": self.rate,
            "sound": self.report.is_sound,
            "findings": [_finding_json(finding) for finding in self.report.findings],
        }


def go_through(desk: Desk, topic: str, reports: Iterable[Report], total: int) -> Checked:
    """Add all reports up, behind a bar. topic: section of the catalogue."""
    from engine.history import Report

    began = time.perf_counter()
    together = Report()
    with desk.screen.progress(desk.say(f"{topic}.short"), total) as advance:
        for report in reports:
            together.add(report)
            advance(report.cases)
    return Checked(topic=topic, report=together, seconds=time.perf_counter() - began)


def show(desk: Desk, checked: Checked) -> None:
    """Every finding on a line, then the totals."""
    report = checked.report
    for finding in report.findings:
        case = "" if finding.case_id is None else str(finding.case_id)
        event = "" if finding.seq is None else f"#{finding.seq}"
        words = [finding.rule, case + event, finding.place, desk.say.of(finding)]
        desk.screen.line(" ".join(word for word in words if word))
    desk.screen.remark(
        desk.say(
            f"{checked.topic}.sound" if report.is_sound else f"{checked.topic}.found",
            cases=report.cases,
            events=report.events,
            findings=len(report.findings),
            seconds=f"{checked.seconds:.1f}",
            rate=checked.rate,
        )
    )


def _run(desk: Desk, topic: str, reports: Iterable[Report], total: int) -> Exit:
    checked = go_through(desk, topic, reports, total)
    if desk.chosen.is_json:
        desk.screen.json(checked.to_json())
    else:
        show(desk, checked)
    return checked.exit


def _finding_json(finding: HistoryFinding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "case": None if finding.case_id is None else str(finding.case_id),
        "seq": finding.seq,
        "place": finding.place,
        "message_zh": finding.message_zh,
        "message_en": finding.message_en,
    }
