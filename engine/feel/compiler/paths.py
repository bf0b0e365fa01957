"""Names, paths and filters (DMN 1.5, 10.3.2.5, 10.3.2.4 and tables 53 to 55)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel import numbers, syntax
from engine.feel.compiler.compile import Compiler
from engine.feel.functions import function_named
from engine.feel.properties import property_of
from engine.feel.run import Code, Run, Scope
from engine.feel.values import kind_of


def name(node: syntax.Name, _compiler: Compiler) -> Code:
    """A variable, looked up from the innermost scope outward; else a function of that name."""
    wanted = node.name

    def read(scope: Scope) -> Any:
        at: Scope | None = scope
        while at is not None:
            bindings = at.bindings
            if wanted in bindings:
                return bindings[wanted]
            at = at.parent
        function = function_named(wanted, scope.run)
        return scope.run.null("name.unknown", wanted) if function is None else function

    return read


def path(node: syntax.Path, compiler: Compiler) -> Code:
    """`source.member`: an entry of a context, a property, or the members of a list's items."""
    source, member = compiler.compile(node.source), node.member

    def step(scope: Scope) -> Any:
        value = source(scope)
        if type(value) is dict and member in value:
            return value[member]
        return member_of(value, member, scope.run)

    return step


def member_of(value: Any, member: str, run: Run) -> Any:
    """What `.member` gives on any value."""
    if isinstance(value, Mapping):
        return value[member] if member in value else run.null("member.missing", member)
    if type(value) in (list, tuple):
        run.charge(len(value))
        run.enter(2)
        found = [member_of(item, member, run) for item in value]
        run.leave(2)
        return found
    if value is None:
        return run.null("member.kind", member, "null")
    known, result = property_of(value, member)
    return result if known else run.null("member.kind", member, kind_of(value))


_BOOLEAN = (
    syntax.Comparison, syntax.Between, syntax.In, syntax.Logic, syntax.Quantified, syntax.InstanceOf,
    syntax.BooleanLiteral,
)  # fmt: skip


def filtered(node: syntax.Filter, compiler: Compiler) -> Code:
    """`source[predicate]`: by number an item, counted from 1 or from the end; else the items it holds for."""
    source, predicate = compiler.compile(node.source), compiler.compile(node.predicate)
    weight = node.predicate.weight
    may_be_index = not isinstance(node.predicate, _BOOLEAN)

    def select(scope: Scope) -> Any:
        return select_items(source(scope), predicate, weight, scope, may_be_index=may_be_index)

    return select


def select_items(value: Any, predicate: Code, weight: int, scope: Scope, *, may_be_index: bool) -> Any:
    """The items of a list (or the one value) that a filter selects; `weight` is what testing one costs."""
    items = value if type(value) in (list, tuple) else ([] if value is None else [value])
    run = scope.run
    if may_be_index:
        first = _item_scope(items[0], scope) if items else Scope({"item": None}, scope, run)
        index = predicate(first)
        if type(index) is int or type(index) is Decimal:
            return _item_at(items, index, run)
        if index is not None and type(index) is not bool:
            return run.null("filter.kind", kind_of(index))
    chosen = []
    for item in items:
        run.charge(weight)
        if predicate(_item_scope(item, scope)) is True:
            chosen.append(item)
    return chosen


def _item_scope(item: Any, scope: Scope) -> Scope:
    inner = Scope({"item": item}, scope, scope.run)
    return Scope(item, inner, scope.run) if isinstance(item, Mapping) else inner


def _item_at(items: Any, index: int | Decimal, run: Run) -> Any:
    if not numbers.is_whole(index):
        return run.null("filter.index", index, len(items))
    at = numbers.whole(index)
    if 1 <= at <= len(items):
        return items[at - 1]
    if -len(items) <= at <= -1:
        return items[at]
    return run.null("filter.index", at, len(items))
