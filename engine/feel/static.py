"""What can be said of an expression before it is evaluated: the kind of its value, and kinds that never go together.

Everything here errs on the side of silence: where a kind is not certain it is Any, and Any goes with everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.feel import syntax
from engine.feel.compiler.literals import at_literal
from engine.feel.types import ANY, Type
from engine.feel.values import kind_of as kind_of_value

Known = Mapping[str, Type]
"""Types of variables by name."""

NUMBER: Final = Type("number")
STRING: Final = Type("string")
BOOLEAN: Final = Type("boolean")
_NULL: Final = Type("Null")
_LIST: Final = Type("list")
_DATE_TIME: Final = Type("date and time")

_FAMILIES: Final = {
    "number": "number", "string": "string", "boolean": "boolean", "time": "time",
    "date": "date", "date and time": "date",
    "days and time duration": "duration", "years and months duration": "duration",
}  # fmt: skip
"""Kinds with single values; two of one family may be compared, two of different families never are equal."""

_RESULTS: Final[Mapping[str, Type]] = {
    **dict.fromkeys(
        (
            "string length", "count", "sum", "mean", "median", "stddev", "product", "decimal", "floor",
            "ceiling", "round up", "round down", "round half up", "round half down", "abs", "modulo", "sqrt",
            "log", "exp", "number", "day of year", "week of year",
        ),
        NUMBER,
    ),
    **dict.fromkeys(
        (
            "string", "substring", "substring before", "substring after", "upper case", "lower case",
            "replace", "string join", "day of week", "month of year",
        ),
        STRING,
    ),
    **dict.fromkeys(
        (
            "contains", "starts with", "ends with", "matches", "not", "all", "any", "list contains", "odd",
            "even", "is", "before", "after", "meets", "met by", "overlaps", "includes", "during", "starts",
            "finishes", "coincides",
        ),
        BOOLEAN,
    ),
    **dict.fromkeys(
        (
            "split", "sublist", "append", "concatenate", "insert before", "remove", "list replace",
            "reverse", "index of", "union", "distinct values", "duplicate values", "flatten", "sort", "mode",
            "get entries",
        ),
        _LIST,
    ),
    "now": _DATE_TIME,
    "date and time": _DATE_TIME,
    "today": Type("date"),
    "date": Type("date"),
    "last day of month": Type("date"),
    "time": Type("time"),
    "years and months duration": Type("years and months duration"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """Two kinds that an operator never brings together; `at` is an offset in the text, in characters from 0."""

    at: int
    operator: str
    left: Type
    right: Type


def agreed(types: Iterable[Type]) -> Type:
    """The one type that all of them are, null left out; Any when they differ or are not known."""
    found = {one for one in types if one != _NULL}
    if not found:
        return ANY
    if len(found) == 1:
        return found.pop()
    names = {one.name for one in found}
    return Type(names.pop()) if len(names) == 1 else ANY


def type_of(node: syntax.Node, known: Known) -> Type:
    """The type of an expression's value, null apart; Any where it depends on more than `known` tells."""
    match node:
        case syntax.AtLiteral():
            value = at_literal(node.text)
            return _NULL if value is None else Type(kind_of_value(value))
        case syntax.Name():
            return known.get(node.name, ANY)
        case syntax.Path():
            return _member(type_of(node.source, known), node.member)
        case syntax.If():
            return agreed((type_of(node.then, known), type_of(node.otherwise, known)))
        case syntax.Arithmetic():
            return _arithmetic(node, known)
        case syntax.Negation():
            return type_of(node.operand, known)
        case syntax.Call(callee=syntax.Name(name=name)) if name not in known:
            return _RESULTS.get(name, ANY)
        case syntax.ListLiteral():
            items = agreed(type_of(item, known) for item in node.items)
            return _LIST if items == ANY else Type("list", items=items)
        case syntax.ContextLiteral():
            return _context(node, known)
        case _:
            return _BY_CLASS.get(type(node), ANY)


