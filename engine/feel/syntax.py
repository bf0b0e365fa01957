"""The syntax tree: one immutable class for each construct of the FEEL grammar (DMN 1.5, 10.3.1.2).

Two nodes are equal when they mean the same text; where they stand (`at`, an offset) does not count.
"""

from __future__ import annotations

from collections.abc import Iterator as Iterate
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, Final

from engine.feel.types import Type


@dataclass(frozen=True, slots=True)
class Node:
    """A construct; `height` and `weight` count the levels and the nodes of its tree."""

    at: int = field(default=0, compare=False, repr=False, kw_only=True)
    height: int = field(default=1, compare=False, repr=False, kw_only=True)
    weight: int = field(default=1, compare=False, repr=False, kw_only=True)

    def children(self) -> Iterate[Node]:
        """The nodes directly below, in the order of the text."""
        for name in _names(type(self)):
            yield from _nodes(getattr(self, name))


_NAMES: Final[dict[str, tuple[str, ...]]] = {}


def _names(kind: type[Node]) -> tuple[str, ...]:
    """What can hold nodes in a kind of node: everything but the place and the two counts."""
    found = _NAMES.get(kind.__name__)
    if found is None:
        found = tuple(one.name for one in fields(kind) if one.name not in ("at", "height", "weight"))
        _NAMES[kind.__name__] = found
    return found


def _nodes(value: Any) -> Iterate[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes(item)


def weigh(node: Node) -> Node:
    """Set `height` and `weight` from the children; the parser calls it once for every node it makes."""
    height, weight = 0, 1
    for child in node.children():
        height = max(height, child.height)
        weight += child.weight
    object.__setattr__(node, "height", height + 1)
    object.__setattr__(node, "weight", weight)
    return node


@dataclass(frozen=True, slots=True)
class NumberLiteral(Node):
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class StringLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True)
class BooleanLiteral(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class NullLiteral(Node):
    pass


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"…"`: a date, time, date and time, or duration."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    source: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    source: Node
    predicate: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An invocation; `names` has one name for each argument, or is None for positional arguments."""

    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A conjunction or disjunction ("and", "or") of two or more operands."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """`name in domain`, or `name in domain..upto`."""

    name: str
    domain: Node
    upto: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some` or `every` … `satisfies`."""

    quantifier: str
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextEntry(Node):
    key: str
    value: Node


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral(Node):
    start: Node
    end: Node
    start_included: bool
    end_included: bool


@dataclass(frozen=True, slots=True)
class UnaryTest(Node):
    """An operator and an endpoint: `< 5` as a test, `(< 5)` as a range."""

    operator: str
    endpoint: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """The unary tests of a decision table cell; no tests at all mean "-", whatever the input."""

    tests: tuple[Node, ...]
    negated: bool = False
