"""What can happen in a step, each under its Chinese name: the verbs of DOMAIN §3a, messages and time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.cases.erasure import ERASE
from engine.errors import InvalidInput
from engine.feel import Environment
from engine.scenarios.words import span

if TYPE_CHECKING:
    from engine.scenarios.scenario import Step
    from engine.scenarios.stage import Stage


NOTHING = "无"
"""Written for a variable that is null."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """details: the further entries a step of this kind may have. run: does it."""

    details: tuple[str, ...]
    run: Callable[[Stage, Step], None]


def _complete(stage: Stage, step: Step) -> None:
    name = str(step.object)
    chosen = stage.tasks(name, step.details.get("其中"))
    for place in chosen if step.details.get("每一份") else stage.one(name, chosen):
        values = stage.filled(place, step.details.get("填写", {}), step.details.get("不填", ()))
        who = _who(stage, step, name)
        stage.engine.complete(stage.case_id, place.task.id, values, actor=who)


def _complete_in_turn(stage: Stage, step: Step) -> None:
    for name in step.object if isinstance(step.object, list) else [step.object]:
        for place in stage.tasks(name) or stage.one(name, ()):
            values = stage.filled(place, {}, ())
            stage.engine.complete(stage.case_id, place.task.id, values, actor=_who(stage, step, name))
        stage.settle()


def _on_task(verb: Callable[[Stage, Step, int, str], None]) -> Callable[[Stage, Step], None]:
    def run(stage: Stage, step: Step) -> None:
        name = str(step.object)
        (place,) = stage.one(name, stage.tasks(name, step.details.get("其中")))
        verb(stage, step, place.task.id, _who(stage, step, name))

    return run


def _claim(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.claim(stage.case_id, task, actor=who)


def _unclaim(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.unclaim(stage.case_id, task, actor=who)


def _return(stage: Stage, step: Step, task: int, who: str) -> None:
    to = step.details.get("到")
    mode = "back" if step.details.get("直接退回本人") else "redo"
    element = None if to is None else stage.words.nodes(str(to))[0].id
    stage.engine.return_task(stage.case_id, task, actor=who, to=element, mode=mode, reason=_reason(step))


def _transfer(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.transfer(stage.case_id, task, _to(step), actor=who, reason=_reason(step))


def _delegate(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.delegate(stage.case_id, task, _to(step), actor=who, reason=_reason(step))


def _add_sign(stage: Stage, step: Step, task: int, who: str) -> None:
    modes = {"前": "before", "后": "after", "并": "beside"}
    mode = modes.get(str(step.details.get("方式", "后")), "")
    stage.engine.add_sign(stage.case_id, task, list(_people(step)), mode, actor=who, reason=_reason(step))


def _urge(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.urge(stage.case_id, task, actor=who, message=_reason(step))


def _copy(stage: Stage, step: Step, task: int, who: str) -> None:
    stage.engine.copy(stage.case_id, task, list(_people(step)), actor=who)


def _extend(stage: Stage, step: Step, task: int, who: str) -> None:
    approver = str(step.details.get("批准人", ""))
    more = step.details.get("多给")
    due = stage.words.moment(step.details.get("到"), stage.now)
    stage.engine.extend(
        stage.case_id,
        task,
        None if due is None else stage.micros(due),
        more=None if more is None else str(more),
        approved_by=approver,
        actor=who,
        reason=_reason(step),
    )


def _recall(stage: Stage, step: Step) -> None:
    name = str(step.object)
    task = stage.completed(name)
    stage.engine.recall(stage.case_id, task, actor=_who(stage, step, name), reason=_reason(step))


REASONS = {"鉴定": "appraisal", "当事人联系不上": "party_unreachable", "等待法院": "awaiting_court"}
"""Why a case may stand still, as limits know it."""


def _suspend(stage: Stage, step: Step) -> None:
    code = REASONS.get(str(step.object), str(step.object))
    stage.engine.suspend(
        stage.case_id, actor=_who(stage, step, "挂起"), reason=_reason(step), reason_code=code
    )


def _resume(stage: Stage, step: Step) -> None:
    stage.engine.resume(stage.case_id, actor=_who(stage, step, "恢复"))


def _message(stage: Stage, step: Step) -> None:
    key = step.details.get("关联", stage.variable("case_code"))
    stage.engine.send_message(str(step.object), str(key or ""), step.details.get("内容", {}))


def _signal(stage: Stage, step: Step) -> None:
    stage.engine.broadcast_signal(str(step.object), step.details.get("内容", {}))


def _do_job(stage: Stage, step: Step) -> None:
    """What a connector would do: the erasure of the case itself, or the result that the step brings."""
    ids = {node.id for node in stage.words.nodes(str(step.object))}
    jobs = [job for scope in stage.state.scopes.values() for job in scope.jobs.values() if job.element in ids]
    if len(jobs) != 1:
        raise InvalidInput.at(
            str(step.object),
            message_zh=f"有{len(jobs)}个这样的作业",
            message_en=f"there are {len(jobs)} such jobs",
        )
    if jobs[0].type == ERASE:
        stage.engine.erasure.erase(stage.case_id, actor="系统", ground=f"job {jobs[0].id}")
    stage.engine.complete_job(stage.case_id, jobs[0].id, step.details.get("内容", {}), actor="系统")


def _pass(stage: Stage, step: Step) -> None:
    stage.advance(stage.now + span(str(step.object)))


def _until(stage: Stage, step: Step) -> None:
    moment = stage.words.moment(step.object, stage.now)
    if not isinstance(moment, datetime):
        raise InvalidInput.at(str(step.object), message_zh="不是时间", message_en="is no moment")
    stage.advance(moment)


def _correct(stage: Stage, step: Step) -> None:
    if not isinstance(step.object, Mapping):
        raise InvalidInput.at("更正变量", message_zh="须是表", message_en="must be a table")
    values = {_path(stage, name): _known(stage, name, value) for name, value in step.object.items()}
    stage.engine.set_variables(stage.case_id, values, actor=_who(stage, step, "更正变量"))


def _path(stage: Stage, name: str) -> str:
    word = stage.common.words.get(name)
    return name if word is None else word.path


def _known(stage: Stage, name: str, value: Any) -> Any:
    word = stage.common.words.get(name)
    if value == NOTHING:
        return None
    return value if word is None or not isinstance(value, str) else word.values.get(value, value)


def _look_up(stage: Stage, step: Step) -> None:
    """Ask a decision table of the package, as the diagrams do, with what the step brings."""
    name = str(step.object)
    model = next((each.decisions[name] for each in stage.words.definitions if name in each.decisions), None)
    if model is None:
        raise InvalidInput.at(name, message_zh="没有图用这张表", message_en="no diagram uses this table")
    known = {key: _plain(stage, value) for key, value in step.details.get("内容", {}).items()}
    result = model.evaluate(
        name, known, Environment(now=stage.now.astimezone(stage.words.zone), functions={})
    )
    stage.traces.append(result.trace)
    stage.found = result.value


def _plain(stage: Stage, value: Any) -> Any:
    """What a file says as tables know it: decimals, moments of the package's zone."""
    if isinstance(value, Mapping):
        return {key: _plain(stage, each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(stage, each) for each in value]
    if isinstance(value, float):
        return Decimal(str(value))
    return stage.words.moment(value, stage.now) if isinstance(value, datetime) else value


def _look(stage: Stage, step: Step) -> None:
    """Nothing happens; the step only has expectations."""


def _who(stage: Stage, step: Step, name: str) -> str:
    return str(step.details.get("谁") or stage.common.actors.get(name) or "经办人")


def _reason(step: Step) -> str:
    return str(step.details.get("理由", ""))


def _to(step: Step) -> str:
    return str(step.details.get("给", ""))


def _people(step: Step) -> tuple[str, ...]:
    given = step.details.get("给", ())
    return (given,) if isinstance(given, str) else tuple(str(name) for name in given)


_TASK = ("谁", "其中")
ACTIONS: dict[str, Action] = {
    "办理": Action(details=(*_TASK, "填写", "不填", "每一份"), run=_complete),
    "依次办理": Action(details=("谁",), run=_complete_in_turn),
    "签收": Action(details=_TASK, run=_on_task(_claim)),
    "取消签收": Action(details=_TASK, run=_on_task(_unclaim)),
    "退回": Action(details=(*_TASK, "到", "直接退回本人", "理由"), run=_on_task(_return)),
    "撤回": Action(details=("谁", "理由"), run=_recall),
    "转办": Action(details=(*_TASK, "给", "理由"), run=_on_task(_transfer)),
    "委派": Action(details=(*_TASK, "给", "理由"), run=_on_task(_delegate)),
    "加签": Action(details=(*_TASK, "给", "方式", "理由"), run=_on_task(_add_sign)),
    "催办": Action(details=(*_TASK, "理由"), run=_on_task(_urge)),
    "抄送": Action(details=(*_TASK, "给"), run=_on_task(_copy)),
    "延期": Action(details=(*_TASK, "多给", "到", "批准人", "理由"), run=_on_task(_extend)),
    "挂起": Action(details=("谁", "理由"), run=_suspend),
    "恢复": Action(details=("谁",), run=_resume),
    "消息": Action(details=("关联", "内容"), run=_message),
    "信号": Action(details=("内容",), run=_signal),
    "作业": Action(details=("内容",), run=_do_job),
    "时间推移": Action(details=(), run=_pass),
    "时间到": Action(details=(), run=_until),
    "更正变量": Action(details=("谁",), run=_correct),
    "查表": Action(details=("内容",), run=_look_up),
    "看": Action(details=(), run=_look),
}
"""The actions by name. The value of the entry is what it is done to."""
