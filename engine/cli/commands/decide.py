"""`bihuan decide`: try a decision and see which rules matched, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli.command import argument, command, option
from engine.cli.commands.lint import counted, show_findings
from engine.cli.deciding import decision_lines, outcome_json
from engine.cli.desk import Desk
from engine.cli.exits import Exit
from engine.cli.files import read_file
from engine.cli.grammar import Command
from engine.cli.shown import shown
from engine.cli.trial import environment, given_variables, result_json
from engine.cli.types import File
from engine.errors import InvalidInput
from engine.i18n import Catalogue, Language, catalogue

if TYPE_CHECKING:
    from engine.dmn import DecisionModel


def decide(say: Catalogue) -> Command:
    """The command."""
    params = [
        argument("file", "FILE", type=File()),
        option(say, "decide", "--input", "given", metavar="JSON|@FILE"),
        option(say, "decide", "--decision", "wanted", metavar="ID"),
        option(say, "decide", "--now", metavar="TIME"),
    ]
    return command("decide", say, _run, params, of_database=False)


def _run(desk: Desk, file: Path, given: str | None, wanted: str | None, now: str | None) -> Exit:
    from engine.history import outcomes
    from engine.model import Severity
    from engine.model.decisions import Decisions
    from engine.model.findings import Findings

    variables = given_variables(given, "--input")
    files = {file.name: read_file(file)} | {
        beside.name: read_file(beside)
        for beside in sorted(file.resolve().parent.glob("*.dmn"))
        if beside.name != file.name
    }
    read, found = Decisions(), Findings()
    for name, data in files.items():
        read.add(name, data)
    read.read(found)
    model = read.model_in(file.name)
    findings = [finding for finding in found.all() if finding.file == file.name]
    if model is None:
        if desk.chosen.is_json:
            desk.screen.json(counted(findings))
        else:
            show_findings(desk, [one for one in findings if one.severity is Severity.ERROR])
        return Exit.FOUND
    decision = wanted or _only(desk, model)
    with environment(desk, now) as env:
        result = model.evaluate(decision, variables, env)
    steps = list(outcomes(model, result.trace))
    if desk.chosen.is_json:
        desk.screen.json(
            {
                "file": file.name,
                "decision": steps[-1].id if steps else decision,
                "output": result_json(result.value),
                "decisions": [outcome_json(step) for step in steps],
                "nulls": [
                    {"code": one.code, "message_zh": one.message_zh, "message_en": one.message_en}
                    for one in env.warnings
                ],
            }
        )
        return Exit.OK
    for line in decision_lines(desk.say, steps):
        desk.screen.line(line)
    for reason in env.warnings:
        desk.screen.line(desk.say("decide.null", reason=desk.say.of(reason)))
    desk.screen.line(
        desk.say("decide.result", output=shown(result.value, desk.say, longest=10_000)), style="bold"
    )
    return Exit.OK


def _only(desk: Desk, model: DecisionModel) -> str:
    """The decision of a model that has one. Raises InvalidInput when it has none or several."""
    if len(model.decisions) == 1:
        return next(iter(model.decisions))
    key = "decide.several" if model.decisions else "decide.none"
    names = " ".join(sorted(model.decisions))
    zh, en = (catalogue(language)(key, names=names) for language in (Language.ZH, Language.EN))
    raise InvalidInput.at("--decision", message_zh=zh, message_en=en)
