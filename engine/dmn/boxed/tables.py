"""Decision tables: reading and evaluating them (DMN 1.5, 8.2 and 8.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from engine.dmn.boxed.reading import BoxReader, Surroundings, nothing
from engine.dmn.findings import Place
from engine.dmn.hit_policies import Aggregation, HitPolicy, Output, decide
from engine.dmn.source import Element, child, children, place_of, text_of
from engine.dmn.table_checks import Cell, TableShape, check_table
from engine.dmn.table_text import table_text
from engine.feel import FeelSyntaxError, Type, UnaryTests, compile_unary_tests, syntax
from engine.feel.compiler.tests import Test
from engine.feel.parser import parse_expression
from engine.feel.run import Code, Scope

_LITERALS = (
    syntax.StringLiteral,
    syntax.NumberLiteral,
    syntax.BooleanLiteral,
    syntax.AtLiteral,
    syntax.NullLiteral,
)
_POLICIES = {policy.value: policy for policy in HitPolicy}
_AGGREGATIONS = {one.value: one for one in Aggregation}


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input column."""

    label: str
    code: Code
    kind: Type
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: its tests and its outputs.

    tests: column, test and weight of each cell that does not accept everything.
    """

    identifier: str
    index: int
    tests: tuple[tuple[int, Test, int], ...]
    outputs: tuple[Code, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A decision table, ready to evaluate; `height`: levels of its highest cell."""

    identifier: str
    name: str
    policy: HitPolicy
    aggregation: Aggregation | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    defaults: tuple[Code | None, ...]
    height: int


