"""Acting in a case as different people, by element."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import Refusal
from engine.state import WorkItem
from tests.support.driving import Case


def tasks_of(case: Case, element: str) -> list[WorkItem]:
    """The open tasks of an element, oldest first."""
    found = [
        item
        for scope in case.state.scopes.values()
        for item in scope.tasks.values()
        if item.element == element
    ]
    return sorted(found, key=lambda item: item.id)


def task(case: Case, element: str, which: int = 0) -> WorkItem:
    """An open task of an element."""
    return tasks_of(case, element)[which]


def do(case: Case, element: str, actor: str, **values: Any) -> None:
    """Complete the one open task of an element as somebody."""
    case.world.engine.complete(case.id, task(case, element).id, values, actor=actor)


def refused(case: Case, rule: str) -> Any:
    """Expect a refusal by a rule, and that it is in the log."""
    return _Refused(case, rule)


class _Refused:
    def __init__(self, case: Case, rule: str) -> None:
        self._case = case
        self._rule = rule
        self._raises = pytest.raises(Refusal)

    def __enter__(self) -> None:
        self._state = self._case.state.row()
        self._caught = self._raises.__enter__()

    def __exit__(self, *error: Any) -> Any:
        caught = self._raises.__exit__(*error)
        assert self._caught.value.rule == self._rule
        last = list(self._case.world.engine.queries.events(self._case.id))[-1]
        assert last.head.kind == "refused"
        assert last.open().input["rule"] == self._rule
        assert self._case.state.row() == self._state
        return caught


def prop(name: str, value: str) -> str:
    """The extension that gives an element a `bihuan:` property."""
    return props(**{name: value})


def props(**values: str) -> str:
    """The extension that gives an element several `bihuan:` properties."""
    written = "".join(
        f'<zeebe:property name="bihuan:{name}" value="{value}"/>' for name, value in values.items()
    )
    return f"<zeebe:properties>{written}</zeebe:properties>"
