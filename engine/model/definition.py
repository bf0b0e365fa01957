"""The immutable model of a process that the runtime executes.

A `Definition` is one executable BPMN process with everything it needs: its graph, the forms of its user
tasks and the decisions of its business rule tasks, all expressions compiled. It is addressed by the digest
of the files it was read from; two deployments of the same bytes are the same definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.dmn import DecisionModel
    from engine.feel import Expression


class NodeKind(StrEnum):
    """What a flow node is (BPMN 2.0 §10); the value is the BPMN element's local name where there is one."""

    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    CATCH_EVENT = "intermediateCatchEvent"
    THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"
    TASK = "task"
    MANUAL_TASK = "manualTask"
    USER_TASK = "userTask"
    SCRIPT_TASK = "scriptTask"
    SERVICE_TASK = "serviceTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    EVENT_GATEWAY = "eventBasedGateway"
    SUB_PROCESS = "subProcess"
    EVENT_SUB_PROCESS = "eventSubProcess"
    CALL_ACTIVITY = "callActivity"


ACTIVITIES = frozenset(
    {
        NodeKind.TASK,
        NodeKind.MANUAL_TASK,
        NodeKind.USER_TASK,
        NodeKind.SCRIPT_TASK,
        NodeKind.SERVICE_TASK,
        NodeKind.SEND_TASK,
        NodeKind.RECEIVE_TASK,
        NodeKind.BUSINESS_RULE_TASK,
        NodeKind.SUB_PROCESS,
        NodeKind.CALL_ACTIVITY,
    }
)


class EventKind(StrEnum):
    """What an event waits for or throws (BPMN 2.0 §10.5.5)."""

    NONE = "none"
    MESSAGE = "message"
    TIMER = "timer"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"
    LINK = "link"
    CONDITIONAL = "conditional"
    CANCEL = "cancel"


class TimerKind(StrEnum):
    """How a timer's expression is read (BPMN 2.0 §10.5.5.2, ISO 8601)."""

    DATE = "timeDate"
    DURATION = "timeDuration"
    CYCLE = "timeCycle"


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """An attribute a designer wrote: either plain text or, after a leading `=`, a FEEL expression.

    Exactly one of the two is set.
    """

    text: str | None = None
    expression: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class VariableMapping:
    """One `zeebe:input` or `zeebe:output`: evaluate `source`, assign to the dotted variable path `target`."""

    source: Setting
    target: tuple[str, ...]


