"""`bihuan demo`: sample whistles from deployment to proof, in a folder of their own."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli import summary
from engine.cli.command import command, option
from engine.cli.commands.proofs import Checked, go_through, show
from engine.cli.desk import Desk, actor, program
from engine.cli.exits import Exit
from engine.cli.files import package_files
from engine.cli.grammar import Command
from engine.cli.ledger import Ledger
from engine.cli.moments import micros_of
from engine.cli.shipped import shipped
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
        option(say, "demo", "--cases", type=Whole(say, least=1, most=10_000), default=100),
        option(say, "demo", "--past", type=Whole(say, least=0, most=1_000), default=80),
        option(say, "demo", "--seed", default="whistle", metavar="TEXT"),
        option(say, "demo", "--serve", is_flag=True),
    ]
    return command("demo", say, _run, params, of_database=False)


def _run(desk: Desk, folder: Path, cases: int, past: int, seed: str, serve: bool) -> Exit:
    if serve:
        from engine.cli.commands.demo_service import prepare, run_service

        packages = _packages()
        make_anew(folder)
        return run_service(desk, prepare(desk, folder, packages, cases=cases, past=past, seed=seed))
    from engine.samples.whistles import sample_cases
    from engine.samples.world import read_world

    packages = _packages()
    make_anew(folder)
    desk = Desk(replace(desk.chosen, database=f"sqlite:///{folder / 'bihuan.db'}", keyring=None), desk.say)
    until = _last_hour()
    world = read_world((packages / PROCESS / "samples" / "world.toml").read_bytes())
    samples = sample_cases(world, count=cases, until=until, seed=seed)
    example = ""
    with desk.engine(create=True) as engine:
        deployed = _deploy(engine, packages)
        seconds = _play(desk, engine, samples, micros_of(until))
        ledger = _account(engine, micros_of(until))
        if not desk.chosen.is_json:
            summary.introduce(desk, deployed, samples, seconds, micros_of(until))
            example = summary.show(desk, engine, ledger, world)
        checked = _prove(desk, engine, cases)
    if desk.chosen.is_json:
        desk.screen.json(
            {"folder": str(folder), **ledger.to_json(), **{each.topic: each.to_json() for each in checked}}
        )
    else:
        for each in checked:
            show(desk, each)
        desk.screen.remark(
            desk.say("demo.next", program=program(), code=example, database=desk.chosen.database)
        )
    return max(each.exit for each in checked)


def _packages() -> Path:
    packages = shipped("bpmn")
    if packages is None:
        raise NotFound(
            code="demo.missing",
            message_zh="找不到随附的流程包（bpmn/）",
            message_en="the process packages that come along (bpmn/) are not there",
        )
    return packages


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


def _last_hour() -> datetime:
    """The cases live up to the last whole hour, so that nothing of theirs lies in the future."""
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def _deploy(engine: Engine, packages: Path) -> list[tuple[str, str]]:
    """Deploy every package; keys and names of the processes."""
    return [
        (each.key, each.name or each.key)
        for package in sorted(path for path in packages.iterdir() if path.is_dir())
        for each in engine.deploy(package_files([package]), actor=actor(), package=package.name).definitions
    ]


def _play(desk: Desk, engine: Engine, samples: tuple[SampleCase, ...], until: int) -> float:
    """Let the simulated staff work up to the moment `until`; the seconds it took."""
    from engine.runtime.dossier import REQUEST as DOSSIER
    from engine.samples.demo import play

    began = time.perf_counter()
    steps = sum(len(case.actions) for case in samples)
    with engine.outbox.leaving_out(DOSSIER):
        with desk.screen.progress(desk.say("demo.playing"), steps) as advance:
            play(engine, samples, progress=lambda _, __: advance(1))
        engine.run_due(until)
    return time.perf_counter() - began


def _account(engine: Engine, now: int) -> Ledger:
    ledger = Ledger(now=now)
    for case in engine.queries.cases(key=PROCESS):
        ledger.add(case.id, case.status, engine.queries.events(case.id))
    return ledger


def _prove(desk: Desk, engine: Engine, total: int) -> list[Checked]:
    from engine.history import Replayer, Verifier
    from engine.history.signing import SigningKey, key_file
    from engine.history.tree import ProofTree

    replayer = Replayer(engine, engine.config.settings)
    key = SigningKey.create(key_file(desk.chosen.database, None))
    ProofTree(engine.database, engine.clock).append(key)
    return [
        go_through(desk, "verify", Verifier(engine, anchor=key.id).verify_all(), total),
        go_through(desk, "replay", replayer.replay_all(), total),
    ]
