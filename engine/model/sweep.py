"""Nothing in a diagram is ignored in silence: every element, attribute and extension is either executed,
known as documentation, or reported here."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.model.extensions import ZEEBE as EXTENSIONS
from engine.model.extensions import ZEEBE_ATTRIBUTES, parent_of
from engine.model.namespaces import BPMN, CAMUNDA, DIAGRAM, DRAWING, ZEEBE, bpmn, local, split
from engine.model.source import Source, is_feel, is_true

_EXECUTED = frozenset(
    {
        "definitions", "process", "laneSet", "childLaneSet", "lane", "flowNodeRef", "sequenceFlow",
        "conditionExpression", "incoming", "outgoing", "startEvent", "endEvent", "intermediateCatchEvent",
        "intermediateThrowEvent", "boundaryEvent", "task", "manualTask", "userTask", "scriptTask", "script",
        "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "exclusiveGateway", "parallelGateway",
        "inclusiveGateway", "eventBasedGateway", "subProcess", "transaction", "callActivity", "eventDefinitionRef",
        "multiInstanceLoopCharacteristics", "loopCardinality", "completionCondition",
        "messageEventDefinition", "timerEventDefinition", "timeDate", "timeDuration", "timeCycle",
        "signalEventDefinition", "errorEventDefinition", "escalationEventDefinition",
        "terminateEventDefinition", "linkEventDefinition", "conditionalEventDefinition", "condition",
        "cancelEventDefinition", "complexBehaviorDefinition", "message", "signal", "error", "escalation",
        "extensionElements",
    }
)  # fmt: skip
_DOCUMENTATION = frozenset(
    {
        "documentation", "text", "textAnnotation", "association", "group", "category", "categoryValue",
        "categoryValueRef", "auditing", "monitoring", "collaboration", "participant", "messageFlow",
        "participantMultiplicity", "participantAssociation", "innerParticipantRef", "outerParticipantRef",
        "messageFlowAssociation", "conversation", "subConversation", "callConversation", "conversationLink",
        "conversationAssociation", "correlationKey", "correlationPropertyRef", "participantRef",
        "messageFlowRef", "choreographyRef", "interfaceRef", "endPointRef", "dataObject",
        "dataObjectReference", "dataStore", "dataStoreReference", "dataState", "property",
        "dataInputAssociation", "dataOutputAssociation",
        "sourceRef", "targetRef", "itemDefinition", "interface", "operation", "inMessageRef",
        "outMessageRef", "errorRef", "endPoint", "partnerEntity", "partnerRole", "resource",
        "resourceParameter", "correlationProperty", "correlationPropertyRetrievalExpression", "messagePath",
        "partitionElement", "supportedInterfaceRef", "source", "target", "relationship",
    }
)  # fmt: skip
"""Elements that say something to people and nothing to the engine."""

_FIXED: dict[str, frozenset[str]] = {
    "isForCompensation": frozenset({"false", "0"}),
    "startQuantity": frozenset({"1"}),
    "completionQuantity": frozenset({"1"}),
    "parallelMultiple": frozenset({"false", "0"}),
    "instantiate": frozenset({"false", "0"}),
    "eventGatewayType": frozenset({"Exclusive"}),
    "method": frozenset({"##Compensate"}),
    "isImmediate": frozenset({"true", "1"}),
}
"""Attributes of which only these values are executed."""

_REFUSED = frozenset({"operationRef"})
_IMPLEMENTATIONS = frozenset({"", "##unspecified", "##WebService", "unspecified"})
_XPATH = "http://www.w3.org/1999/XPath"
_EXECUTING_VENDORS = (
    "activiti.org",
    "flowable.org",
    "spiffworkflow.org",
    "jboss.org",
    "bonitasoft",
    "uipath",
)
_HARMLESS_CAMUNDA = frozenset(
    {
        "historyTimeToLive", "asyncBefore", "asyncAfter", "exclusive", "jobPriority", "taskPriority",
        "isStartableInTasklist", "modelerTemplate", "modelerTemplateVersion", "diagramRelationId",
    }
)  # fmt: skip


def sweep(source: Source) -> None:
    """Report everything in the diagram of `source` that the engine neither executes nor knows as documentation.

    Processes that are not executable are left out, and so is the drawing.
    """
    foreign: set[tuple[str, str]] = set()
    for element in _swept(source.root):
        namespace, name = split(str(element.tag))
        if namespace != BPMN:
            continue
        if not _known(element) and _known(element.getparent()):
            source.report(
                "unsupported.element",
                element,
                f"不支持 BPMN 元素 {name}",
                f"the BPMN element {name} is not supported",
            )
        if element.attrib:
            _attributes(element, name, source, foreign)
        if name == "extensionElements":
            _extensions(element, source, foreign)


def _swept(root: etree._Element) -> Iterator[etree._Element]:
    yield root
    for part in root:
        if part.tag == bpmn("process") and not is_true(part, "isExecutable", default=False):
            continue
        if not str(part.tag).startswith(f"{{{DIAGRAM}}}"):
            yield from part.iter()


def _known(element: etree._Element | None) -> bool:
    if element is None or local(element) in _EXECUTED or local(element) in _DOCUMENTATION:
        return True
    around = element.getparent()
    return local(element) == "event" and around is not None and local(around) == "complexBehaviorDefinition"


def _attributes(element: etree._Element, name: str, source: Source, foreign: set[tuple[str, str]]) -> None:
    for attribute, value in element.attrib.items():
        namespace, plain = split(str(attribute))
        if not namespace:
            _plain(element, name, plain, str(value).strip(), source)
        elif namespace == ZEEBE and plain not in ZEEBE_ATTRIBUTES:
            _refuse_attribute(element, f"zeebe:{plain}", source)
        elif namespace == CAMUNDA:
            _camunda(element, plain, source)
        elif namespace not in DRAWING | {ZEEBE}:
            _foreign(element, namespace, plain, source, foreign)


def _plain(element: etree._Element, name: str, attribute: str, value: str, source: Source) -> None:
    is_wrong = attribute in _FIXED and value not in _FIXED[attribute]
    if is_wrong or (
        name == "transaction" and attribute == "triggeredByEvent" and value not in ("false", "0")
    ):
        _refuse_attribute(element, f'{attribute}="{value}"', source)
    elif attribute in _REFUSED:
        _refuse_attribute(element, attribute, source)
    elif attribute == "implementation" and name != "interface" and value not in _IMPLEMENTATIONS:
        _refuse_attribute(element, f'{attribute}="{value}"', source)
    elif attribute == "expressionLanguage" and value != _XPATH and not is_feel(value):
        source.report(
            "expression.language",
            element,
            f"不支持表达式语言“{value}”",
            f"the expression language {value!r} is not supported",
        )


def _refuse_attribute(element: etree._Element, what: str, source: Source) -> None:
    source.report(
        "unsupported.attribute",
        element,
        f"{local(element)} 不支持属性 {what}",
        f"the attribute {what} of {local(element)} is not supported",
    )


def _extensions(holder: etree._Element, source: Source, foreign: set[tuple[str, str]]) -> None:
    owner = holder.getparent()
    seen: set[str] = set()
    for part in holder:
        namespace, name = split(str(part.tag))
        if namespace == ZEEBE:
            if name in seen:
                source.report(
                    "extension.duplicate",
                    part,
                    f"zeebe:{name} 重复",
                    f"zeebe:{name} occurs more than once",
                )
            seen.add(name)
            _zeebe(part, name, None, "" if owner is None else local(owner), source)
        elif namespace == CAMUNDA:
            _camunda(part, name, source)
        elif namespace not in DRAWING:
            _foreign(part, namespace, name, source, foreign)


def _zeebe(element: etree._Element, name: str, holder: str | None, owner: str, source: Source) -> None:
    if name not in EXTENSIONS or parent_of(name) != holder:
        source.report(
            "unsupported.extension",
            element,
            f"不支持扩展 zeebe:{name}",
            f"the extension zeebe:{name} is not supported",
        )
        return
    places, attributes = EXTENSIONS[name]
    if owner not in places:
        source.report(
            "extension.misplaced",
            element,
            f"zeebe:{name} 在 {owner} 上不起作用",
            f"zeebe:{name} has no effect on a {owner}",
        )
        return
    for attribute, value in element.attrib.items():
        if str(attribute) not in attributes or (attribute == "bindingType" and value in _unbound(name)):
            _refuse_attribute(element, f'{attribute}="{value}"', source)
    for part in element:
        namespace, inner = split(str(part.tag))
        _zeebe(part, inner if namespace == ZEEBE else str(part.tag), name, owner, source)


def _unbound(name: str) -> frozenset[str]:
    """Ways of binding that are not executed: forms and decisions come from the package, calls run the newest."""
    return frozenset({"versionTag", "deployment"} if name == "calledElement" else {"versionTag"})


def _camunda(element: etree._Element, name: str, source: Source) -> None:
    if name in _HARMLESS_CAMUNDA:
        source.report("camunda.ignored", element, f"camunda:{name} 不起作用", f"camunda:{name} has no effect")
        return
    source.report(
        "camunda.unsupported", element, f"不支持 camunda:{name}", f"camunda:{name} is not supported"
    )


def _foreign(
    element: etree._Element, namespace: str, name: str, source: Source, seen: set[tuple[str, str]]
) -> None:
    if any(vendor in namespace.lower() for vendor in _EXECUTING_VENDORS):
        source.report(
            "unsupported.extension",
            element,
            f"不支持 {namespace} 的扩展 {name}",
            f"the extension {name} of {namespace} is not supported",
        )
    elif (namespace, name) not in seen:
        seen.add((namespace, name))
        source.report(
            "extension.foreign",
            element,
            f"{namespace} 的扩展 {name} 不起作用（每种只报一次）",
            f"the extension {name} of {namespace} has no effect (reported once)",
        )
