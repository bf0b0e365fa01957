"""Boxed invocations and function definitions (DMN 1.5, 10.2.1.3 and 10.2.1.7)."""

from __future__ import annotations

from typing import Any

from engine.dmn.boxed.reading import BoxReader, Surroundings, nothing
from engine.dmn.findings import Severity
from engine.dmn.source import Element, child, children, height_of, text_of
from engine.feel import Function, Type
from engine.feel.compiler.calls import call_by_name, external
from engine.feel.foreign import is_known
from engine.feel.run import Code, Run, Scope
from engine.feel.types import ANY
from engine.feel.values import kind_of

LEVELS = 6
"""Nesting levels one call of a boxed function is counted as, beside the height of its XML and of its expressions."""


def invocation(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A function and the values bound to its parameters by name."""
    called = reader.find(element)
    callee = reader.below(element, around) if called is not None else nothing
    name = " ".join(text_of(called).split())
    bindings: list[tuple[str, Code]] = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        found = reader.find(binding)
        code = nothing if found is None else reader.read(found, around)
        bindings.append((parameter.get("name", "") if parameter is not None else "", code))

    def invoke(scope: Scope) -> Any:
        function = callee(scope)
        if type(function) is not Function:
            return scope.run.null("function.kind", kind_of(function) if function is not None else name)
        scope.run.charge(1 + len(bindings))
        return call_by_name(function, scope.run, {key: code(scope) for key, code in bindings})

    return invoke


def definition(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A function of FEEL; external kinds (Java, PMML) are those of `engine.feel.foreign`, or refused by name when called."""
    parameters = [(one.get("name", ""), reader.type_of(one)) for one in children(element, "formalParameter")]
    names = tuple(name for name, _ in parameters)
    if element.get("kind", "FEEL") not in ("FEEL", ""):
        mapping = [text_of(one).strip().strip('"') for one in element.iter() if text_of(one)]
        outside = external(mapping, names, element.get("kind", "external"))
        if len(mapping) != 2 or not is_known(mapping[0], mapping[1]):
            reader.findings.add(
                "dmn.external-function", around.place,
                f"外部函数 {outside.name} 不会执行，结果为空", f"the external function {outside.name} is refused: null",
                severity=Severity.WARNING,
            )  # fmt: skip
        return lambda _scope: outside
    body = reader.fitted(reader.below(element, around.knowing(*names)), reader.type_of(element))

    height = height_of(element)

    def define(scope: Scope) -> Function:
        return function_of(reader, around.name, parameters, body, scope, height=height)

    return define


def function_of(
    reader: BoxReader,
    name: str,
    parameters: list[tuple[str, Type]],
    body: Code,
    scope: Scope | None,
    *,
    height: int = 0,
) -> Function:
    """A function whose body reads `scope` (None: nothing) and its arguments fitted to their types."""
    types = reader.types
    levels = LEVELS + height

    def call(run: Run, values: list[Any]) -> Any:
        if len(values) != len(parameters):
            return run.null("function.arguments", name)
        run.charge(1 + len(parameters))
        run.enter(levels)
        bound: dict[str, Any] = {}
        inner = Scope(bound, scope, run)
        for (parameter, kind), value in zip(parameters, values, strict=True):
            bound[parameter] = types.fit(value, kind, inner)
            if bound[parameter] is None and value is not None:
                run.leave(levels)
                return None
        result = body(inner)
        run.leave(levels)
        return result

    return Function(
        name=name,
        parameters=tuple(parameter for parameter, _ in parameters),
        types=tuple(kind for _, kind in parameters),
        result=ANY,
        call=call,
    )
