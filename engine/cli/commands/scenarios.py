"""`bihuan test`: play the scenarios of process packages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.command import argument, command, option
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.grammar import Command
from engine.cli.shipped import settings_folder, shipped
from engine.cli.types import File
from engine.errors import NotFound
from engine.i18n import Catalogue

if TYPE_CHECKING:
    from engine.scenarios import Coverage, Failure, Played, ScenarioPackage

FOLDER = "scenarios"


def scenarios(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("paths", "[PATH...]", nargs=-1, type=File()),
        option(say, "test", "--coverage", is_flag=True),
    ]
    return command("test", say, _run, params, of_database=False)


def _run(desk: Desk, paths: tuple[Path, ...], coverage: bool) -> Exit:
    from engine.installation import configured
    from engine.samples.package import read_folder
    from engine.scenarios import Coverage, play, read_package_folder

    config = configured(settings_folder())
    reports: list[dict[str, Any]] = []
    failed = total = 0
    for folder, only in _chosen(paths):
        package = read_package_folder(folder, read_folder(folder))
        taken = Coverage()
        chosen = [scenario for scenario in package.scenarios if only in (None, scenario.name)]
        for scenario in chosen:
            played = play(package, scenario, config=config)
            taken.merge(played.coverage)
            total += 1
            failed += bool(played.failures)
            reports.append(_report(package, played))
            if not desk.chosen.is_json:
                _show(desk, played)
        if coverage and only is None:
            reports.append(_covered(desk, package, taken))
    if desk.chosen.is_json:
        desk.screen.json({"scenarios": total, "failed": failed, "reports": reports})
    else:
        desk.screen.remark(desk.say("test.done", passed=total - failed, failed=failed))
    return Exit.FOUND if failed else Exit.OK


def _chosen(paths: tuple[Path, ...]) -> Iterator[tuple[Path, str | None]]:
    """Package folders, each with the one scenario asked for or None for all.

    Raises NotFound when a path is no package with scenarios, nor holds one, nor is a scenario.
    """
    home = shipped("bpmn")
    for path in paths or ((home,) if home is not None else ()):
        if path.is_file() and path.parent.name == FOLDER:
            yield path.parent.parent, path.stem
            continue
        folders = (
            [path] if (path / FOLDER).is_dir() else sorted(found.parent for found in path.glob(f"*/{FOLDER}"))
        )
        if not folders:
            raise NotFound(
                code="scenarios.missing",
                message_zh=f"没有场景：{path}",
                message_en=f"there are no scenarios: {path}",
                place={"path": str(path)},
            )
        for folder in folders:
            yield folder, None


def _report(package: ScenarioPackage, played: Played) -> dict[str, Any]:
    return {
        "package": package.key,
        "scenario": played.scenario.name,
        "title": played.scenario.title,
        "file": played.scenario.file,
        "cases": played.cases,
        "failures": [
            {
                "file": failure.file,
                "step": failure.step,
                "message_zh": failure.message.zh,
                "message_en": failure.message.en,
            }
            for failure in played.failures
        ],
    }


def _show(desk: Desk, played: Played) -> None:
    mark = desk.say("test.failed" if played.failures else "test.passed")
    desk.screen.line(f"{mark} {played.scenario.name} {played.scenario.title}")
    for failure in played.failures:
        desk.screen.line(f"    {_where(desk, failure)}")


def _where(desk: Desk, failure: Failure) -> str:
    said = failure.message.zh if desk.say.language == "zh" else failure.message.en
    return desk.say("test.at", file=failure.file, step=failure.step, reason=said)


def _covered(desk: Desk, package: ScenarioPackage, taken: Coverage) -> dict[str, Any]:
    from engine.scenarios.coverage import tables

    report: dict[str, Any] = {"package": package.key, "coverage": {}}
    for definition in package.definitions:
        count, total = taken.count(definition)
        missing = taken.missing(definition)
        report["coverage"][definition.key] = {"taken": count, "flows": total, "missing": missing}
        if not desk.chosen.is_json:
            desk.screen.line(desk.say("test.covered", key=definition.key, taken=count, flows=total))
            for flow in missing:
                desk.screen.line(f"    {flow}")
    report["tables"] = {}
    for table in tables(package.definitions):
        unmatched = taken.unmatched(table)
        matched, rows = len(table.rules) - len(unmatched), len(table.rules)
        left = [{"row": row.index, "id": row.identifier} for row in unmatched]
        report["tables"][table.identifier] = {"matched": matched, "rows": rows, "missing": left}
        if not desk.chosen.is_json:
            desk.screen.line(desk.say("test.matched", table=table.name, matched=matched, rows=rows))
            for row in unmatched:
                desk.screen.line(f"    {row.index} {row.annotation or row.identifier}")
    return report
