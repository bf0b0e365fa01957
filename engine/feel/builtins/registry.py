"""How a built-in function is declared: its signatures as text, its work as a Python function.

A signature reads `string: string, start position: number, length?: number`; a type may be
`any`, a FEEL kind, or alternatives joined by `|`; `**` before the last parameter takes all further arguments
as one list, `*` does so too and also takes one list instead of them; `!` after a type admits null.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.feel.run import NullResult, Run
from engine.feel.values import Function, kind_of

Work = Callable[..., Any]
F = TypeVar("F", bound=Work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a signature."""

    name: str
    kinds: frozenset[str]
    optional: bool
    nullable: bool
    rest: bool
    spread: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One way to call a built-in function."""

    parameters: tuple[Parameter, ...]
    least: int
    work: Work

    def positional(self, values: Sequence[Any]) -> list[Any] | None:
        """The arguments in order, or None when their number does not fit."""
        count = len(self.parameters)
        if self.parameters and self.parameters[-1].rest:
            return self._with_rest(values)
        if not self.least <= len(values) <= count:
            return None
        return [*values, *([_OMITTED] * (count - len(values)))]

    def _with_rest(self, values: Sequence[Any]) -> list[Any] | None:
        fixed = len(self.parameters) - 1
        if len(values) <= fixed:
            return None
        rest = values[fixed:]
        if len(rest) == 1 and self.parameters[-1].spread:
            only = rest[0]
            if only is None:
                return [*values[:fixed], None]
            rest = only if type(only) in (list, tuple) else [only]
        return [*values[:fixed], list(rest)]

    def _named_rest(self, value: Any) -> Any:
        if not self.parameters[-1].spread:
            return [value]
        return value if type(value) in (list, type(None)) else [value]

    def named(self, values: dict[str, Any]) -> list[Any] | None:
        """The arguments in order, or None when the names do not fit."""
        known = {parameter.name for parameter in self.parameters}
        needed = {parameter.name for parameter in self.parameters if not parameter.optional}
        if not needed <= set(values) <= known:
            return None
        arguments = [values.get(parameter.name, _OMITTED) for parameter in self.parameters]
        if self.parameters and self.parameters[-1].rest:
            arguments[-1] = self._named_rest(arguments[-1])
        return arguments


_OMITTED: Any = object()
_UNFIT: Any = object()

BUILT_INS: dict[str, Function] = {}
_SIGNATURES: dict[str, list[Signature]] = {}


def builtin(name: str, signature: str) -> Callable[[F], F]:
    """Declare `name` with one signature; the function takes the evaluation and one argument for each parameter."""

    def declare(work: F) -> F:
        parameters = tuple(_parameter(text.strip()) for text in signature.split(",")) if signature else ()
        least = sum(not parameter.optional for parameter in parameters)
        overloads = _SIGNATURES.setdefault(name, [])
        overloads.append(Signature(parameters=parameters, least=least, work=work))
        if len(overloads) == 1:
            BUILT_INS[name] = _function(name, overloads)
        return work

    return declare


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.partition(":")
    kinds = kinds.strip()
    return Parameter(
        name=name.strip().lstrip("*").rstrip("?"),
        kinds=frozenset(kinds.rstrip("!").split("|")),
        optional=name.strip().endswith("?"),
        nullable=kinds.endswith("!"),
        rest=name.strip().startswith("*"),
        spread=not name.strip().startswith("**"),
    )


def _function(name: str, overloads: list[Signature]) -> Function:
    def call(run: Run, values: list[Any]) -> Any:
        fitting = [(one, arguments) for one in overloads if (arguments := one.positional(values)) is not None]
        return _invoke(name, run, fitting)

    def call_named(run: Run, values: dict[str, Any]) -> Any:
        fitting = [(one, arguments) for one in overloads if (arguments := one.named(values)) is not None]
        return _invoke(name, run, fitting)

    # `overloads` grows while declarations run; parameters are those of the first, for showing only.
    parameters = tuple(parameter.name for parameter in overloads[0].parameters)
    return Function(name=name, parameters=parameters, call=call, call_named=call_named, variadic=True)


def _invoke(name: str, run: Run, fitting: list[tuple[Signature, list[Any]]]) -> Any:
    if not fitting:
        return run.null("function.arguments", name)
    run.charge(1)
    wrong: Parameter | None = None
    value: Any = None
    for signature, arguments in fitting:
        checked, wrong, value = _checked(signature, arguments)
        if checked is not None:
            try:
                return signature.work(run, *checked)
            except NullResult as null:
                return run.null(null.code, *null.details)
    return run.null("function.argument", name, wrong.name if wrong else "", kind_of(value))


def _checked(signature: Signature, arguments: list[Any]) -> tuple[list[Any] | None, Parameter | None, Any]:
    """The arguments fitted to the parameters' kinds, or the parameter and value that do not fit."""
    fitted: list[Any] = []
    for parameter, value in zip(signature.parameters, arguments, strict=True):
        if value is _OMITTED:
            fitted.append(None)
            continue
        if value is None and not parameter.nullable:
            return None, parameter, None
        if value is not None and "any" not in parameter.kinds:
            value = _fit(value, parameter.kinds)
            if value is _UNFIT:
                return None, parameter, arguments[len(fitted)]
        fitted.append(value)
    return fitted, None, None


def _fit(value: Any, kinds: frozenset[str]) -> Any:
    """`value` as one of the kinds: itself, the only item of a list, or a list of itself (10.3.2.9.4)."""
    kind = kind_of(value)
    if kind in kinds:
        return value
    if kind == "list" and len(value) == 1 and kind_of(value[0]) in kinds:
        return value[0]
    if "list" in kinds:
        return [value]
    return _UNFIT
