"""Playing one scenario from its beginning to the proof of its log."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.cases.clock import ManualClock
from engine.errors import BihuanError, InvalidInput, Message, Refusal
from engine.facade import Config, Engine
from engine.history import Replayer, Verifier
from engine.runtime import Settings
from engine.runtime.dossier import REQUEST as DOSSIER
from engine.scenarios.actions import ACTIONS
from engine.scenarios.coverage import Coverage
from engine.scenarios.expecting import check
from engine.scenarios.package import ScenarioPackage
from engine.scenarios.scenario import Expectation, Failure, Given, Scenario, Step
from engine.scenarios.stage import Stage
from engine.scenarios.words import Words

PLAYER = "bihuan.scenarios"
"""Who deploys."""


@dataclass(kw_only=True, slots=True)
class Played:
    """What came of a scenario. cases: how many there were in the end, all of them verified and replayed."""

    scenario: Scenario
    failures: list[Failure] = field(default_factory=list)
    coverage: Coverage = field(default_factory=Coverage)
    cases: int = 0


def play(package: ScenarioPackage, scenario: Scenario, *, config: Config | None = None) -> Played:
    """Play a scenario on an engine in memory.

    It stops at the first step that is not as expected. config: that of the installation (`engine.installation`),
    so that scenarios see the limits that are in force.
    """
    clock = ManualClock(0)
    config = config or Config()
    # A scenario is about what people do; no paper is set.
    with Engine.open("sqlite://", clock=clock, config=config) as engine, engine.outbox.leaving_out(DOSSIER):
        engine.deploy(package.files, actor=PLAYER, package=package.key)
        words = Words(definitions=package.definitions, zone=ZoneInfo(config.settings.zone))
        stage = Stage(engine, clock, words, package.common)
        played = Played(scenario=scenario)
        _run(stage, scenario, played)
        for trace in stage.traces:
            played.coverage.decided(trace)
        for case_id in list(engine.case_ids()):
            _prove(stage, case_id, config.settings, played)
        return played


def _run(stage: Stage, scenario: Scenario, played: Played) -> None:
    try:
        _begin(stage, scenario.given)
    except BihuanError as error:
        played.failures.append(Failure(file=scenario.file, step=0, message=_message(error)))
        return
    steps = [*scenario.before, *((scenario.file, step) for step in scenario.steps)]
    for file, step in steps:
        messages = _take(stage, step)
        played.failures += [Failure(file=file, step=step.number, message=message) for message in messages]
        if messages:
            return


def _begin(stage: Stage, given: Given) -> None:
    stage.clock.now = stage.micros(given.at)
    if given.message is None:
        outcome = stage.engine.start(given.process, given.variables, actor=given.actor)
    else:
        outcomes = stage.engine.send_message(given.message, "", given.variables)
        if not outcomes:
            raise InvalidInput.at(
                given.message, message_zh="没有流程由这个消息启动", message_en="no process starts with it"
            )
        outcome = outcomes[0]
    stage.case_id = outcome.case_id
    stage.settle()


def _take(stage: Stage, step: Step) -> list[Message]:
    """Carry a step out; what is not as expected."""
    wanted = step.expectation
    try:
        ACTIONS[step.action].run(stage, step)
        stage.settle()
    except BihuanError as error:
        if isinstance(error, Refusal):
            stage.traces.append(error.trace)
        unforeseen = _unforeseen(error, wanted)
        return [unforeseen] if unforeseen is not None else list(check(stage, wanted))
    if wanted.refused is not None or wanted.errors:
        hoped = wanted.refused or "、".join(wanted.errors)
        return [Message(zh=f"应被拒绝（{hoped}），却办成了", en=f"must be refused ({hoped}) but was done")]
    stopped = stage.engine.queries.incidents(stage.case_id)
    if stopped:
        return [Message(zh=f"异常：{stopped[0]['message_zh']}", en=f"incident: {stopped[0]['message_en']}")]
    return list(check(stage, wanted))


def _unforeseen(error: BihuanError, wanted: Expectation) -> Message | None:
    """None when the step was refused as it should be."""
    if isinstance(error, Refusal) and wanted.refused is not None:
        if error.rule == wanted.refused:
            return None
        return Message(
            zh=f"应因 {wanted.refused} 被拒，实际因 {error.rule}（{error.message_zh}）",
            en=f"must be refused by {wanted.refused}, was by {error.rule} ({error.message_en})",
        )
    if isinstance(error, InvalidInput) and wanted.errors:
        if set(wanted.errors) == set(error.fields):
            return None
        fields = "、".join(error.fields)
        return Message(
            zh=f"表单错误应在 {'、'.join(wanted.errors)}，实际在 {fields}", en=f"form errors are at {fields}"
        )
    return _message(error)


def _message(error: BihuanError) -> Message:
    fields = error.fields if isinstance(error, InvalidInput) else {}
    zh = "；".join(f"{name}：{said.zh}" for name, texts in fields.items() for said in texts)
    en = "; ".join(f"{name}: {said.en}" for name, texts in fields.items() for said in texts)
    return Message(
        zh=f"{error.message_zh}（{zh}）" if zh else error.message_zh,
        en=f"{error.message_en} ({en})" if en else error.message_en,
    )


def _prove(stage: Stage, case_id: UUID, settings: Settings, played: Played) -> None:
    """Verify and replay a case, and note the flows it took."""
    played.cases += 1
    for report in (
        Verifier(stage.engine).verify(case_id),
        Replayer(stage.engine, settings).replay(case_id),
    ):
        for finding in report.findings:
            message = Message(zh=finding.message_zh, en=finding.message_en)
            played.failures.append(Failure(file=played.scenario.file, step=0, message=message))
    programs = stage.engine.definitions.programs
    effects = [effect for event in stage.engine.queries.events(case_id) for effect in event.open().effects]
    digests = {effect[6] for effect in effects if effect[0] == "scope+"}
    definitions = {digest: programs.get(digest).definition for digest in digests}
    played.coverage.add(effects, definitions)