_BY_CLASS: Final[Mapping[type[syntax.Node], Type]] = {
    syntax.NumberLiteral: NUMBER,
    syntax.StringLiteral: STRING,
    syntax.NullLiteral: _NULL,
    syntax.BooleanLiteral: BOOLEAN,
    syntax.Comparison: BOOLEAN,
    syntax.Between: BOOLEAN,
    syntax.In: BOOLEAN,
    syntax.Logic: BOOLEAN,
    syntax.Quantified: BOOLEAN,
    syntax.InstanceOf: BOOLEAN,
    syntax.For: _LIST,
    syntax.RangeLiteral: Type("range"),
    syntax.FunctionDefinition: Type("function"),
}


def mismatches(node: syntax.Node, known: Known) -> Iterator[Mismatch]:
    """Comparisons and sums that can only be null, because of the kinds on their two sides."""
    if isinstance(node, syntax.Comparison | syntax.Arithmetic):
        found = _mismatch(node.at, node.operator, node.left, node.right, known)
        if found is not None:
            yield found
    elif isinstance(node, syntax.Between):
        for end in (node.low, node.high):
            found = _mismatch(node.at, "between", node.value, end, known)
            if found is not None:
                yield found
    elif isinstance(node, syntax.In):
        for test in node.tests:
            end = test.endpoint if isinstance(test, syntax.UnaryTest) else test
            found = _mismatch(node.at, "in", node.value, end, known)
            if found is not None:
                yield found
    for child, inside in _children(node, known):
        yield from mismatches(child, inside)


def clash(one: Type, other: Type) -> bool:
    """Whether values of the two types are never equal and have no order."""
    families = _FAMILIES.get(one.name), _FAMILIES.get(other.name)
    return None not in families and families[0] != families[1]


def _mismatch(at: int, operator: str, left: syntax.Node, right: syntax.Node, known: Known) -> Mismatch | None:
    kinds = type_of(left, known), type_of(right, known)
    if not clash(*kinds):
        return None
    if operator in "+-**/" and not {"string", "boolean"} & {kind.name for kind in kinds}:
        # Durations are added to dates and multiplied by numbers.
        return None
    return Mismatch(at=at, operator=operator, left=kinds[0], right=kinds[1])


def _children(node: syntax.Node, known: Known) -> Iterator[tuple[syntax.Node, Known]]:
    """The nodes below, each with what is known where it stands: a name bound around it hides a variable."""
    if isinstance(node, syntax.Filter):
        yield node.source, known
        yield node.predicate, {}
    elif isinstance(node, syntax.For | syntax.Quantified):
        hidden = _without(known, (*(one.name for one in node.iterators), "partial"))
        for child in node.children():
            yield child, hidden
    elif isinstance(node, syntax.FunctionDefinition):
        yield node.body, _without(known, (parameter.name for parameter in node.parameters))
    elif isinstance(node, syntax.ContextLiteral):
        for child in node.children():
            yield child, _without(known, (entry.key for entry in node.entries))
    else:
        for child in node.children():
            yield child, known


def _without(known: Known, names: Iterable[str]) -> Known:
    hidden = frozenset(names)
    return {name: kind for name, kind in known.items() if name not in hidden}


def _member(kind: Type, name: str) -> Type:
    if kind.name == "context" and kind.members is not None:
        return dict(kind.members).get(name, ANY)
    return ANY


def _context(node: syntax.ContextLiteral, known: Known) -> Type:
    inside = _without(known, (entry.key for entry in node.entries))
    return Type("context", members=tuple((entry.key, type_of(entry.value, inside)) for entry in node.entries))


def _arithmetic(node: syntax.Arithmetic, known: Known) -> Type:
    left, right = type_of(node.left, known), type_of(node.right, known)
    if left == right and (left == NUMBER or (left == STRING and node.operator == "+")):
        return left
    return ANY
