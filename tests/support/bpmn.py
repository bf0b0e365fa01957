"""A short way to write diagrams: real BPMN 2.0 XML with Zeebe extensions.

A diagram is made of parts. A part beginning with `<` is XML, made by the functions below; any other text draws
flows: `"s -> a -> e; g -> b if n > 1; g -> c else"`. A flow is called after its ends (`s_a`), `if` gives it a
FEEL condition, `else` makes it the default of its source. Messages, signals, errors and escalations are declared
by the events that use them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
_HEAD = f'<definitions xmlns="{BPMN}" xmlns:zeebe="{ZEEBE}" targetNamespace="t" xmlns:root="root">'
_FLOW = re.compile(
    r"^\s*(?P<chain>[\w\s>-]+?)(?:\s+if\s+(?P<condition>.+)|\s+(?P<default>else))?\s*$", re.DOTALL
)

Mappings = Mapping[str, str]
"""Variable mappings by target: `{"target": "=source"}`."""


# -- diagrams --------------------------------------------------------------------------------------


def diagram(*parts: str, key: str = "p") -> bytes:
    """A file with one process made of `parts`."""
    return file(process(key, *parts))


def process(key: str, *parts: str, extension: str = "") -> str:
    """An executable process."""
    return _element("process", key, parts, extension=extension, isExecutable="true")


def file(*processes: str) -> bytes:
    """A file with several processes or other root elements; event definitions that loops refer to are made roots."""
    root = etree.fromstring("\n".join([_HEAD, *processes, "</definitions>"]))
    _define_thrown(root)
    _declare_roots(root)
    _mark_defaults(root)
    return etree.tostring(root, encoding="utf-8", xml_declaration=False)


def properties(said: Mapping[str, str]) -> str:
    """The extension that holds `bihuan:` properties by name."""
    lines = (
        f"<zeebe:property name={quoteattr(name)} value={quoteattr(text)}/>" for name, text in said.items()
    )
    return f"<zeebe:properties>{''.join(lines)}</zeebe:properties>"


def line_of(data: bytes, element: str) -> int:
    """The line on which the element with this id begins, counted from 1."""
    for number, line in enumerate(data.decode().split("\n"), start=1):
        if f'id="{element}"' in line:
            return number
    raise AssertionError(f"there is no element {element}")


# -- events ----------------------------------------------------------------------------------------


def start(id_: str, event: str = "", *, interrupting: bool = True, outputs: Mappings | None = None) -> str:
    """A start event."""
    plain = {} if interrupting else {"isInterrupting": "false"}
    return _element("startEvent", id_, (event,), extension=_mappings({}, outputs), **plain)


def end(id_: str, event: str = "", *, inputs: Mappings | None = None, extension: str = "") -> str:
    """An end event."""
    return _element("endEvent", id_, (event,), extension=_mappings(inputs, {}) + extension)


def catch(id_: str, event: str, *, outputs: Mappings | None = None) -> str:
    """An intermediate catch event."""
    return _element("intermediateCatchEvent", id_, (event,), extension=_mappings({}, outputs))


def throw(id_: str, event: str = "", *, inputs: Mappings | None = None, extension: str = "") -> str:
    """An intermediate throw event."""
    return _element("intermediateThrowEvent", id_, (event,), extension=_mappings(inputs, {}) + extension)


def boundary(
    id_: str, on: str, event: str, *, interrupting: bool = True, outputs: Mappings | None = None
) -> str:
    """A boundary event attached to `on`."""
    plain = {} if interrupting else {"cancelActivity": "false"}
    return _element(
        "boundaryEvent", id_, (event,), extension=_mappings({}, outputs), attachedToRef=on, **plain
    )


def timer(*, date: str = "", duration: str = "", cycle: str = "") -> str:
    """A timer, by exactly one of its kinds."""
    kinds = {"timeDate": date, "timeDuration": duration, "timeCycle": cycle}
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in kinds.items() if text)
    return f"<timerEventDefinition>{inner}</timerEventDefinition>"


def message(name: str, key: str = "") -> str:
    """A message, waited for under a correlation key or sent with it."""
    return f"<messageEventDefinition root:message={quoteattr(name)} root:key={quoteattr(key)}/>"


def signal(name: str) -> str:
    """A signal."""
    return f"<signalEventDefinition root:signal={quoteattr(name)}/>"


def error(code: str = "") -> str:
    """An error; without a code it catches every one."""
    return f"<errorEventDefinition root:error={quoteattr(code)}/>"


def escalation(code: str = "") -> str:
    """An escalation; without a code it catches every one."""
    return f"<escalationEventDefinition root:escalation={quoteattr(code)}/>"


def terminate() -> str:
    """What ends its scope at once."""
    return "<terminateEventDefinition/>"


def conditional(condition: str, *, names: str = "", events: str = "") -> str:
    """A condition to become true; `names` and `events` say which changes of variables count."""
    chosen = _empty("zeebe:conditionalFilter", variableNames=names, variableEvents=events)
    inner = f"<extensionElements>{chosen}</extensionElements>" if names or events else ""
    inner += f"<condition>={escape(condition)}</condition>"
    return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"


def cancel() -> str:
    """What cancels a transaction, or catches that."""
    return "<cancelEventDefinition/>"


def link(name: str) -> str:
    """One side of a link."""
    return f"<linkEventDefinition name={quoteattr(name)}/>"


# -- activities ------------------------------------------------------------------------------------


def task(id_: str, *, multi: str = "") -> str:
    """A task of no particular kind."""
    return _element("task", id_, (multi,))


def manual(id_: str, *, multi: str = "") -> str:
    """A manual task."""
    return _element("manualTask", id_, (multi,))


def user(
    id_: str,
    *,
    inputs: Mappings | None = None,
    outputs: Mappings | None = None,
    multi: str = "",
    groups: str = "",
    assignee: str = "",
    due: str = "",
    form: str = "",
    extension: str = "",
) -> str:
    """A user task."""
    extra = extension
    if groups or assignee:
        extra += _empty("zeebe:assignmentDefinition", candidateGroups=groups, assignee=assignee)
    if due:
        extra += _empty("zeebe:taskSchedule", dueDate=due)
    if form:
        extra += _empty("zeebe:formDefinition", formId=form)
    return _element("userTask", id_, (multi,), extension=_mappings(inputs, outputs) + extra)


def script(
    id_: str,
    expression: str,
    result: str,
    *,
    inputs: Mappings | None = None,
    outputs: Mappings | None = None,
    multi: str = "",
) -> str:
    """A script task: a FEEL expression and the variable its value goes to."""
    extension = _empty("zeebe:script", expression=expression, resultVariable=result)
    return _element("scriptTask", id_, (multi,), extension=extension + _mappings(inputs, outputs))


def service(
    id_: str,
    type_: str = "work",
    *,
    inputs: Mappings | None = None,
    outputs: Mappings | None = None,
    retries: str = "",
    headers: Mapping[str, str] | None = None,
    multi: str = "",
) -> str:
    """A service task."""
    extension = job(type_, retries=retries, headers=headers) + _mappings(inputs, outputs)
    return _element("serviceTask", id_, (multi,), extension=extension)


def job(type_: str, *, retries: str = "", headers: Mapping[str, str] | None = None) -> str:
    """The extension that makes a task or a message event a job."""
    entries = "".join(_empty("zeebe:header", key=key, value=value) for key, value in (headers or {}).items())
    shown = f"<zeebe:taskHeaders>{entries}</zeebe:taskHeaders>" if entries else ""
    return _empty("zeebe:taskDefinition", type=type_, retries=retries) + shown


def send(id_: str, name: str, key: str = "", *, inputs: Mappings | None = None, multi: str = "") -> str:
    """A send task that publishes a message."""
    attributes = {"root:message": name, "root:key": key}
    return _element("sendTask", id_, (multi,), extension=_mappings(inputs, {}), **attributes)


def receive(id_: str, name: str, key: str, *, outputs: Mappings | None = None, multi: str = "") -> str:
    """A receive task."""
    attributes = {"root:message": name, "root:key": key}
    return _element("receiveTask", id_, (multi,), extension=_mappings({}, outputs), **attributes)


def rule(id_: str, decision: str, result: str) -> str:
    """A business rule task."""
    extension = _empty("zeebe:calledDecision", decisionId=decision, resultVariable=result)
    return _element("businessRuleTask", id_, (), extension=extension)


def sub(
    id_: str,
    *parts: str,
    inputs: Mappings | None = None,
    outputs: Mappings | None = None,
    multi: str = "",
) -> str:
    """An embedded sub-process."""
    return _element("subProcess", id_, (multi, *parts), extension=_mappings(inputs, outputs))


def transaction(id_: str, *parts: str, inputs: Mappings | None = None, multi: str = "") -> str:
    """A transaction: a sub-process that can be cancelled."""
    return _element("transaction", id_, (multi, *parts), extension=_mappings(inputs, {}))


def event_sub(id_: str, *parts: str, inputs: Mappings | None = None, outputs: Mappings | None = None) -> str:
    """An event sub-process."""
    return _element("subProcess", id_, parts, extension=_mappings(inputs, outputs), triggeredByEvent="true")


def call(
    id_: str,
    process_id: str,
    *,
    inputs: Mappings | None = None,
    outputs: Mappings | None = None,
    parent: bool | None = None,
    child: bool | None = None,
    multi: str = "",
) -> str:
    """A call activity; `parent` and `child` say whether all variables are handed over."""
    flags = {
        name: str(value).lower()
        for name, value in (("propagateAllParentVariables", parent), ("propagateAllChildVariables", child))
        if value is not None
    }
    extension = _empty("zeebe:calledElement", processId=process_id, **flags) + _mappings(inputs, outputs)
    return _element("callActivity", id_, (multi,), extension=extension)


def parallel(collection: str = "", item: str = "", **rest: Any) -> str:
    """Instances side by side: over a collection, or `times=` a number. See `_multi`."""
    return _multi(collection, item, sequential=False, **rest)


def sequential(collection: str = "", item: str = "", **rest: Any) -> str:
    """Instances one after another."""
    return _multi(collection, item, sequential=True, **rest)


def _multi(
    collection: str,
    item: str,
    *,
    sequential: bool,
    times: str = "",
    collect: str = "",
    output: str = "",
    until: str = "",
    each: str = "",
    first: str = "",
    some: Mapping[str, str] | None = None,
) -> str:
    """each, first: an event definition thrown when each or the first instance completes; some: by condition."""
    inner, behavior = "", ""
    if collection or collect:
        settings = _empty(
            "zeebe:loopCharacteristics",
            inputCollection=collection,
            inputElement=item,
            outputCollection=collect,
            outputElement=output,
        )
        inner = f"<extensionElements>{settings}</extensionElements>"
    if times:
        inner += f"<loopCardinality>{escape(times)}</loopCardinality>"
    for condition, event in (some or {}).items():
        inner += (
            f"<complexBehaviorDefinition><condition>={escape(condition)}</condition><event>{event}</event>"
            "</complexBehaviorDefinition>"
        )
        behavior = ' behavior="Complex"'
    if each or first:
        kind = "None" if each else "One"
        behavior = f' behavior="{kind}" {kind.lower()}BehaviorEventRef={quoteattr(each or first)}'
    if until:
        inner += f"<completionCondition>{escape(until)}</completionCondition>"
    flag = ' isSequential="true"' if sequential else ""
    return f"<multiInstanceLoopCharacteristics{flag}{behavior}>{inner}</multiInstanceLoopCharacteristics>"


# -- gateways --------------------------------------------------------------------------------------


def xor(id_: str) -> str:
    """An exclusive gateway."""
    return _element("exclusiveGateway", id_, ())


def fork(id_: str) -> str:
    """A parallel gateway."""
    return _element("parallelGateway", id_, ())


def inclusive(id_: str) -> str:
    """An inclusive gateway."""
    return _element("inclusiveGateway", id_, ())


def race(id_: str) -> str:
    """An event-based gateway."""
    return _element("eventBasedGateway", id_, ())


# -- how it is made --------------------------------------------------------------------------------


def _element(tag: str, id_: str, parts: tuple[str, ...], *, extension: str = "", **plain: str) -> str:
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in plain.items())
    lines = [f"<{tag} id={quoteattr(id_)}{attributes}>"]
    if extension:
        lines.append(f"<extensionElements>{extension}</extensionElements>")
    for part in parts:
        if part:
            lines.append(part if part.lstrip().startswith("<") else _flows(part))
    return "\n".join([*lines, f"</{tag}>"])


def _empty(tag: str, **attributes: str) -> str:
    shown = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
    return f"<{tag}{shown}/>"


def _mappings(inputs: Mappings | None, outputs: Mappings | None) -> str:
    entries = [
        _empty(f"zeebe:{way}", source=source, target=target)
        for way, mappings in (("input", inputs or {}), ("output", outputs or {}))
        for target, source in mappings.items()
    ]
    return f"<zeebe:ioMapping>{''.join(entries)}</zeebe:ioMapping>" if entries else ""


def _flows(text: str) -> str:
    return "\n".join(_flow(entry) for entry in text.split(";") if entry.strip())


def _flow(text: str) -> str:
    match = _FLOW.match(text)
    assert match, f"not a flow: {text!r}"
    ids = [part.strip() for part in match["chain"].split("->")]
    made = []
    for source, target in itertools.pairwise(ids):
        inner = ""
        if match["condition"]:
            inner = f"<conditionExpression>={escape(match['condition'].strip())}</conditionExpression>"
        flag = ' root:default="true"' if match["default"] else ""
        made.append(
            f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"{flag}>'
            f"{inner}</sequenceFlow>"
        )
    return "\n".join(made)


def _mark_defaults(root: etree._Element) -> None:
    nodes = {element.get("id"): element for element in root.iter() if element.get("id")}
    for flow in root.iter(f"{{{BPMN}}}sequenceFlow"):
        if flow.attrib.pop("{root}default", None):
            nodes[flow.get("sourceRef")].set("default", str(flow.get("id")))


def _define_thrown(root: etree._Element) -> None:
    """Give the event definitions written in references of loops a place and an id of their own."""
    for loop in list(root.iter(f"{{{BPMN}}}multiInstanceLoopCharacteristics")):
        for name in ("noneBehaviorEventRef", "oneBehaviorEventRef"):
            written = loop.get(name)
            if written is None or not written.startswith("<"):
                continue
            holder = etree.fromstring(f"{_HEAD}{written}</definitions>")
            definition = holder[0]
            definition.set("id", f"thrown.{len(root)}")
            loop.set(name, f"thrown.{len(root)}")
            root.append(definition)


def _declare_roots(root: etree._Element) -> None:
    declared: dict[tuple[str, str, str], str] = {}
    for element in root.iter():
        for kind in ("message", "signal", "error", "escalation"):
            name = element.attrib.pop(f"{{root}}{kind}", None)
            if not name:
                continue
            key = str(element.attrib.pop("{root}key", ""))
            entry = (kind, str(name), key)
            if entry not in declared:
                declared[entry] = f"{kind}.{len(declared)}"
                _declare(root, *entry, id_=declared[entry])
            element.set(f"{kind}Ref", declared[entry])
        element.attrib.pop("{root}key", None)


def _declare(root: etree._Element, kind: str, name: str, key: str, *, id_: str) -> None:
    declaration = etree.SubElement(root, f"{{{BPMN}}}{kind}", id=id_)
    declaration.tail = "\n"
    if kind in ("error", "escalation"):
        declaration.set(f"{kind}Code", name)
        return
    declaration.set("name", name)
    if key:
        holder = etree.SubElement(declaration, f"{{{BPMN}}}extensionElements")
        etree.SubElement(holder, f"{{{ZEEBE}}}subscription", correlationKey=key)
