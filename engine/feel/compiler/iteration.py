"""`for`, `some` and `every` (DMN 1.5, 10.3.2.14 and table 48)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.feel import numbers, syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.run import Code, Run, Scope, Truth
from engine.feel.temporal import DATES, date_of_number, day_number
from engine.feel.values import Range, kind_of

_Source = tuple[str, Callable[[Scope], Iterable[Any] | None]]


def iteration(node: syntax.For, compiler: Compiler) -> Code:
    """`for … return`: the list of results; `partial` holds those so far."""
    sources = [_source(one, compiler) for one in node.iterators]
    body, weight = compiler.compile(node.body), node.body.weight
    wants_partial = _mentions(node.body, "partial")

    def collect(scope: Scope) -> Any:
        run = scope.run
        results: list[Any] = []
        for inner in _scopes(sources, 0, scope):
            if inner is None:
                return None
            run.charge(weight)
            if wants_partial:
                run.charge(len(results))
                inner = Scope({"partial": list(results)}, inner, run)
            results.append(body(inner))
            run.fits(len(results))
        return results

    return collect


def quantified(node: syntax.Quantified, compiler: Compiler) -> Code:
    """`some` is the disjunction of its conditions, `every` their conjunction."""
    sources = [_source(one, compiler) for one in node.iterators]
    condition, weight = compiler.compile(node.condition), node.condition.weight
    deciding = node.quantifier == "some"

    def decide(scope: Scope) -> Truth:
        answer: Truth = not deciding
        for inner in _scopes(sources, 0, scope):
            if inner is None:
                return None
            scope.run.charge(weight)
            value = condition(inner)
            if value is deciding:
                return deciding
            if type(value) is not bool:
                answer = None
        return answer

    return decide


def _mentions(node: syntax.Node, name: str) -> bool:
    if isinstance(node, syntax.Name) and node.name == name:
        return True
    return any(_mentions(child, name) for child in node.children())


def _scopes(sources: list[_Source], index: int, scope: Scope) -> Iterator[Scope | None]:
    """The scope of every combination, the last iterator fastest; None at one that cannot be iterated."""
    name, source = sources[index]
    values = source(scope)
    if values is None:
        yield None
        return
    last = index + 1 == len(sources)
    run = scope.run
    for value in values:
        run.charge(1)
        inner = Scope({name: value}, scope, run)
        if last:
            yield inner
        else:
            yield from _scopes(sources, index + 1, inner)


def _source(node: syntax.Iterator, compiler: Compiler) -> _Source:
    domain = compiler.compile(node.domain)
    if node.upto is None:
        return node.name, lambda scope: items_of(domain(scope), scope.run)
    upto = compiler.compile(node.upto)
    return node.name, lambda scope: _steps(domain(scope), upto(scope), scope.run)


def items_of(value: Any, run: Run) -> Iterable[Any] | None:
    """What an iteration over a value goes through; None, with the reason, for null and endless ranges."""
    if type(value) in (list, tuple):
        items: list[Any] = value
        return items
    if type(value) is Range:
        return _range_items(value, run)
    if value is None:
        run.null("iteration.kind", "null")
        return None
    return [value]


def _range_items(value: Range, run: Run) -> Iterable[Any] | None:
    """The whole numbers or days inside a range with both ends."""
    steps = _steps(value.start, value.end, run)
    if steps is None:
        return None
    return (
        step
        for step in steps
        if (value.start_included or step != value.start) and (value.end_included or step != value.end)
    )


def _steps(start: Any, end: Any, run: Run) -> Iterable[Any] | None:
    """Whole numbers or days from `start` to `end`, up or down, both included."""
    if (
        numbers.is_number(start)
        and numbers.is_number(end)
        and numbers.is_whole(start)
        and numbers.is_whole(end)
    ):
        first, last = numbers.whole(start), numbers.whole(end)
        return range(first, last + 1) if first <= last else range(first, last - 1, -1)
    if type(start) in DATES and type(end) in DATES:
        first, last = day_number(start), day_number(end)
        days = range(first, last + 1) if first <= last else range(first, last - 1, -1)
        return map(date_of_number, days)
    run.null("iteration.kind", f"{kind_of(start)}..{kind_of(end)}")
    return None
