"""The Zeebe extensions of an element, and which of them may stand where."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.model.namespaces import bpmn, zeebe

_ACTIVITIES = frozenset(
    {
        "task", "manualTask", "userTask", "scriptTask", "serviceTask", "sendTask", "receiveTask",
        "businessRuleTask", "subProcess", "transaction", "callActivity",
    }
)  # fmt: skip
_EVENTS = frozenset(
    {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
)
_JOBS = frozenset(
    {"serviceTask", "sendTask", "scriptTask", "businessRuleTask", "intermediateThrowEvent", "endEvent"}
)
_NODES = _ACTIVITIES | _EVENTS | {
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway",
}  # fmt: skip
_VARIABLES = _ACTIVITIES | _EVENTS

ZEEBE: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "assignmentDefinition": (
        frozenset({"userTask"}),
        frozenset({"assignee", "candidateGroups", "candidateUsers"}),
    ),
    "formDefinition": (
        frozenset({"userTask"}),
        frozenset({"formId", "formKey", "externalReference", "bindingType"}),
    ),
    "taskSchedule": (frozenset({"userTask"}), frozenset({"dueDate", "followUpDate"})),
    "priorityDefinition": (frozenset({"userTask"}), frozenset({"priority"})),
    "userTask": (frozenset({"userTask"}), frozenset()),
    "calledDecision": (
        frozenset({"businessRuleTask"}),
        frozenset({"decisionId", "resultVariable", "bindingType"}),
    ),
    "calledElement": (
        frozenset({"callActivity"}),
        frozenset({"processId", "propagateAllChildVariables", "propagateAllParentVariables", "bindingType"}),
    ),
    "conditionalFilter": (
        frozenset({"conditionalEventDefinition"}),
        frozenset({"variableNames", "variableEvents"}),
    ),
    "ioMapping": (_VARIABLES, frozenset()),
    "input": (_VARIABLES, frozenset({"source", "target"})),
    "output": (_VARIABLES, frozenset({"source", "target"})),
    "loopCharacteristics": (
        frozenset({"multiInstanceLoopCharacteristics"}),
        frozenset({"inputCollection", "inputElement", "outputCollection", "outputElement"}),
    ),
    "script": (frozenset({"scriptTask"}), frozenset({"expression", "resultVariable"})),
    "subscription": (frozenset({"message"}), frozenset({"correlationKey"})),
    "taskDefinition": (_JOBS, frozenset({"type", "retries"})),
    "taskHeaders": (_JOBS, frozenset()),
    "header": (_JOBS, frozenset({"id", "key", "value"})),
    "properties": (_NODES | {"process"}, frozenset()),
    "property": (_NODES | {"process"}, frozenset({"name", "value"})),
    "versionTag": (frozenset({"process"}), frozenset({"value"})),
}
"""Per extension element: the BPMN elements it has an effect on, and the attributes it has here."""

ZEEBE_ATTRIBUTES = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
"""Attributes of BPMN elements that only say which template a modeler used."""

_HOLDER = bpmn("extensionElements")
_NESTED = {"input": "ioMapping", "output": "ioMapping", "header": "taskHeaders", "property": "properties"}


def parent_of(name: str) -> str | None:
    """The extension element that `name` stands in, or None for those directly in extensionElements."""
    return _NESTED.get(name)


def extension(element: etree._Element, name: str) -> etree._Element | None:
    """The first Zeebe extension element `name` of a BPMN element."""
    holder = next(element.iterchildren(_HOLDER), None)
    return None if holder is None else next(holder.iterchildren(zeebe(name)), None)


def nested(element: etree._Element, holder: str, name: str) -> Iterator[etree._Element]:
    """The elements `name` inside the extension element `holder` of a BPMN element."""
    found = extension(element, holder)
    return iter(()) if found is None else found.iterchildren(zeebe(name))