def decision_table(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A decision table's closure."""
    table = _TableReader(reader, element, around).read()
    types = reader.types

    def evaluate(scope: Scope) -> Any:
        run = scope.run
        run.charge(len(table.inputs) + len(table.rules))
        values = [types.fit(one.code(scope), one.kind, scope) for one in table.inputs]
        for one, value in zip(table.inputs, values, strict=True):
            if (
                one.allowed is not None
                and value is not None
                and one.allowed.test_in(value, scope) is not True
            ):
                run.null("decision.input", table.name)
        run.enter(table.height)
        matched = _matching(table.rules, values, scope)
        run.leave(table.height)
        if run.observer is not None:
            run.observer(table.identifier, values, [(rule.index, rule.identifier) for rule in matched])
        if not matched:
            return _default(table, scope)
        rows = [tuple(output(scope) for output in rule.outputs) for rule in matched]
        return decide(table.policy, table.aggregation, table.outputs, rows, table.name, scope, types)

    return evaluate


def _matching(rules: tuple[Rule, ...], values: list[Any], scope: Scope) -> list[Rule]:
    """The rules whose tests all hold."""
    matched = []
    spent = 0
    for rule in rules:
        for column, test, weight in rule.tests:
            spent += weight
            if test(values[column], scope) is not True:
                break
        else:
            matched.append(rule)
    scope.run.charge(spent)
    return matched


def _default(table: Table, scope: Scope) -> Any:
    if all(one is None for one in table.defaults):
        return 0 if table.aggregation is Aggregation.COUNT else None
    row = tuple(None if one is None else one(scope) for one in table.defaults)
    if len(table.outputs) == 1:
        return row[0]
    return {output.name: value for output, value in zip(table.outputs, row, strict=True)}


class _TableReader:
    """Reads one table; findings carry row and column."""

    def __init__(self, reader: BoxReader, element: Element, around: Surroundings) -> None:
        self._reader = reader
        self._element = element
        self._around = around
        self._results: list[tuple[syntax.Node | None, ...]] = []
        self._places: list[tuple[Place, ...]] = []
        self._orders: list[tuple[syntax.Node, ...]] = []

    def read(self) -> Table:
        reader, element, around = self._reader, self._element, self._around
        policy, aggregation = self._policy()
        inputs = tuple(
            self._input(one, index) for index, one in enumerate(children(element, "input"), start=1)
        )
        output_elements = list(children(element, "output"))
        outputs = tuple(self._output(one, around) for one in output_elements)
        if not outputs:
            reader.findings.add(
                "dmn.output-missing", around.place, "决策表没有输出列", "the decision table has no output"
            )
        if policy in (HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER) and not any(one.order for one in outputs):
            reader.findings.warn(
                "dmn.output-order", around.place,
                "PRIORITY 与 OUTPUT ORDER 需要列出输出值的次序",
                "PRIORITY and OUTPUT ORDER need the output values in their order",
            )  # fmt: skip
        rules, cells = self._rules(inputs, outputs)
        defaults = tuple(self._default_entry(one) for one in output_elements)
        table = Table(
            identifier=element.get("id") or around.place.element or "",
            name=around.name,
            policy=policy,
            aggregation=aggregation,
            inputs=inputs,
            outputs=outputs,
            rules=tuple(rules),
            defaults=defaults,
            height=max((cell.height for row in cells for cell in row if cell is not None), default=0),
        )
        shape = TableShape(
            policy=policy,
            columns=tuple(one.label for one in inputs),
            kinds=tuple(one.kind.name for one in inputs),
            allowed=tuple(self._allowed_tree(one) for one in inputs),
            rows=tuple(cells),
            outputs=tuple(self._results),
            ranks=tuple(self._rank(row) for row in self._results),
            places=tuple(self._places),
            has_default=any(one is not None for one in defaults),
        )
        check_table(shape, reader.findings, around.place)
        reader.tables[table.identifier] = table_text(element, table.identifier, around.name, policy.value)
        return table

    def _policy(self) -> tuple[HitPolicy, Aggregation | None]:
        written = " ".join(self._element.get("hitPolicy", "UNIQUE").replace("_", " ").upper().split())
        policy = _POLICIES.get(written)
        if policy is None:
            self._reader.findings.add(
                "dmn.hit-policy", self._around.place,
                f"命中策略“{written}”不存在", f"'{written}' is no hit policy",
            )  # fmt: skip
            policy = HitPolicy.UNIQUE
        named = self._element.get("aggregation", "").upper()
        aggregation = _AGGREGATIONS.get(named)
        if named and (aggregation is None or policy is not HitPolicy.COLLECT):
            self._reader.findings.add(
                "dmn.hit-policy", self._around.place,
                f"汇总方式“{named}”只能是 SUM、MIN、MAX、COUNT 且只用于 COLLECT",
                f"the aggregation '{named}' must be SUM, MIN, MAX or COUNT, and of COLLECT",
            )  # fmt: skip
            aggregation = None
        return policy, aggregation

    def _input(self, element: Element, column: int) -> Input:
        around = self._at(element, column=column)
        written = child(element, "inputExpression")
        code: Code = nothing
        text = " ".join(text_of(written).split())
        if written is None or not text:
            self._reader.findings.add(
                "dmn.expression-missing", around.place, "输入列缺少表达式", "the input has no expression"
            )
        else:
            self._reader.check_language(written, around)
            code = self._reader.expression_code(text_of(written), around)
        kind = self._reader.type_of(written if written is not None else element)
        return Input(
            label=element.get("label") or text,
            code=code,
            kind=kind,
            allowed=self._tests(child(element, "inputValues"), around),
        )

    def _output(self, element: Element, around: Surroundings) -> Output:
        kind = self._reader.type_of(element)
        values = child(element, "outputValues")
        order: tuple[Code, ...] = ()
        allowed = self._tests(values, around)
        ranked = allowed if allowed is not None else self._reader.types.allowed_of(kind)
        self._orders.append(() if ranked is None else ranked.tree.tests)
        if ranked is not None:
            order = tuple(self._reader.compile_node(test) for test in ranked.tree.tests)
        return Output(name=element.get("name", ""), kind=kind, allowed=allowed, order=order)

    def _default_entry(self, element: Element) -> Code | None:
        entry = child(element, "defaultOutputEntry")
        text = text_of(entry)
        if entry is None or not text.strip():
            return None
        return self._reader.fitted(
            self._reader.expression_code(text, self._at(entry)), self._reader.type_of(element)
        )

    def _tests(self, element: Element | None, around: Surroundings) -> UnaryTests | None:
        text = text_of(element)
        if element is None or not text.strip():
            return None
        try:
            found = compile_unary_tests(text, names=around.names, types=self._reader.types.names)
        except FeelSyntaxError as error:
            self._reader.findings.syntax(error, place_of(element, around.place))
            return None
        return found if found.tree.tests else None

    def _at(self, element: Element, *, row: int | None = None, column: int | None = None) -> Surroundings:
        place = place_of(element, self._around.place)
        return replace(self._around, place=replace(place, row=row, column=column))

    def _rules(
        self, inputs: tuple[Input, ...], outputs: tuple[Output, ...]
    ) -> tuple[list[Rule], list[list[Cell]]]:
        rules: list[Rule] = []
        shape: list[list[Cell]] = []
        for row, element in enumerate(children(self._element, "rule"), start=1):
            entries = list(children(element, "inputEntry"))
            results = list(children(element, "outputEntry"))
            self._check_width(element, row, (len(entries), len(inputs)), (len(results), len(outputs)))
            tests = [
                self._tests(entry, self._at(entry, row=row, column=column))
                for column, entry in enumerate(entries[: len(inputs)], start=1)
            ]
            self._results.append(tuple(self._tree(one) for one in results[: len(outputs)]))
            self._places.append(
                tuple(
                    self._at(entry, row=row, column=column).place
                    for column, entry in enumerate(entries[: len(inputs)], start=1)
                )
            )
            rules.append(
                Rule(
                    identifier=element.get("id", ""),
                    index=row,
                    tests=tuple(
                        (column, test.compiled, test.weight)
                        for column, test in enumerate(tests)
                        if test is not None
                    ),
                    outputs=tuple(
                        self._result(results[at], output, row, len(inputs) + at + 1)
                        if at < len(results)
                        else nothing
                        for at, output in enumerate(outputs)
                    ),
                )
            )
            shape.append([None if test is None else test.tree for test in tests])
        return rules, shape

    def _allowed_tree(self, one: Input) -> syntax.Tests | None:
        """What an input can be: the column's values, else the allowed values of its type."""
        allowed = one.allowed or self._reader.types.allowed_of(one.kind)
        return None if allowed is None else allowed.tree

    def _tree(self, element: Element) -> syntax.Node | None:
        """An output cell to compare with others; None when it is open or does not parse."""
        try:
            return parse_expression(text_of(element), self._around.names)
        except FeelSyntaxError:
            return None

    def _rank(self, row: tuple[syntax.Node | None, ...]) -> tuple[int, ...] | None:
        """The place of a rule's results in the order of the output values; None when they are computed."""
        ranks = []
        for node, order in zip(row, self._orders, strict=False):
            if not order:
                ranks.append(0)
            elif node is None or isinstance(node, _LITERALS):
                ranks.append(order.index(node) if node in order else len(order))
            else:
                return None
        return tuple(ranks)

    def _check_width(self, element: Element, row: int, *found_and_wanted: tuple[int, int]) -> None:
        if any(found != wanted for found, wanted in found_and_wanted):
            self._reader.findings.add(
                "dmn.rule-width", self._at(element, row=row).place,
                f"第 {row} 条规则的格数与列数不符", f"rule {row} does not have one entry for each column",
            )  # fmt: skip

    def _result(self, element: Element, output: Output, row: int, column: int) -> Code:
        text = text_of(element)
        if not text.strip():
            return nothing
        around = self._at(element, row=row, column=column)
        return self._reader.fitted(self._reader.expression_code(text, around), output.kind)
