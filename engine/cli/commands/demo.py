"""`bihuan demo`: sample whistles from deployment to proof, in a folder of their own."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from engine.cli.command import command, option
from engine.cli.commands.history import show_line
from engine.cli.commands.proofs import run as run_proof
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import package_files
from engine.cli.grammar import Command
from engine.cli.ledger import Department, Ledger
from engine.cli.moments import micros_of
from engine.cli.outcomes import headings
from engine.cli.shipped import shipped
from engine.cli.story import Story
from engine.cli.types import File, Whole
from engine.errors import InvalidInput, NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.facade import Engine
    from engine.samples.whistles import SampleCase

PROCESS = "whistle"
FOLDER = ".bihuan-demo"
MARK = "made-by-bihuan-demo"
"""A file of this name says that a folder may be removed and made anew."""


def demo(say: Catalogue) -> Command:
    """The command."""
    params = [
        option(say, "demo", "--folder", type=File(), default=FOLDER, metavar="PATH"),
        option(say, "demo", "--cases", type=Whole(say, least=1, most=10_000), default=150),
        option(say, "demo", "--seed", default="whistle", metavar="TEXT"),
    ]
    return command("demo", say, _run, params)


def _run(desk: Desk, folder: Path, cases: int, seed: str) -> Exit:
    from engine.history import Replayer, Verifier

    packages = shipped("bpmn")
    if packages is None:
        raise NotFound(
            code="demo.missing",
            message_zh="找不到随附的流程包（bpmn/）",
            message_en="the process packages that come along (bpmn/) are not there",
        )
    make_anew(folder)
    desk = Desk(replace(desk.chosen, database=f"sqlite:///{folder / 'bihuan.db'}", keyring=None), desk.say)
    with desk.engine(create=True) as engine:
        _deploy(desk, engine, packages)
        until = _until(desk)
        play(desk, engine, _samples(packages, cases, until, seed), micros_of(until))
        ledger = _account(desk, engine, micros_of(until))
        if not desk.chosen.is_json:
            _show(desk, engine, ledger)
        total = sum(ledger.outcomes.values())
        checked = [
            run_proof(desk, "verify", Verifier(engine).verify_all(), total),
            run_proof(desk, "replay", Replayer(engine, engine.config.settings).replay_all(), total),
        ]
    desk.screen.remark("" if desk.chosen.is_json else desk.say("demo.next", folder=folder))
    return max(checked)


def make_anew(folder: Path) -> None:
    """Remove a folder an earlier demonstration made, and make it again.

    Raises InvalidInput for a folder that somebody else made: it may hold what cannot be made again.
    """
    if folder.exists():
        if not (folder / MARK).is_file():
            raise InvalidInput.at(
                str(folder),
                message_zh="已存在，且不是演示留下的文件夹，请另选一个",
                message_en="exists and was not made by a demonstration; choose another",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _until(desk: Desk) -> datetime:
    """The last whole hour: cases live up to it, so that nothing of theirs lies in the future."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0).astimezone(desk.zone)


def _deploy(desk: Desk, engine: Engine, packages: Path) -> None:
    from engine.cli.desk import actor

    for package in sorted(path for path in packages.iterdir() if path.is_dir()):
        deployment = engine.deploy(package_files([package]), actor=actor(), package=package.name)
        for each in deployment.definitions:
            desk.screen.remark(
                ""
                if desk.chosen.is_json
                else desk.say("demo.deployed", key=each.key, name=each.name or each.key)
            )


def _samples(packages: Path, count: int, until: datetime, seed: str) -> tuple[SampleCase, ...]:
    from engine.samples.whistles import sample_cases
    from engine.samples.world import read_world

    world = read_world((packages / PROCESS / "samples" / "world.toml").read_bytes())
    return sample_cases(world, count=count, until=until, seed=seed)


def play(desk: Desk, engine: Engine, samples: tuple[SampleCase, ...], until: int) -> None:
    """Let the simulated staff work up to the moment `until`."""
    from engine.samples.demo import play as play_samples

    steps = sum(len(case.actions) for case in samples)
    began = time.perf_counter()
    with desk.screen.progress(desk.say("demo.playing"), steps) as advance:
        cases = play_samples(engine, samples, progress=lambda _, __: advance(1))
    engine.run_due(until)
    seconds = time.perf_counter() - began
    if not desk.chosen.is_json:
        first = min(case.actions[0].at for case in samples)
        days = timedelta(microseconds=until - micros_of(first)).days
        desk.screen.remark(
            desk.say("demo.played", cases=cases, steps=steps, days=days, seconds=f"{seconds:.1f}")
        )


def _account(desk: Desk, engine: Engine, now: int) -> Ledger:
    ledger = Ledger(now=now)
    for case in engine.queries.cases(key=PROCESS):
        ledger.add(case.id, case.status, engine.queries.events(case.id))
    return ledger


def _show(desk: Desk, engine: Engine, ledger: Ledger) -> None:
    say, screen = desk.say, desk.screen
    order = ("closed", "settled", "open", "given_up", "withdrawn")
    screen.line()
    screen.table(
        headings(desk, ("outcome", "#cases")),
        [(say(f"demo.{name}"), ledger.outcomes[name]) for name in order],
        title=say("demo.outcomes", time=desk.time(ledger.now)),
    )
    standings = ("on_time", "late", "within", "overdue")
    screen.table(
        headings(desk, ("limit", "#cases")),
        [(say(f"demo.{name}"), ledger.punctual[name]) for name in standings],
        title=say("demo.punctual"),
    )
    names = engine.definitions.programs.get(engine.definitions.find(PROCESS)[0]).nodes
    screen.table(
        headings(desk, ("step", "#tasks")),
        [(names[step].name or step, count) for step, count in ledger.steps.most_common()],
        title=say("demo.steps"),
    )
    columns = ("department", "#summoned", "#signed", "#arrived", "#handled", "#released", "#overdue")
    accounts = sorted(ledger.departments.items(), key=lambda entry: (-entry[1].summoned, entry[0]))
    screen.table(
        headings(desk, columns),
        [(ledger.names.get(unit, unit), *_figures(desk, account)) for unit, account in accounts],
        title=say("demo.departments"),
    )
    if ledger.told is not None:
        _tell(desk, engine, ledger.told[1])


def _figures(desk: Desk, account: Department) -> tuple[object, ...]:
    def late(done: int, of_them: int) -> str:
        return desk.say("demo.of_them_late", done=done, late=of_them) if of_them else str(done)

    return (
        account.summoned,
        late(account.signed, account.signed_late),
        late(account.arrived, account.arrived_late),
        late(account.handled, account.handled_late),
        account.released,
        account.overdue,
    )


def _tell(desk: Desk, engine: Engine, case_id: UUID) -> None:
    case = engine.case(case_id)
    desk.screen.line(desk.say("demo.story", code=case.business_key or case_id), style="bold")
    for line in Story(desk.say, engine.definitions).tell(engine.queries.events(case_id)):
        show_line(desk, line, values=False)
    desk.screen.line()
