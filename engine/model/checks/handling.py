"""What user tasks say about the verbs of handling: return, recall, countersign and separation of duties."""

from __future__ import annotations

from collections.abc import Collection

from engine.model.countersign import PROPERTY as COUNTERSIGN
from engine.model.countersign import parse
from engine.model.definition import EventKind, Node, NodeKind
from engine.model.draft import Draft

SEPARATION = "bihuan:separation"

WAKES = "bihuan:wakes"

POLICIES = {
    "bihuan:return": ("free", "once", "forbidden"),
    "bihuan:recall": ("free", "forbidden"),
    WAKES: ("true", "false"),
}
"""The values of properties that have only a few; the first is what a task without `return` or `recall` has."""


def check_handling(draft: Draft, tasks: Collection[str] | None) -> None:
    """Report policies and countersign rules nobody knows, and separation from tasks that do not exist.

    tasks: the ids of the user tasks of all processes of the package, for who did a task in a calling process may
    not do one in the called; None for files that were checked when they were deployed, without their neighbours.
    """
    for node in draft.nodes.values():
        _check_policies(draft, node)
        _check_countersign(draft, node)
        _check_wakes(draft, node)
        if tasks is not None:
            _check_separation(draft, node, tasks)


def _check_policies(draft: Draft, node: Node) -> None:
    for name, known in POLICIES.items():
        value = node.properties.get(name)
        if value is not None and value not in known:
            draft.report(
                "property.value",
                node.id,
                f"属性“{name}”应为 {'、'.join(known)} 之一，不是“{value}”",
                f"the property {name!r} is one of {', '.join(known)}, not {value!r}",
            )


def _check_countersign(draft: Draft, node: Node) -> None:
    value = node.properties.get(COUNTERSIGN)
    if value is None:
        return
    if parse(value) is None:
        draft.report(
            "property.value",
            node.id,
            f"会签规则“{value}”应为 all、any、veto、人数或百分比，可加 vote=变量 result=变量",
            f"the countersign rule {value!r} is all, any, veto, a number or a percentage, "
            "then vote=name and result=name",
        )
    elif node.multi is None:
        draft.report(
            "countersign.alone",
            node.id,
            "会签规则只在多实例任务上起作用",
            "a countersign rule has an effect on a multi-instance task only",
        )


def _check_wakes(draft: Draft, node: Node) -> None:
    if WAKES not in node.properties:
        return
    starts = node.kind is NodeKind.START_EVENT and node.container not in draft.nodes
    if starts or node.event is None or node.event.kind is not EventKind.MESSAGE:
        draft.report(
            "property.unknown",
            node.id,
            "“bihuan:wakes”只用于案件办理中等待消息的事件",
            "'bihuan:wakes' belongs to an event in which a running case waits for a message",
        )


def _check_separation(draft: Draft, node: Node, tasks: Collection[str]) -> None:
    for named in node.properties.get(SEPARATION, "").split(","):
        name = named.strip()
        if name and name not in tasks:
            draft.report(
                "separation.unknown",
                node.id,
                f"没有任务“{name}”，无法职责分离",
                f"there is no task {name!r} to be apart from",
            )
