"""Variables of a case: where a name is found, and where a value goes.

A name is looked up from the activity's own variables outwards: activity, scope, the activity that owns the
scope, the scope around it, ... up to the process; a called process does not see its caller. A value without
an output mapping goes to the nearest place that already has the name, else to the process (BPMN 2.0
§10.4.7, and what users of the modelers expect).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import canonical
from engine.feel import Expression, FeelError
from engine.model.definition import Setting
from engine.runtime.failure import NodeFailure
from engine.state import Scope, Token
from engine.state.scope import PROCESS

if TYPE_CHECKING:
    from engine.runtime.session import Session

Wire = Any
"""A value in wire form (see `engine.canonical`)."""


class View(Mapping[str, Any]):
    """The variables visible at one place, decoded when they are looked at.

    extra: names visible before all others (a message's payload while it is mapped).
    """

    __slots__ = ("_extra", "_scope", "_session", "_token")

    def __init__(
        self, session: Session, scope: Scope, token: Token | None, extra: Mapping[str, Wire] | None = None
    ) -> None:
        self._session = session
        self._scope = scope
        self._token = token
        self._extra = extra

    def _layers(self) -> Iterator[Mapping[str, Wire]]:
        if self._extra:
            yield self._extra
        for place in self._places():
            if place.variables:
                yield place.variables

    def holders(self) -> Iterator[int]:
        """The ids of the tokens and scopes whose variables are visible, the nearest first."""
        return (place.id for place in self._places())

    def _places(self) -> list[Scope | Token]:
        return self._session.state.places(self._scope, self._token)

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers():
            if name in layer:
                return canonical.from_wire(layer[name])
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers())

    def __iter__(self) -> Iterator[str]:
        return iter(self.wire())

    def __len__(self) -> int:
        return len(self.wire())

    def wire_of(self, name: str) -> Wire:
        """The value of a variable in wire form, None when there is none."""
        return next((layer[name] for layer in self._layers() if name in layer), None)

    def wire(self) -> dict[str, Wire]:
        """All visible variables in wire form, the nearest of each name."""
        merged: dict[str, Wire] = {}
        for layer in self._layers():
            for name, value in layer.items():
                merged.setdefault(name, value)
        return merged


def evaluate(
    session: Session,
    expression: Expression,
    scope: Scope,
    token: Token | None,
    extra: Mapping[str, Wire] | None = None,
) -> Any:
    """The FEEL value of an expression at a place.

    Raises NodeFailure when the evaluation exceeds its bounds.
    """
    try:
        return expression.evaluate(View(session, scope, token, extra), session.environment())
    except FeelError as error:
        zh, en = getattr(error, "message_zh", str(error)), getattr(error, "message_en", str(error))
        raise NodeFailure(
            "expression.failed",
            f"表达式无法计算：{_shorten(expression.text)}（{zh}）",
            f"the expression cannot be evaluated: {_shorten(expression.text)} ({en})",
        ) from error


def evaluate_wire(
    session: Session,
    expression: Expression,
    scope: Scope,
    token: Token | None,
    extra: Mapping[str, Wire] | None = None,
) -> Wire:
    """Like `evaluate`, in wire form; a value that cannot be kept (a function, a range) is a failure."""
    value = evaluate(session, expression, scope, token, extra)
    return to_wire(value, expression.text)


def to_wire(value: Any, text: str) -> Wire:
    """The wire form of a FEEL result; NodeFailure when it has none."""
    try:
        return canonical.to_wire(value)
    except Exception as error:
        raise NodeFailure(
            "expression.type",
            f"表达式的结果不能作为变量保存：{_shorten(text)}（{error}）",
            f"the expression's result cannot be kept as a variable: {_shorten(text)} ({error})",
        ) from error


def setting(
    session: Session,
    value: Setting | None,
    scope: Scope,
    token: Token | None,
    extra: Mapping[str, Wire] | None = None,
) -> Any:
    """The value of an attribute: its text, or its expression evaluated at the place."""
    if value is None:
        return None
    if value.expression is None:
        return value.text
    return evaluate(session, value.expression, scope, token, extra)


def text_setting(
    session: Session, value: Setting | None, scope: Scope, token: Token | None, what: tuple[str, str]
) -> str | None:
    """Like `setting` for a text; numbers become text, null stays None, anything else is a failure."""
    result = setting(session, value, scope, token)
    if result is None or isinstance(result, str):
        return result
    if isinstance(result, bool | list | dict):
        raise NodeFailure(
            "expression.type",
            f"{what[0]}应为文本，实际是{type(result).__name__}",
            f"{what[1]} must be a text, not {type(result).__name__}",
        )
    return str(result)


def assign(session: Session, scope: Scope, token: Token | None, values: Mapping[str, Wire]) -> None:
    """Set variables, each at the nearest place that has its name, else in the process.

    The order of the effects follows from the names alone: a scope read back has its variables in another order
    than one that is still in memory.
    """
    by_scope: dict[int, dict[str, Wire]] = {}
    by_token: dict[tuple[int, int], dict[str, Wire]] = {}
    for name, value in sorted(values.items()):
        target_scope, target_token = _holder(session, scope, token, name)
        if target_token is not None:
            by_token.setdefault((target_scope.id, target_token.id), {})[name] = value
        else:
            by_scope.setdefault(target_scope.id, {})[name] = value
    for (scope_id, token_id), group in by_token.items():
        session.emit(["own", scope_id, token_id, group])
    for scope_id, group in by_scope.items():
        session.emit(["var", scope_id, group])


def _holder(session: Session, scope: Scope, token: Token | None, name: str) -> tuple[Scope, Token | None]:
    while True:
        if token is not None and token.variables and name in token.variables:
            return scope, token
        if name in scope.variables or scope.kind == PROCESS or scope.parent is None:
            return scope, None
        owner = scope.owner
        scope = session.state.scopes[scope.parent]
        token = scope.tokens.get(owner) if owner is not None else None


def set_path(
    values: dict[str, Wire], path: tuple[str, ...], value: Wire, outside: View | None = None
) -> None:
    """Put a value under a dotted path into `values`, keeping what a context already holds beside it.

    outside: where a context that `values` does not hold yet is taken from.
    """
    if len(path) == 1:
        values[path[0]] = value
        return
    head = path[0]
    current = values.get(head) if head in values or outside is None else outside.wire_of(head)
    here = values[head] = dict(current) if isinstance(current, dict) else {}
    for name in path[1:-1]:
        below = here.get(name)
        here[name] = dict(below) if isinstance(below, dict) else {}
        here = here[name]
    here[path[-1]] = value


def _shorten(text: str) -> str:
    return text if len(text) <= 120 else text[:117] + "..."
