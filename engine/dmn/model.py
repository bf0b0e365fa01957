"""A decision model, ready to evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import DecimalException
from typing import Any

from engine.dmn.elements import Decision, DecisionService, InputData, Key, Knowledge
from engine.dmn.evaluation import Evaluation
from engine.dmn.findings import DmnFinding
from engine.dmn.item_definitions import ItemTypes
from engine.dmn.ordering import in_order
from engine.dmn.table_text import TableText
from engine.errors import NotFound
from engine.feel import Environment, FeelBudgetError, Type
from engine.feel.bounds import check_result
from engine.feel.run import Run
from engine.feel.types import ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """What a decision came to.

    trace: one entry for each decision evaluated, in that order, made of what JSON knows:
    `{"decision": id, "name": …, "inputs": {name: value}, "rules": [{"table": id, "inputs": [value], "matched":
    [{"index": 1, "id": …}]}], "output": value}`, values in their canonical wire form, those of a table by column.
    """

    value: Any
    trace: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The elements of a model and of those it imports, by key."""

    namespace: str
    inputs: dict[Key, InputData] = field(default_factory=dict)
    decisions: dict[Key, Decision] = field(default_factory=dict)
    services: dict[Key, DecisionService] = field(default_factory=dict)
    knowledge: dict[Key, Knowledge] = field(default_factory=dict)
    tables: dict[str, dict[str, TableText]] = field(default_factory=dict)
    """The texts of decision tables by namespace and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionModel:
    """One DMN file: `findings` are the warnings of reading it."""

    file: str
    name: str
    namespace: str
    graph: Graph
    types: ItemTypes
    findings: tuple[DmnFinding, ...]

    @property
    def decisions(self) -> dict[str, str]:
        """Names of the model's own decisions by id."""
        return {key[1]: one.name for key, one in self.graph.decisions.items() if key[0] == self.namespace}

    @property
    def services(self) -> dict[str, str]:
        """Names of the model's own decision services by id."""
        return {key[1]: one.name for key, one in self.graph.services.items() if key[0] == self.namespace}

    def table(self, table_id: str) -> TableText | None:
        """The text of a table that a trace names: one of the model's own, else of one it imports."""
        tables = self.graph.tables
        own = tables.get(self.namespace, {}).get(table_id)
        return own or next((one[table_id] for one in tables.values() if table_id in one), None)

    def inputs(self, decision_id: str) -> dict[str, Type]:
        """Names and types of the input data that a decision needs, directly or through other decisions."""
        found: dict[str, Type] = {}
        order, _ = in_order(self.graph.decisions, [self._decision(decision_id)])
        for key in order:
            for needed in self.graph.decisions[key].requires.inputs:
                data = self.graph.inputs[needed.key]
                found.setdefault(data.name, data.kind)
        return found

    def required(self, decision_id: str) -> frozenset[str]:
        """The ids of the model's own decisions that deciding one takes, itself included."""
        order, _ = in_order(self.graph.decisions, [self._decision(decision_id)])
        return frozenset(key[1] for key in order if key[0] == self.namespace)

    def output(self, decision_id: str) -> Type:
        """The type of a decision's output as the model states it; Any when it does not."""
        return self.types.names.resolve(self.graph.decisions[self._decision(decision_id)].kind) or ANY

    def evaluate(self, decision_id: str, inputs: Mapping[str, Any], env: Environment) -> DecisionResult:
        """Decide, by id or else by name.

        inputs: values by name of the input data; expressions may read further names from it, as modelers without
        input data elements expect. What cannot be computed is null, its reason in `env.warnings`; the budget of
        `env` covers the whole evaluation. Raises NotFound, FeelBudgetError.
        """
        key = self._decision(decision_id)
        return self._run(env, lambda evaluation: evaluation.decide(key), inputs)

    def evaluate_service(
        self, service_id: str, inputs: Mapping[str, Any], env: Environment
    ) -> DecisionResult:
        """Invoke a decision service by id or name; `inputs` by name of its input data and input decisions."""
        key = _find(self.graph.services, service_id, self.namespace)
        return self._run(env, lambda evaluation: evaluation.serve(key), inputs)

    def _decision(self, decision_id: str) -> Key:
        return _find(self.graph.decisions, decision_id, self.namespace)

    def _run(self, env: Environment, work: Any, inputs: Mapping[str, Any]) -> DecisionResult:
        run = Run(env)
        evaluation = Evaluation(graph=self.graph, types=self.types, given=inputs, run=run)
        try:
            value = check_result(work(evaluation), run)
        except DecimalException:
            value = run.null("value.foreign", "Decimal")
        except RecursionError:
            raise FeelBudgetError("depth", env.budget.depth) from None
        return DecisionResult(value=value, trace=tuple(evaluation.trace))


def _find(
    elements: Mapping[Key, Decision] | Mapping[Key, DecisionService], wanted: str, namespace: str
) -> Key:
    if (namespace, wanted) in elements:
        return namespace, wanted
    for key, one in elements.items():
        if key[0] == namespace and one.name == wanted:
            return key
    raise NotFound(message_zh=f"没有决策“{wanted}”", message_en=f"there is no decision '{wanted}'")
