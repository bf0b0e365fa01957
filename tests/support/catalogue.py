"""Every part of BPMN 2.0 a designer may draw, in the order of docs/bpmn-support.md.

An entry is an element (by the local name of its XML element, or a topic of ours) with its names in Chinese and
English; `parts` are its variants. Which are executed and which refused is not written here: the tests say it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """An element or topic."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A group of entries that share a heading."""

    zh: str
    en: str
    entries: tuple[Entry, ...]


def _chapter(zh: str, en: str, *entries: tuple[str, str, str]) -> Chapter:
    return Chapter(zh, en, tuple(Entry(*entry) for entry in entries))


CHAPTERS: tuple[Chapter, ...] = (
    _chapter(
        "流程与连线",
        "Processes and flows",
        ("process", "流程", "Process"),
        ("sequenceFlow", "顺序流", "Sequence flow"),
    ),
    _chapter(
        "任务",
        "Tasks",
        ("task", "抽象任务", "Task"),
        ("manualTask", "手工任务", "Manual task"),
        ("userTask", "用户任务", "User task"),
        ("scriptTask", "脚本任务", "Script task"),
        ("serviceTask", "服务任务", "Service task"),
        ("sendTask", "发送任务", "Send task"),
        ("receiveTask", "接收任务", "Receive task"),
        ("businessRuleTask", "业务规则任务", "Business rule task"),
        ("globalTask", "全局任务", "Global task"),
        ("globalUserTask", "全局用户任务", "Global user task"),
        ("globalManualTask", "全局手工任务", "Global manual task"),
        ("globalScriptTask", "全局脚本任务", "Global script task"),
        ("globalBusinessRuleTask", "全局业务规则任务", "Global business rule task"),
        (
            "resourceRole",
            "资源角色（performer、potentialOwner 等）",
            "Resource roles (performer, potentialOwner, …)",
        ),
    ),
    _chapter(
        "子流程与调用",
        "Sub-processes and calls",
        ("subProcess", "嵌入子流程", "Embedded sub-process"),
        ("eventSubProcess", "事件子流程", "Event sub-process"),
        ("callActivity", "调用活动", "Call activity"),
        ("transaction", "事务子流程", "Transaction"),
        ("adHocSubProcess", "即席子流程", "Ad-hoc sub-process"),
    ),
    _chapter(
        "循环与多实例",
        "Loops and instances",
        (
            "multiInstance",
            "多实例（multiInstanceLoopCharacteristics）",
            "Multi-instance (multiInstanceLoopCharacteristics)",
        ),
        ("standardLoopCharacteristics", "标准循环", "Standard loop"),
    ),
    _chapter(
        "网关",
        "Gateways",
        ("exclusiveGateway", "排他网关", "Exclusive gateway"),
        ("parallelGateway", "并行网关", "Parallel gateway"),
        ("inclusiveGateway", "包容网关", "Inclusive gateway"),
        ("eventBasedGateway", "事件网关", "Event-based gateway"),
        ("complexGateway", "复杂网关", "Complex gateway"),
    ),
    _chapter(
        "事件",
        "Events",
        ("startEvent", "开始事件", "Start event"),
        ("intermediateCatchEvent", "中间捕获事件", "Intermediate catch event"),
        ("intermediateThrowEvent", "中间抛出事件", "Intermediate throw event"),
        ("boundaryEvent", "边界事件", "Boundary event"),
        ("endEvent", "结束事件", "End event"),
        ("implicitThrowEvent", "隐式抛出事件", "Implicit throw event"),
        ("event", "抽象事件", "Event"),
    ),
    _chapter(
        "数据",
        "Data",
        ("data", "变量、映射与数据", "Variables, mappings, data"),
    ),
    _chapter(
        "编排与协作",
        "Choreography",
        ("choreography", "编排", "Choreography"),
        ("choreographyTask", "编排任务", "Choreography task"),
        ("subChoreography", "子编排", "Sub-choreography"),
        ("callChoreography", "调用编排", "Call choreography"),
        ("globalChoreographyTask", "全局编排任务", "Global choreography task"),
        ("globalConversation", "全局会话", "Global conversation"),
    ),
    _chapter(
        "说明性元素",
        "Documentation",
        ("drawn", "只作说明，不影响执行", "Says something to people, changes nothing"),
    ),
    _chapter(
        "案件的运行",
        "The life of a case",
        ("case", "案件", "Case"),
    ),
)

EVENT_DEFINITIONS = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "linkEventDefinition": "link",
    "conditionalEventDefinition": "conditional",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
}
"""Event definitions, and the word that stands for each in a row: `boundaryEvent/timer/interrupting`."""

DRAWN = frozenset(
    {
        "dataObject", "dataObjectReference", "dataStore", "dataStoreReference", "textAnnotation", "association",
        "group", "category", "collaboration", "conversation", "subConversation", "callConversation",
        "correlationProperty", "endPoint", "interface", "itemDefinition", "partnerEntity",
        "partnerRole", "resource",
    }
)  # fmt: skip
"""Elements that are accepted and change nothing: they are in the row `drawn`."""

DECLARED = frozenset({"message", "signal", "error", "escalation", "eventDefinition", "formalExpression"})
"""Elements that only serve those that refer to them."""
