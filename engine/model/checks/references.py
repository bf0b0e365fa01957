"""What a process needs from outside its diagram: forms, decisions and other processes."""

from __future__ import annotations

from collections.abc import Collection

from engine.model.definition import Node
from engine.model.draft import Draft

CONDITION = "bihuan:condition"
"""Property of a user task: the decision that lists what still forbids to complete it."""


def decisions_of(node: Node) -> tuple[str, ...]:
    """The decisions a node names: the one it calls, and the one its closing conditions are in."""
    named = (node.decision, node.properties.get(CONDITION))
    return tuple(decision for decision in named if decision)


def check_references(
    draft: Draft, forms: Collection[str], decisions: Collection[str], processes: Collection[str] | None
) -> None:
    """Report forms and decisions that are not in the package, and called processes nobody knows.

    processes: None when called processes are not looked for.
    """
    for node in draft.nodes.values():
        if node.work is not None and node.work.form is not None and node.work.form not in forms:
            draft.report(
                "form.unknown",
                node.id,
                f"表单“{node.work.form}”不在包内",
                f"the form {node.work.form!r} is not in the package",
            )
        for decision in decisions_of(node):
            if decision not in decisions:
                draft.report(
                    "decision.unknown",
                    node.id,
                    f"决策“{decision}”不在包内",
                    f"the decision {decision!r} is not in the package",
                )
        called = None if node.call is None else node.call.process.text
        if called is not None and processes is not None and called not in processes:
            draft.report(
                "call.unknown",
                node.id,
                f"被调用的流程“{called}”不存在",
                f"the process {called!r} that is called does not exist",
            )
