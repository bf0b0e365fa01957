"""Boxed contexts, relations and lists (DMN 1.5, 10.2.1.4, 10.2.1.5, 10.2.1.6)."""

from __future__ import annotations

from typing import Any

from engine.dmn.boxed.reading import EXPRESSIONS, BoxReader, Surroundings
from engine.dmn.source import Element, child, children
from engine.feel.run import Code, Scope


def context(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """Named entries, each seeing those before it; an entry without a name is the result instead."""
    entries: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in children(element, "contextEntry"):
        variable = child(entry, "variable")
        code = reader.below(entry, around)
        if variable is None:
            result = code
            continue
        name = variable.get("name", "")
        entries.append((name, reader.fitted(code, reader.type_of(variable))))
        around = around.knowing(name)

    def build(scope: Scope) -> Any:
        made: dict[str, Any] = {}
        inner = Scope(made, scope, scope.run)
        scope.run.charge(len(entries))
        for name, code in entries:
            made[name] = code(inner)
        return made if result is None else result(inner)

    return build


def relation(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A list of contexts with the same entries, written as rows."""
    columns = [(one.get("name", ""), reader.type_of(one)) for one in children(element, "column")]
    rows: list[list[Code]] = []
    for row in children(element, "row"):
        cells = [reader.read(cell, around) for cell in children(row, *EXPRESSIONS)]
        if len(cells) != len(columns):
            reader.findings.add(
                "dmn.relation-row", around.inside(row).place,
                f"关系表的行应有 {len(columns)} 格，实有 {len(cells)} 格",
                f"a row has {len(cells)} cells, the relation {len(columns)} columns",
            )  # fmt: skip
        rows.append([reader.fitted(cell, kind) for cell, (_, kind) in zip(cells, columns, strict=False)])
    names = [name for name, _ in columns]

    def build(scope: Scope) -> Any:
        scope.run.charge(len(rows) * len(names))
        return [{name: cell(scope) for name, cell in zip(names, row, strict=False)} for row in rows]

    return build


def boxed_list(reader: BoxReader, element: Element, around: Surroundings) -> Code:
    """A list of boxed expressions."""
    items = [reader.read(item, around) for item in children(element, *EXPRESSIONS)]

    def build(scope: Scope) -> Any:
        scope.run.charge(len(items))
        return [item(scope) for item in items]

    return build
