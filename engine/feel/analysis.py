"""What an expression reads from outside: variables, dotted paths, functions."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.feel import syntax


@dataclass(slots=True)
class Reads:
    """Collected by one walk over a tree.

    Inside a filter a name may be an entry of the items, which only the evaluation knows: such a name counts as
    read, since it may also be a variable.
    """

    names: set[str] = field(default_factory=set)
    paths: set[tuple[str, ...]] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    outside_filters: set[str] = field(default_factory=set)
    _filters: int = 0

    def visit(self, node: syntax.Node, bound: frozenset[str]) -> None:
        """Add what `node` reads; `bound` are the names defined around it."""
        if isinstance(node, syntax.Name | syntax.Path):
            self._read(node, bound)
        elif isinstance(node, syntax.Call):
            self._call(node, bound)
        elif isinstance(node, syntax.Filter):
            self.visit(node.source, bound)
            self._filters += 1
            self.visit(node.predicate, bound | {"item"})
            self._filters -= 1
        elif isinstance(node, syntax.For):
            self.visit(node.body, self._iterators(node.iterators, bound) | {"partial"})
        elif isinstance(node, syntax.Quantified):
            self.visit(node.condition, self._iterators(node.iterators, bound))
        elif isinstance(node, syntax.FunctionDefinition):
            if not node.external:
                self.visit(node.body, bound | {parameter.name for parameter in node.parameters})
        elif isinstance(node, syntax.ContextLiteral):
            for entry in node.entries:
                self.visit(entry.value, bound)
                bound = bound | {entry.key}
        else:
            for child in node.children():
                self.visit(child, bound)

    def _read(self, node: syntax.Name | syntax.Path, bound: frozenset[str]) -> None:
        members: list[str] = []
        source: syntax.Node = node
        while isinstance(source, syntax.Path):
            members.append(source.member)
            source = source.source
        if not isinstance(source, syntax.Name):
            self.visit(source, bound)
        elif source.name not in bound:
            self.names.add(source.name)
            if not self._filters:
                self.outside_filters.add(source.name)
            self.paths.add((source.name, *reversed(members)))

    def _call(self, node: syntax.Call, bound: frozenset[str]) -> None:
        if isinstance(node.callee, syntax.Name):
            if node.callee.name not in bound:
                self.functions.add(node.callee.name)
        else:
            self.visit(node.callee, bound)
        for argument in node.arguments:
            self.visit(argument, bound)

    def _iterators(self, iterators: tuple[syntax.Iterator, ...], bound: frozenset[str]) -> frozenset[str]:
        for one in iterators:
            self.visit(one.domain, bound)
            if one.upto is not None:
                self.visit(one.upto, bound)
            bound = bound | {one.name}
        return bound
