"""`bihuan deploy`: check files and make their processes the newest of their keys."""

from __future__ import annotations

from pathlib import Path

from engine.cli.command import argument, command, option
from engine.cli.commands.lint import counted, finding_json, show_findings
from engine.cli.desk import Desk, actor
from engine.cli.exits import Exit
from engine.cli.files import package_files
from engine.cli.grammar import Command
from engine.cli.outcomes import headings
from engine.cli.types import File
from engine.i18n import Catalogue


def deploy(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("paths", "PATH...", nargs=-1, required=True, type=File()),
        option(say, "deploy", "--package", default=""),
        option(say, "deploy", "--actor", default=actor),
    ]
    return command("deploy", say, _run, params)


def _run(desk: Desk, paths: tuple[Path, ...], package: str, actor: str) -> Exit:
    from engine.model import ModelErrors

    say, screen = desk.say, desk.screen
    files = package_files(paths)
    name = package or paths[0].resolve().name
    with desk.engine(create=True) as engine:
        try:
            deployment = engine.deploy(files, actor=actor, package=name)
        except ModelErrors as errors:
            if desk.chosen.is_json:
                screen.json({"deployment": None, **counted(errors.findings)})
            else:
                show_findings(desk, errors.findings)
                screen.warn(say("deploy.refused"))
            return Exit.FOUND
    if desk.chosen.is_json:
        screen.json(
            {
                "deployment": str(deployment.id),
                "definitions": [
                    {
                        "key": each.key,
                        "name": each.name,
                        "version": each.version,
                        "digest": each.digest,
                        "is_new": each.is_new,
                    }
                    for each in deployment.definitions
                ],
                "findings": [finding_json(finding) for finding in deployment.findings],
            }
        )
        return Exit.OK
    show_findings(desk, deployment.findings)
    rows = [
        (
            each.key,
            each.name or "",
            each.version,
            say("deploy.new" if each.is_new else "deploy.known"),
            each.digest[:12],
        )
        for each in deployment.definitions
    ]
    columns = ("key", "name", "#version", "state", "digest")
    screen.table(headings(desk, columns), rows)
    screen.remark(say("deploy.done", count=len(rows)))
    return Exit.OK
