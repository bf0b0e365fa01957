"""Invocation and definition of functions (DMN 1.5, 10.3.2.8 and 10.3.2.13.3)."""

from __future__ import annotations

from typing import Any

from engine.feel import syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.conformance import coerce
from engine.feel.foreign import foreign
from engine.feel.functions import function_named
from engine.feel.run import Code, Run, Scope
from engine.feel.types import ANY
from engine.feel.values import Function, kind_of


def call(node: syntax.Call, compiler: Compiler) -> Code:
    """`f(a, b)` or `f(x: a, y: b)`."""
    arguments = [compiler.compile(argument) for argument in node.arguments]
    names = node.names
    find = _finder(node.callee, compiler)

    def invoke(scope: Scope) -> Any:
        function = find(scope)
        if function is None:
            return None
        run = scope.run
        values = [argument(scope) for argument in arguments]
        if names is None:
            return function.call(run, values)
        if len(set(names)) != len(names):
            return run.null("function.arguments", function.name)
        return call_by_name(function, run, dict(zip(names, values, strict=True)))

    return invoke


def call_by_name(function: Function, run: Run, arguments: dict[str, Any]) -> Any:
    """Invoke with named arguments; all parameters of a defined function must be named."""
    if function.call_named is not None:
        return function.call_named(run, arguments)
    if set(arguments) != set(function.parameters):
        return run.null("function.arguments", function.name)
    return function.call(run, [arguments[name] for name in function.parameters])


def _finder(callee: syntax.Node, compiler: Compiler) -> Any:
    """What finds the function to call; a variable that is no function does not hide one that is."""
    if not isinstance(callee, syntax.Name):
        code = compiler.compile(callee)

        def evaluated(scope: Scope) -> Any:
            value = code(scope)
            if type(value) is Function:
                return value
            return scope.run.null("function.kind", kind_of(value))

        return evaluated
    wanted = callee.name

    def named(scope: Scope) -> Function | None:
        at: Scope | None = scope
        while at is not None:
            if wanted in at.bindings:
                value = at.bindings[wanted]
                if type(value) is Function:
                    return value
            at = at.parent
        function = function_named(wanted, scope.run)
        return scope.run.null("function.unknown", wanted) if function is None else function

    return named


def definition(node: syntax.FunctionDefinition, compiler: Compiler) -> Code:
    """`function(a, b: number) body`; an external one is known in `foreign`, or a function that refuses to be called."""
    parameters = tuple(parameter.name for parameter in node.parameters)
    kinds = tuple(parameter.type or ANY for parameter in node.parameters)
    if node.external:
        outside = external(_texts(node.body), parameters)
        return lambda _scope: outside
    body, weight, height = compiler.compile(node.body), node.body.weight, node.body.height
    types = compiler.types

    def define(scope: Scope) -> Function:
        def run_body(run: Run, values: list[Any]) -> Any:
            if len(values) != len(parameters):
                return run.null("function.arguments", "function")
            run.charge(weight)
            run.enter(height)
            bound = {}
            for name, kind, value in zip(parameters, kinds, values, strict=True):
                fitting, bound[name] = (True, value) if kind is ANY else coerce(value, kind, types, run)
                if not fitting:
                    run.leave(height)
                    return None
            result = body(Scope(bound, scope, run))
            run.leave(height)
            return result

        return Function(name="function", parameters=parameters, types=kinds, call=run_body)

    return define


def external(mapping: list[str], parameters: tuple[str, ...], kind: str = "external") -> Function:
    """The function that a mapping (class, method signature) names, or one that is refused by name whenever it is called."""
    known = foreign(mapping[0], mapping[1], parameters) if len(mapping) == 2 else None
    return known or refusing(".".join(mapping) or kind, parameters)


def refusing(name: str, parameters: tuple[str, ...]) -> Function:
    """A function that is refused by name whenever it is called."""
    return Function(
        name=name, parameters=parameters, call=lambda run, _values: run.null("function.external", name)
    )


def _texts(node: syntax.Node) -> list[str]:
    """The texts of an external function's mapping: class and method signature."""
    if isinstance(node, syntax.StringLiteral):
        return [node.value]
    return [text for child in node.children() for text in _texts(child)]
