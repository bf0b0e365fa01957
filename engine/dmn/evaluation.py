"""One evaluation of a decision requirements graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.canonical import to_wire
from engine.dmn.elements import Decision, DecisionService, Key, Needed, Requirements
from engine.dmn.item_definitions import ItemTypes
from engine.dmn.ordering import in_order
from engine.errors import InvalidInput
from engine.feel import Function, to_text
from engine.feel.bounds import CHARACTERS_PER_ELEMENT
from engine.feel.run import NullResult, Run, Scope

if TYPE_CHECKING:
    from engine.dmn.model import Graph

SERVICE_LEVELS = 24
"""Nesting levels one call of a decision service is counted as."""


class Evaluation:
    """Decides what is asked and remembers it; records each decision in `trace`.

    given: values by name. fixed: values by key that need not be decided: the arguments of a decision service.
    """

    def __init__(
        self, *, graph: Graph, types: ItemTypes, given: Mapping[str, Any], run: Run,
        fixed: Mapping[Key, Any] | None = None, trace: list[dict[str, Any]] | None = None,
    ) -> None:  # fmt: skip
        self._graph = graph
        self._types = types
        self._given = given
        self._run = run
        self._outermost = Scope(given, None, run)
        self._values: dict[Key, Any] = dict(fixed or {})
        self.trace: list[dict[str, Any]] = [] if trace is None else trace

    def decide(self, key: Key) -> Any:
        """The value of a decision, after all decisions it needs."""
        order, _ = in_order(self._graph.decisions, [key], self._values)
        for one in order:
            self._values[one] = self._decide_one(self._graph.decisions[one])
        return self._values.get(key)

    def serve(self, key: Key) -> Any:
        """The value of a decision service whose input data and input decisions are given by name."""
        service = self._graph.services[key]
        for wanted in service.inputs:
            if wanted in self._graph.decisions:
                decision = self._graph.decisions[wanted]
                self._values[wanted] = self._types.fit(
                    self._given.get(decision.name), decision.kind, self._outermost
                )
        return self._service_value(service)

    def call_service(self, key: Key, arguments: list[Any]) -> Any:
        """The value of a decision service for arguments in order, in an evaluation of its own."""
        service = self._graph.services[key]
        fixed: dict[Key, Any] = {}
        for wanted, value in zip(service.inputs, arguments, strict=True):
            kind = (self._graph.inputs.get(wanted) or self._graph.decisions[wanted]).kind
            fitted = self._types.fit(value, kind, self._outermost)
            if fitted is None and value is not None:
                return None
            fixed[wanted] = fitted
        self._run.enter(SERVICE_LEVELS)
        inner = Evaluation(
            graph=self._graph, types=self._types, given={}, run=self._run, fixed=fixed, trace=self.trace
        )
        value = inner._service_value(service)
        self._run.leave(SERVICE_LEVELS)
        return value

    def _service_value(self, service: DecisionService) -> Any:
        values = {self._graph.decisions[key].name: self.decide(key) for key in service.outputs}
        value = next(iter(values.values()), None) if len(values) == 1 else values
        return self._types.fit(value, service.kind, self._outermost)

    def _decide_one(self, decision: Decision) -> Any:
        run = self._run
        run.charge(1)
        bindings = self._bindings(decision.requires)
        matched: list[dict[str, Any]] = []
        outer, run.observer = run.observer, _observer(matched, run)
        value = decision.code(Scope(bindings, self._outermost, run))
        value = self._types.fit(value, decision.kind, self._outermost)
        run.observer = outer
        self.trace.append(
            {
                "decision": decision.identifier,
                "name": decision.name,
                "inputs": {
                    ".".join(filter(None, (needed.prefix, needed.name))): plain(needed.read(bindings), run)
                    for needed in (*decision.requires.inputs, *decision.requires.decisions)
                },
                "rules": matched,
                "output": plain(value, run),
            }
        )
        return value

    def _bindings(self, requires: Requirements) -> dict[str, Any]:
        bindings: dict[str, Any] = {}
        for needed in requires.knowledge:
            needed.bind(bindings, self._function(needed.key))
        for needed in requires.inputs:
            needed.bind(bindings, self._input(needed))
        for needed in requires.decisions:
            needed.bind(bindings, self._values.get(needed.key))
        return bindings

    def _input(self, needed: Needed) -> Any:
        key = needed.key
        if key not in self._values:
            data = self._graph.inputs[key]
            self._values[key] = self._types.fit(
                self._given_value(needed.prefix, data.name), data.kind, self._outermost
            )
        return self._values[key]

    def _given_value(self, prefix: str, name: str) -> Any:
        """What was given for input data: by its name, or for an imported one inside what its import is called."""
        if prefix and name not in self._given:
            below = self._given.get(prefix)
            return below.get(name) if isinstance(below, Mapping) else None
        return self._given.get(name)

    def _function(self, key: Key) -> Function:
        knowledge = self._graph.knowledge.get(key)
        return knowledge.function if knowledge is not None else self.service_function(key)

    def service_function(self, key: Key) -> Function:
        """A decision service as a function of its input data and input decisions."""
        service = self._graph.services[key]
        names = tuple(
            (self._graph.inputs.get(one) or self._graph.decisions[one]).name for one in service.inputs
        )

        def call(run: Run, values: list[Any]) -> Any:
            if len(values) != len(names):
                return run.null("function.arguments", service.name)
            return self.call_service(key, values)

        return Function(name=service.name, parameters=names, call=call)


def _observer(matched: list[dict[str, Any]], run: Run) -> Any:
    def observe(table: str, values: list[Any], rules: list[tuple[int, str]]) -> None:
        matched.append(
            {
                "table": table,
                "inputs": [plain(value, run) for value in values],
                "matched": [{"index": index, "id": identifier} for index, identifier in rules],
            }
        )

    return observe


def plain(value: Any, run: Run) -> Any:
    """The canonical wire form of a value; as text when it has none (functions, ranges, extended dates)."""
    try:
        return to_wire(value, max_size=run.size * (1 + CHARACTERS_PER_ELEMENT))
    except InvalidInput:
        try:
            return to_text(value, run)
        except NullResult:
            return None
