"""A syntax tree as text that parses to the same tree.

Brackets are written wherever a part could be read otherwise, not only where it would be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import syntax
from engine.feel.lexer import tokenize
from engine.feel.names import KEYWORDS
from engine.feel.numbers import number_text
from engine.feel.text import quoted


def print_expression(tree: syntax.Node) -> str:
    """The text of an expression.

    Names that hold operators or keywords are printed as they are: reading them back takes the same `names` as
    reading them first did.
    """
    return _element(tree)


def print_tests(tree: syntax.Tests) -> str:
    """The text of a decision table cell; as `print_expression`."""
    return _print(tree)


def _print(node: syntax.Node) -> str:
    return _PRINTERS[type(node)](node)


_SIMPLE = (
    syntax.NumberLiteral, syntax.StringLiteral, syntax.BooleanLiteral, syntax.NullLiteral, syntax.AtLiteral,
    syntax.Name, syntax.ListLiteral, syntax.ContextLiteral, syntax.Path, syntax.Filter, syntax.Call,
    syntax.RangeLiteral,
)  # fmt: skip


def _part(node: syntax.Node) -> str:
    """A tree as an operand: in brackets unless it cannot be torn apart."""
    if isinstance(node, syntax.UnaryTest):
        return f"({_print(node)})"
    simple = isinstance(node, _SIMPLE) and not (isinstance(node, syntax.NumberLiteral) and node.value < 0)
    return _print(node) if simple else f"({_print(node)})"


def _element(node: syntax.Node) -> str:
    """A tree between brackets or commas, where only a bare test would be read otherwise."""
    return f"({_print(node)})" if isinstance(node, syntax.UnaryTest) else _print(node)


def _key(key: str) -> str:
    tokens = tokenize(key)[:-1] if '"' not in key and "/*" not in key else []
    plain = bool(tokens) and all(token.kind == "word" and token.text not in KEYWORDS for token in tokens)
    return key if plain and " ".join(token.text for token in tokens) == key else quoted(key)


def _call(node: syntax.Call) -> str:
    arguments = [_element(argument) for argument in node.arguments]
    if node.names is not None:
        arguments = [f"{name}: {argument}" for name, argument in zip(node.names, arguments, strict=True)]
    return f"{_part(node.callee)}({', '.join(arguments)})"


def _iterators(iterators: tuple[syntax.Iterator, ...]) -> str:
    return ", ".join(_print(one) for one in iterators)


def _iterator(node: syntax.Iterator) -> str:
    upto = "" if node.upto is None else f"..{_part(node.upto)}"
    return f"{node.name} in {_part(node.domain)}{upto}"


def _function(node: syntax.FunctionDefinition) -> str:
    parameters = ", ".join(_print(one) for one in node.parameters)
    return f"function({parameters}) {'external ' if node.external else ''}{_part(node.body)}"


def _range(node: syntax.RangeLiteral) -> str:
    opening, closing = "[" if node.start_included else "(", "]" if node.end_included else ")"
    return f"{opening}{_part(node.start)}..{_part_of_end(node.end)}{closing}"


def _part_of_end(node: syntax.Node) -> str:
    """The end of a range, where an opening bracket would close it."""
    return f"({_part(node)})" if isinstance(node, syntax.Filter | syntax.Path | syntax.Call) else _part(node)


def _in(node: syntax.In) -> str:
    if len(node.tests) == 1 and not isinstance(node.tests[0], syntax.UnaryTest | syntax.RangeLiteral):
        return f"{_part(node.value)} in {_part(node.tests[0])}"
    return f"{_part(node.value)} in ({', '.join(_print(test) for test in node.tests)})"


def _tests(node: syntax.Tests) -> str:
    text = ", ".join(_print(test) for test in node.tests) or "-"
    return f"not({text})" if node.negated else text


def _quantified(node: syntax.Quantified) -> str:
    return f"{node.quantifier} {_iterators(node.iterators)} satisfies {_part(node.condition)}"


def _if(node: syntax.If) -> str:
    return f"if {_part(node.condition)} then {_part(node.then)} else {_part(node.otherwise)}"


def _logic(node: syntax.Logic) -> str:
    return f" {node.operator} ".join(_part(operand) for operand in node.operands)


_PRINTERS: dict[type[syntax.Node], Callable[[Any], str]] = {
    syntax.NumberLiteral: lambda node: number_text(node.value),
    syntax.StringLiteral: lambda node: quoted(node.value),
    syntax.BooleanLiteral: lambda node: "true" if node.value else "false",
    syntax.NullLiteral: lambda _node: "null",
    syntax.AtLiteral: lambda node: f"@{quoted(node.text)}",
    syntax.Name: lambda node: node.name,
    syntax.Path: lambda node: f"{_part(node.source)}.{node.member}",
    syntax.Filter: lambda node: f"{_part(node.source)}[{_element(node.predicate)}]",
    syntax.Call: _call,
    syntax.Arithmetic: lambda node: f"{_part(node.left)} {node.operator} {_part(node.right)}",
    syntax.Negation: lambda node: f"-{_part(node.operand)}",
    syntax.Comparison: lambda node: f"{_part(node.left)} {node.operator} {_part(node.right)}",
    syntax.Between: lambda node: f"{_part(node.value)} between {_part(node.low)} and {_part(node.high)}",
    syntax.In: _in,
    syntax.Logic: _logic,
    syntax.If: _if,
    syntax.Iterator: _iterator,
    syntax.For: lambda node: f"for {_iterators(node.iterators)} return {_part(node.body)}",
    syntax.Quantified: _quantified,
    syntax.Parameter: lambda node: node.name if node.type is None else f"{node.name}: {node.type}",
    syntax.FunctionDefinition: _function,
    syntax.ListLiteral: lambda node: f"[{', '.join(_element(item) for item in node.items)}]",
    syntax.ContextEntry: lambda node: f"{_key(node.key)}: {_element(node.value)}",
    syntax.ContextLiteral: lambda node: "{" + ", ".join(_print(entry) for entry in node.entries) + "}",
    syntax.RangeLiteral: _range,
    syntax.UnaryTest: lambda node: f"{node.operator} {_part(node.endpoint)}",
    syntax.InstanceOf: lambda node: f"{_part(node.value)} instance of {node.type}",
    syntax.Tests: _tests,
}
