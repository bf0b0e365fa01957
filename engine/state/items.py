"""What a scope holds: tokens and the things tokens wait for.

Every item has an id unique within its case. Its `row()` is the canonical wire form (a list, fields in the
order of the class); `Item(*row)` reads it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

READY = "ready"
"""The scheduler has still to run the node (only seen between commands when an incident stopped a command)."""
ACTIVE = "active"
"""An activity is under way: a user task is open, a job runs, a sub-process has tokens."""
WAITING = "waiting"
"""A catch event or event gateway waits for its trigger, or a join for further tokens."""
ARMED = "armed"
"""A boundary event or event sub-process that may trigger; it does not keep its scope alive."""
FAILED = "failed"
"""An incident holds the token."""

CONDITION = "condition"
"""Kind of the subscription of a conditional event, whose condition is in the diagram: nobody outside looks for it."""


@dataclass(slots=True)
class Token:
    """A thread of control standing at a flow node (BPMN 2.0 §7.1.1).

    `flow` is the sequence flow it came by (None at a start), `host` the token of the activity an armed
    boundary event belongs to, `variables` the activity's own variables (input mappings), `data` what the
    node's kind keeps (multi-instance counters, the phase an incident stopped in).
    """

    id: int
    element: str
    status: str
    flow: str | None = None
    host: int | None = None
    variables: dict[str, Any] | None = None
    data: dict[str, Any] | None = None

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [self.id, self.element, self.status, self.flow, self.host, self.variables, self.data]


@dataclass(slots=True)
class WorkItem:
    """An open user task. `due` and `created` are microseconds since 1970 UTC.

    `status` is open, claimed, or held while others sign first. `extra` keeps what the verbs of handling need:
    who it was returned, transferred or delegated by, who signs with it, when it was urged (see
    `engine.runtime.verbs`).
    """

    id: int
    token: int
    element: str
    status: str
    assignee: str | None
    groups: list[str]
    users: list[str]
    form: str | None
    created: int
    due: int | None
    follow_up: int | None
    priority: int
    extra: dict[str, Any] | None = None

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [
            self.id,
            self.token,
            self.element,
            self.status,
            self.assignee,
            self.groups,
            self.users,
            self.form,
            self.created,
            self.due,
            self.follow_up,
            self.priority,
            self.extra,
        ]


@dataclass(slots=True)
class Timer:
    """A running timer. `due` in microseconds; `repeats` are the firings left after this one (-1: endless)
    and `interval` the ISO 8601 duration between them (None: fires once)."""

    id: int
    token: int
    element: str
    due: int
    interval: str | None = None
    repeats: int = 0

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [self.id, self.token, self.element, self.due, self.interval, self.repeats]


@dataclass(slots=True)
class Subscription:
    """A wait for a message (`kind` message, with its correlation key), a signal, or a condition to become true.

    `wakes`: the message also reaches a suspended case, which then goes on. A row says so only when it does.
    """

    id: int
    token: int
    element: str
    kind: str
    name: str
    key: str | None = None
    wakes: bool = False

    def row(self) -> list[Any]:
        """The canonical wire form."""
        plain = [self.id, self.token, self.element, self.kind, self.name, self.key]
        return [*plain, True] if self.wakes else plain


@dataclass(slots=True)
class Job:
    """Work for a connector or an external worker. `status` is ready or failed."""

    id: int
    token: int
    element: str
    type: str
    retries: int
    status: str
    created: int
    headers: dict[str, str]

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [
            self.id,
            self.token,
            self.element,
            self.type,
            self.retries,
            self.status,
            self.created,
            self.headers,
        ]


@dataclass(slots=True)
class Incident:
    """Something a person has to look at before the token goes on."""

    id: int
    token: int
    element: str
    kind: str
    message_zh: str
    message_en: str
    created: int

    def row(self) -> list[Any]:
        """The canonical wire form."""
        return [
            self.id,
            self.token,
            self.element,
            self.kind,
            self.message_zh,
            self.message_en,
            self.created,
        ]


Item = WorkItem | Timer | Subscription | Job | Incident
