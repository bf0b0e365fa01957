"""Event definitions: what an event waits for or throws."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from engine.model.definition import CHANGES, Event, EventKind, Setting, TimerKind
from engine.model.extensions import extension
from engine.model.namespaces import local
from engine.model.source import Source, bare, child, children
from engine.model.timers import TimerSyntax, check_timer

_SUFFIX = "EventDefinition"
_CATCHES = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})


def read_event(element: etree._Element, source: Source) -> Event | None:
    """The trigger or result of an event element; None (with a finding) when it cannot be executed."""
    definitions = definitions_of(element, source)
    if definitions is None:
        return None
    if not definitions:
        return Event(kind=EventKind.NONE)
    if len(definitions) > 1:
        source.report(
            "event.multiple", element, "事件有多个触发方式", "the event has more than one event definition"
        )
        return None
    return read_thrown(definitions[0], element, source)


def read_thrown(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    """What an event definition that does not stand in an event of its own throws: at `element`, or None."""
    reader = _READERS.get(local(definition))
    return None if reader is None else reader(definition, element, source)


def read_message(holder: etree._Element, element: etree._Element, source: Source) -> Event | None:
    """The message that `holder`, an event definition or a task, names by messageRef."""
    message = source.referred(holder, "messageRef", "message")
    if message is None:
        if holder.get("messageRef") is None:
            _no_reference(element, source, "消息", "message")
        return None
    name = source.setting(message.get("name"), message)
    if name is None:
        _no_name(message, element, source)
    return Event(kind=EventKind.MESSAGE, name=name, correlation_key=_correlation(message, element, source))


def definitions_of(element: etree._Element, source: Source) -> list[etree._Element] | None:
    """The event definitions an event holds or refers to; None (with a finding) when one does not exist."""
    found: list[etree._Element] = []
    for part in children(element):
        name = local(part)
        if name == "eventDefinitionRef":
            referred = source.resolve(part, bare(part.text or ""), _SUFFIX)
            if referred is None:
                return None
            found.append(referred)
        elif name.endswith(_SUFFIX):
            found.append(part)
    return found


def _message(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    is_job = extension(element, "taskDefinition") is not None
    if is_job and definition.get("messageRef") is None:
        return Event(kind=EventKind.MESSAGE)
    return read_message(definition, element, source)


def _correlation(message: etree._Element, element: etree._Element, source: Source) -> Setting | None:
    own = _own_key(element)
    if own is not None:
        return source.setting(own.get("value"), own)
    subscription = extension(message, "subscription")
    if subscription is not None and subscription.get("correlationKey"):
        return source.setting(subscription.get("correlationKey"), subscription)
    if local(element) in _CATCHES and not _starts_process(element):
        source.report(
            "event.correlation",
            element,
            "没有关联键：无从知道等的是哪一条消息",
            "no correlation key: it cannot be told which message is waited for",
        )
    return None


def _starts_process(element: etree._Element) -> bool:
    around = element.getparent()
    return local(element) == "startEvent" and around is not None and local(around) == "process"


def _own_key(element: etree._Element) -> etree._Element | None:
    properties = extension(element, "properties")
    for item in () if properties is None else properties:
        if item.get("name") == "bihuan:correlation_key":
            return item
    return None


def _signal(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    signal = source.referred(definition, "signalRef", "signal")
    if signal is None:
        if definition.get("signalRef") is None:
            _no_reference(element, source, "信号", "signal")
        return None
    name = source.setting(signal.get("name"), signal)
    if name is None:
        _no_name(signal, element, source)
    return Event(kind=EventKind.SIGNAL, name=name)


def _error(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    return _coded(definition, element, source, EventKind.ERROR)


def _escalation(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    return _coded(definition, element, source, EventKind.ESCALATION)


def _coded(
    definition: etree._Element, element: etree._Element, source: Source, kind: EventKind
) -> Event | None:
    catches = local(element) in _CATCHES
    if definition.get(f"{kind}Ref") is None:
        if catches:
            return Event(kind=kind)
        _no_reference(element, source, "错误" if kind is EventKind.ERROR else "升级", kind)
        return None
    referred = source.referred(definition, f"{kind}Ref", kind)
    if referred is None:
        return None
    code = source.setting(referred.get(f"{kind}Code"), referred)
    if code is None:
        _no_name(referred, element, source)
    elif catches and code.expression is not None:
        source.report(
            "event.code", element, "捕获的代码不能是表达式", "the code that is caught cannot be an expression"
        )
    return Event(kind=kind, name=code)


def _timer(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    given = [(kind, part) for kind in TimerKind if (part := child(definition, kind)) is not None]
    if len(given) != 1 or not (given[0][1].text or "").strip():
        source.report(
            "timer.missing",
            element,
            "计时须恰有日期、时长、周期之一",
            "the timer needs exactly one of date, duration and cycle",
        )
        return None
    kind, part = given[0]
    written = (part.text or "").strip()
    if written.startswith("="):
        expression = source.written(part)
        timer = None if expression is None else Setting(expression=expression)
    else:
        timer = Setting(text=written)
        try:
            check_timer(kind, written)
        except TimerSyntax as error:
            source.report("timer.syntax", part, error.zh, error.en)
    return Event(kind=EventKind.TIMER, timer_kind=kind, timer=timer)


def _conditional(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    written = child(definition, "condition")
    if written is None:
        source.report("expression.missing", element, "没有条件", "there is no condition")
        return None
    condition = source.written(written)
    if condition is None:
        return None
    watched, changes = condition.names, CHANGES
    found = extension(definition, "conditionalFilter")
    if found is not None:
        named = _listed(found, "variableNames")
        watched = frozenset(named) if named else watched
        changes = frozenset(_listed(found, "variableEvents")) or CHANGES
        if any(source.variable(name, found) is None or "." in name for name in named) or changes - CHANGES:
            source.report(
                "condition.filter",
                found,
                "变量过滤只能列出变量名与 create、update",
                "a conditional filter lists names of variables, and create and update",
            )
    return Event(kind=EventKind.CONDITIONAL, condition=condition, watched=frozenset(watched), changes=changes)


def _listed(element: etree._Element, attribute: str) -> list[str]:
    return [entry.strip() for entry in (element.get(attribute) or "").split(",") if entry.strip()]


def _cancel(_definition: etree._Element, _element: etree._Element, _source: Source) -> Event:
    return Event(kind=EventKind.CANCEL)


def _link(definition: etree._Element, element: etree._Element, source: Source) -> Event | None:
    name = (definition.get("name") or "").strip()
    if not name:
        _no_reference(element, source, "链接", "link")
        return None
    return Event(kind=EventKind.LINK, name=Setting(text=name))


def _terminate(_definition: etree._Element, _element: etree._Element, _source: Source) -> Event:
    return Event(kind=EventKind.TERMINATE)


def _no_reference(element: etree._Element, source: Source, zh: str, en: str) -> None:
    source.report("event.reference", element, f"没有指明{zh}", f"no {en} is named")


def _no_name(referred: etree._Element, element: etree._Element, source: Source) -> None:
    source.report(
        "event.reference",
        element,
        f"引用的 {local(referred)}“{referred.get('id')}”没有名称或代码",
        f"the {local(referred)} {referred.get('id')!r} has no name or code",
    )


_READERS: dict[str, Callable[[etree._Element, etree._Element, Source], Event | None]] = {
    "messageEventDefinition": _message,
    "timerEventDefinition": _timer,
    "signalEventDefinition": _signal,
    "errorEventDefinition": _error,
    "escalationEventDefinition": _escalation,
    "terminateEventDefinition": _terminate,
    "linkEventDefinition": _link,
    "conditionalEventDefinition": _conditional,
    "cancelEventDefinition": _cancel,
}
