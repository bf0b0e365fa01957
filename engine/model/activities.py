"""What an activity does: the parts of a node that its BPMN element and its extensions say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from engine.feel import Expression
from engine.model.definition import (
    Call,
    JobSpec,
    NodeKind,
    Setting,
    TimerKind,
    VariableMapping,
    Work,
)
from engine.model.extensions import extension, nested
from engine.model.source import Source, child, is_feel
from engine.model.timers import TimerSyntax, check_timer


@dataclass(kw_only=True, slots=True)
class Doing:
    """What a task, call or throwing event does beyond its place in the graph."""

    work: Work | None = None
    job: JobSpec | None = None
    script: Expression | None = None
    decision: str | None = None
    result_variable: str | None = None
    call: Call | None = None


def read_doing(element: etree._Element, kind: NodeKind, source: Source) -> Doing:
    """The work, job, script, decision or call of a BPMN element."""
    job = _job(element, source)
    if kind is NodeKind.USER_TASK:
        return Doing(work=_work(element, source))
    if kind is NodeKind.CALL_ACTIVITY:
        return Doing(call=_call(element, source))
    if kind is NodeKind.SERVICE_TASK and job is None:
        if extension(element, "taskDefinition") is None:
            source.report("task.job", element, "服务任务没有作业类型", "the service task has no job type")
    elif kind is NodeKind.SCRIPT_TASK and job is None:
        return _script(element, source)
    elif kind is NodeKind.BUSINESS_RULE_TASK and job is None:
        return _decision(element, source)
    return Doing(job=job)


def read_mappings(element: etree._Element, name: str, source: Source) -> tuple[VariableMapping, ...]:
    """The `zeebe:input` or `zeebe:output` mappings of an element, in document order."""
    found: list[VariableMapping] = []
    for item in nested(element, "ioMapping", name):
        value = source.setting(item.get("source"), item)
        target = source.variable(item.get("target"), item)
        if value is None and not (item.get("source") or "").strip():
            source.report("expression.missing", item, "映射没有来源", "the mapping has no source")
        if value is not None and target is not None:
            if (
                name == "output"
                and value.expression is not None
                and value.expression.text.strip() == ".".join(target)
            ):
                source.uses[-1] = replace(source.uses[-1], is_copy=True)
            found.append(VariableMapping(source=value, target=target))
    return tuple(found)


def _job(element: etree._Element, source: Source) -> JobSpec | None:
    definition = extension(element, "taskDefinition")
    if definition is None:
        return None
    kind = source.setting(definition.get("type"), definition)
    if kind is None:
        if not (definition.get("type") or "").strip():
            source.report("task.job", definition, "没有作业类型", "there is no job type")
        return None
    headers = [
        (item.get("key", ""), item.get("value", "")) for item in nested(element, "taskHeaders", "header")
    ]
    return JobSpec(type=kind, retries=_retries(definition, source), headers=tuple(headers))


def _retries(definition: etree._Element, source: Source) -> int:
    text = (definition.get("retries") or "3").strip()
    if text.isascii() and text.isdigit() and len(text) <= 3:
        return int(text)
    source.report(
        "task.retries",
        definition,
        f"重试次数“{text}”须是 0 至 999 的整数",
        f"the retry count {text!r} is not a whole number from 0 to 999",
    )
    return 0


def _work(element: etree._Element, source: Source) -> Work:
    def read(holder: str, attribute: str) -> Setting | None:
        found = extension(element, holder)
        return None if found is None else source.setting(found.get(attribute), found)

    return Work(
        assignee=read("assignmentDefinition", "assignee"),
        candidate_groups=read("assignmentDefinition", "candidateGroups"),
        candidate_users=read("assignmentDefinition", "candidateUsers"),
        form=_form(element, source),
        due=_dated(element, "dueDate", source),
        follow_up=_dated(element, "followUpDate", source),
        priority=_priority(element, source),
    )


def _form(element: etree._Element, source: Source) -> str | None:
    definition = extension(element, "formDefinition")
    if definition is None:
        return None
    given = [definition.get(name) for name in ("formId", "formKey", "externalReference")]
    named = [text.strip() for text in given if text and text.strip()]
    if len(named) == 1 and not named[0].startswith(("camunda-forms:bpmn:", "embedded:", "=")):
        return named[0]
    source.report(
        "form.embedded",
        definition,
        "表单须恰以一种方式、按标识指明；不支持内嵌表单",
        "the form is named by its id, in one way; embedded forms are not supported",
    )
    return None


def _dated(element: etree._Element, attribute: str, source: Source) -> Setting | None:
    schedule = extension(element, "taskSchedule")
    if schedule is None:
        return None
    setting = source.setting(schedule.get(attribute), schedule)
    if setting is not None and setting.text is not None:
        try:
            # A literal may also be a duration, counted from when the task begins.
            is_duration = setting.text.startswith(("P", "-P"))
            check_timer(TimerKind.DURATION if is_duration else TimerKind.DATE, setting.text)
        except TimerSyntax as error:
            source.report("timer.syntax", schedule, error.zh, error.en)
    return setting


def _priority(element: etree._Element, source: Source) -> Setting | None:
    definition = extension(element, "priorityDefinition")
    if definition is None:
        return None
    setting = source.setting(definition.get("priority"), definition)
    text = None if setting is None else setting.text
    if text is not None and not (text.isascii() and text.isdigit() and int(text[:4]) <= 100):
        source.report(
            "task.priority",
            definition,
            f"优先级“{text}”须是 0 至 100 的整数",
            f"the priority {text!r} is not a whole number from 0 to 100",
        )
    return setting


def _script(element: etree._Element, source: Source) -> Doing:
    settings, inline = extension(element, "script"), child(element, "script")
    if settings is not None:
        text, holder, result = settings.get("expression"), settings, settings.get("resultVariable")
    elif inline is not None:
        language = element.get("scriptFormat") or ""
        if not is_feel(language):
            source.report(
                "task.script",
                element,
                f"不支持脚本语言“{language}”，请改用 FEEL",
                f"the script format {language!r} is not supported; use FEEL",
            )
            return Doing()
        text, holder, result = inline.text, inline, None
    else:
        source.report("task.script", element, "脚本任务没有脚本", "the script task has no script")
        return Doing()
    return Doing(
        script=source.expression(text, holder),
        result_variable=_result(result, element, "task.script", source),
    )


def _decision(element: etree._Element, source: Source) -> Doing:
    called = extension(element, "calledDecision")
    decision = None if called is None else (called.get("decisionId") or "").strip()
    if called is None or not decision or decision.startswith("="):
        source.report(
            "task.decision",
            element,
            "业务规则任务须以固定标识指明决策",
            "the business rule task names its decision by a fixed id",
        )
        return Doing()
    return Doing(
        decision=decision,
        result_variable=_result(called.get("resultVariable"), element, "task.decision", source),
    )


def _result(text: str | None, element: etree._Element, rule: str, source: Source) -> str | None:
    if not text or not text.strip():
        source.report(rule, element, "没有结果变量", "there is no result variable")
        return None
    path = source.variable(text, element)
    return ".".join(path) if path else None


def _call(element: etree._Element, source: Source) -> Call | None:
    settings = extension(element, "calledElement")
    text = element.get("calledElement") if settings is None else settings.get("processId")
    process = source.setting(text, _some(settings, element))
    if process is None:
        if not (text or "").strip():
            source.report("call.missing", element, "没有指明被调用的流程", "no process is named to be called")
        return None
    return Call(
        process=process,
        propagate_parent=_flag(settings, "propagateAllParentVariables"),
        propagate_child=_flag(settings, "propagateAllChildVariables"),
    )


def _some(element: etree._Element | None, other: etree._Element) -> etree._Element:
    return other if element is None else element


def _flag(settings: etree._Element | None, attribute: str) -> bool:
    return settings is None or settings.get(attribute, "true").strip() not in ("false", "0")
