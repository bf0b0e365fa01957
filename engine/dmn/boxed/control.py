"""Boxed conditionals, filters and iterations (DMN 1.5, 10.2.2)."""

from __future__ import annotations

from typing import Any

from engine.dmn.boxed.reading import BoxReader, Surroundings, nothing
from engine.dmn.source import Element, child, local_name
from engine.feel.compiler.iteration import items_of
from engine.feel.compiler.paths import select_items
from engine.feel.run import Code, Scope, Truth
from engine.feel.values import kind_of

_ITEM_STEPS = 8
"""What one round of a boxed iteration costs, beside what its parts pay themselves."""


def _part(reader: BoxReader, element: Element, name: str, around: Surroundings) -> Code:
    found = child(element, name)
    if found is None:
        reader.findings.add("dmn.expression-missing", around.place, f"缺少“{name}”", f"'{name}' is missing")
        return nothing
    return reader.below(found, around)


def conditional(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """`if`, `then`, `else`."""
    condition = _part(reader, element, "if", around)
    then, otherwise = _part(reader, element, "then", around), _part(reader, element, "else", around)

    def choose(scope: Scope) -> Any:
        value = condition(scope)
        if value is True:
            return then(scope)
        if value is not False and value is not None:
            scope.run.null("condition.kind", kind_of(value))
        return otherwise(scope)

    return choose


def filtered(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """`in` filtered by `match`."""
    source = _part(reader, element, "in", around)
    match = _part(reader, element, "match", around.knowing("item"))

    def select(scope: Scope) -> Any:
        return select_items(source(scope), match, _ITEM_STEPS, scope, may_be_index=True)

    return select


def iteration(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """`for`: the list of results of `return`; `partial` holds those so far."""
    variable = element.get("iteratorVariable", "")
    domain = _part(reader, element, "in", around)
    body = _part(reader, element, "return", around.knowing(variable, "partial"))
    wants_partial = "partial" in "".join(element.itertext())

    def collect(scope: Scope) -> Any:
        run = scope.run
        values = items_of(domain(scope), run)
        if values is None:
            return None
        results: list[Any] = []
        for value in values:
            run.charge(_ITEM_STEPS)
            bound = {variable: value}
            if wants_partial:
                run.charge(len(results))
                bound["partial"] = list(results)
            results.append(body(Scope(bound, scope, run)))
            run.fits(len(results))
        return results

    return collect


def quantified(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """`some`, `every`."""
    deciding = local_name(element) == "some"
    variable = element.get("iteratorVariable", "")
    domain = _part(reader, element, "in", around)
    condition = _part(reader, element, "satisfies", around.knowing(variable))

    def decide(scope: Scope) -> Truth:
        values = items_of(domain(scope), scope.run)
        if values is None:
            return None
        answer: Truth = not deciding
        for value in values:
            scope.run.charge(_ITEM_STEPS)
            holds = condition(Scope({variable: value}, scope, scope.run))
            if holds is deciding:
                return deciding
            if type(holds) is not bool:
                answer = None
        return answer

    return decide