CHANGES = frozenset({"create", "update"})
"""What may happen to a variable that a conditional event watches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """An event definition.

    `name` is the message or signal name, the error or escalation code (None catches every code), or the
    link name. `correlation_key` is the key a message subscription waits under (`zeebe:subscription`).
    `timer` holds the date, duration or cycle: for text in ISO 8601 form, for `=` a FEEL value.
    A conditional event has its `condition`; it is looked at again when one of the variables `watched` is made
    (`create` in `changes`) or set anew (`update`).
    """

    kind: EventKind
    name: Setting | None = None
    correlation_key: Setting | None = None
    timer_kind: TimerKind | None = None
    timer: Setting | None = None
    condition: Expression | None = None
    watched: frozenset[str] = frozenset()
    changes: frozenset[str] = CHANGES


class Behavior(StrEnum):
    """At which completions of its instances a multi-instance activity throws events (BPMN 2.0 table 8.15)."""

    NONE = "None"
    ONE = "One"
    ALL = "All"
    COMPLEX = "Complex"


@dataclass(frozen=True, kw_only=True, slots=True)
class Throw:
    """An event a multi-instance activity throws when an instance completes and `condition` (None: always) holds."""

    event: Event
    condition: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MultiInstance:
    """Multi-instance loop characteristics (BPMN 2.0 §13.3.7, `zeebe:loopCharacteristics`).

    Exactly one of `collection` (evaluates to a list) and `cardinality` (a whole number >= 0) is set.
    `element` is the variable each instance gets its item in; `output_element` is evaluated in the instance
    when it completes and gathered, in the order of the input, into the list `output_collection`.
    `completion` is checked in the body after each instance; true cancels the remaining instances.
    `throws` are the events thrown beside: for `behavior` None at each completion, for One at the first, for
    Complex at those at which their conditions hold; for All there are none.
    """

    sequential: bool
    collection: Expression | None = None
    cardinality: Expression | None = None
    element: str | None = None
    output_collection: str | None = None
    output_element: Expression | None = None
    completion: Expression | None = None
    behavior: Behavior = Behavior.ALL
    throws: tuple[Throw, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What a user task asks for: who may take it, with which form, until when."""

    assignee: Setting | None = None
    candidate_groups: Setting | None = None
    candidate_users: Setting | None = None
    form: str | None = None
    due: Setting | None = None
    follow_up: Setting | None = None
    priority: Setting | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobSpec:
    """What a service (or job-typed send, script, business rule) task asks a worker for."""

    type: Setting
    retries: int = 3
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What a call activity calls. `process` is the key of a definition, resolved when the call starts."""

    process: Setting
    propagate_parent: bool = True
    propagate_child: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A sequence flow. `synthetic` marks one the normaliser made (a link event's jump)."""

    id: str
    source: str
    target: str
    name: str | None = None
    condition: Expression | None = None
    is_default: bool = False
    synthetic: bool = False
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A flow node of a process or sub-process.

    `container` is the id of the process or sub-process it stands in. `incoming` and `outgoing` are flow ids
    in document order. `boundary` lists the boundary events attached to it, in document order. A sub-process
    that is a `transaction` may be cancelled. Fields that do not belong to the node's kind are None or empty.
    """

    id: str
    kind: NodeKind
    container: str
    name: str | None = None
    line: int = 0
    lane: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    boundary: tuple[str, ...] = ()
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    transaction: bool = False
    multi: MultiInstance | None = None
    inputs: tuple[VariableMapping, ...] = ()
    outputs: tuple[VariableMapping, ...] = ()
    work: Work | None = None
    job: JobSpec | None = None
    script: Expression | None = None
    decision: str | None = None
    result_variable: str | None = None
    call: Call | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """A process or sub-process: where tokens and variables live.

    `starts` are the nodes a token begins at when the container starts without a trigger: its none start
    events, then the nodes without incoming flow that BPMN 2.0 §13.2 starts as well (not boundary events,
    event sub-processes or link catches), each group in document order.
    `event_starts` are start events with a trigger: message, timer or signal of the process itself, the one
    start of an event sub-process.
    `event_sub_processes` are the ids of the event sub-processes directly inside, in document order.
    """

    id: str
    parent: str | None
    name: str | None
    nodes: tuple[str, ...]
    starts: tuple[str, ...]
    event_starts: tuple[str, ...] = ()
    event_sub_processes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A form-js form: `schema` is its JSON, `fields` the variables it writes with their masking class.

    `masked` maps a field key (dotted path from the variable root) to its masking class (`name`, `phone`,
    `id`, `address`, `text`, ...) and party; such values live in the vault, never in the log.
    `marked` maps those by which similar cases are found to what they tell: `phone`, `person` or `address`.
    """

    id: str
    file: str
    schema: Mapping[str, Any]
    fields: tuple[str, ...]
    masked: Mapping[str, Masking] = field(default_factory=dict)
    marked: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Masking:
    """How a field is protected: its class, and the party whose key encrypts it (None: the case's key)."""

    kind: str
    party: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """One executable process. `containers` holds the process itself under `key` and every sub-process.

    `digest` is the hex SHA-256 over the names and bytes of `resources` and the key. Node, flow and container
    ids are unique within a definition.
    """

    key: str
    name: str | None
    digest: str
    file: str
    version_tag: str | None
    containers: Mapping[str, Container]
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    forms: Mapping[str, Form]
    decisions: Mapping[str, DecisionModel]
    resources: Mapping[str, bytes]
    properties: Mapping[str, str] = field(default_factory=dict)
