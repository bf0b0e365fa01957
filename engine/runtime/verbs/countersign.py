"""会签 countersign: a multi-instance user task whose members vote (rules: `engine.model.countersign`).

The result is a context: `outcome` approved or rejected, `agree`, `disagree`, `total`.
"""

from __future__ import annotations

from typing import Any

from engine.model.countersign import PROPERTY, Countersign, parse
from engine.model.definition import Node


def rule_of(node: Node) -> Countersign | None:
    """The countersign rule of a node, if it has one."""
    text = node.properties.get(PROPERTY)
    return None if text is None else parse(text)


def count(rule: Countersign, votes: list[int], vote: Any) -> list[int]:
    """Agreeing and disagreeing votes after one more; anything but true is no agreement."""
    agree, disagree = votes
    return [agree + 1, disagree] if vote is True else [agree, disagree + 1]
