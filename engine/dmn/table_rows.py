"""The rules of a decision table as rows of cells, and rules put in their place; the rest of the model stays as it is.

A row is a rule: its name, what each input must be, what each output is, as FEEL. Rules keep their ids by their names.
What comes back is checked like any model before it is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from engine.dmn.findings import DmnErrors, DmnFinding, Severity
from engine.dmn.reading import parse
from engine.errors import InvalidInput, NotFound
from engine.markup import read as read_xml

NAME: Final = "说明"
ANYTHING: Final = "-"
"""An input that does not matter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRows:
    """A table as rows. decision, name: of the decision it belongs to. policy: which of several rules that hold counts.

    columns: the name of the rule first, then `inputs` of them are inputs, the rest outputs.
    """

    decision: str
    name: str
    policy: str
    columns: tuple[str, ...]
    inputs: int
    rows: tuple[tuple[str, ...], ...]


def tables(data: bytes, *, file: str) -> list[TableRows]:
    """All decision tables of a model, in their order. Raises DmnErrors for a model that is none."""
    parse(data, file=file)
    return [_rows(decision, table) for decision, table in _decisions(read_xml(data, file=file))]


def table_rows(data: bytes, *, file: str, decision: str | None = None) -> TableRows:
    """One of them: the one of this decision, or the only one. Raises NotFound, DmnErrors."""
    parse(data, file=file)
    return _rows(*_table(read_xml(data, file=file), decision))


def with_rows(data: bytes, rows: Iterable[Sequence[str]], *, file: str, decision: str | None = None) -> bytes:
    """The model with these rules in place of a table's own.

    Raises NotFound, and InvalidInput for rows of another width and for rules that the model's checks refuse.
    """
    root = read_xml(data, file=file)
    _, table = _table(root, decision)
    width = len(_heads(table))
    known: dict[str, str] = {}
    for rule in _all(table, "rule"):
        known.setdefault(_text(rule, "description"), rule.get("id") or "")
        table.remove(rule)
    taken = set(known.values())
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise wrong_columns(_heads(table))
        own = known.pop(row[0], "") or _free(f"{table.get('id')}_rule_{number}", taken)
        taken.add(own)
        table.append(_rule(table, row, own))
    etree.indent(root, space="  ")
    changed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    _check(changed, file, _heads(table))
    return changed


def wrong_columns(heads: Sequence[str]) -> InvalidInput:
    """Rows that are not those of a table with these columns."""
    return InvalidInput(
        code="table.columns",
        message_zh=f"各列应为：{'、'.join(heads)}",
        message_en=f"the columns must be: {', '.join(heads)}",
    )


def _check(data: bytes, file: str, heads: Sequence[str]) -> None:
    try:
        parse(data, file=file)
    except DmnErrors as error:
        told = [each for each in error.findings if each.severity is Severity.ERROR][:5]
        raise InvalidInput(
            code="table.rules",
            message_zh="；".join(
                f"{_cell(each, heads, '第{}条', '“{}”一格')}：{each.message_zh}" for each in told
            ),
            message_en="; ".join(
                f"{_cell(each, heads, 'rule {}', ', “{}”')}: {each.message_en}" for each in told
            ),
        ) from error


def _cell(found: DmnFinding, heads: Sequence[str], row: str, column: str) -> str:
    """Which rule, and which cell of it where that is known."""
    named = "" if found.column is None or found.column >= len(heads) else heads[found.column]
    return row.format(found.row) + (column.format(named) if named else "")


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_new"
    return name


def _rule(table: etree._Element, row: Sequence[str], own: str) -> etree._Element:
    space = etree.QName(table).namespace
    rule = etree.Element(f"{{{space}}}rule", id=own)
    if row[0]:
        etree.SubElement(rule, f"{{{space}}}description").text = row[0]
    inputs = len(_all(table, "input"))
    for place, cell in enumerate(row[1:]):
        kind = "inputEntry" if place < inputs else "outputEntry"
        entry = etree.SubElement(rule, f"{{{space}}}{kind}", id=f"{own}_{place + 1}")
        text = cell.strip()
        etree.SubElement(entry, f"{{{space}}}text").text = text or (
            ANYTHING if kind == "inputEntry" else "null"
        )
    return rule


def _heads(table: etree._Element) -> list[str]:
    named = [*_all(table, "input"), *_all(table, "output")]
    return [NAME, *(each.get("label") or each.get("name") or "" for each in named)]


def _rows(decision: etree._Element, table: etree._Element) -> TableRows:
    return TableRows(
        decision=decision.get("id") or "",
        name=decision.get("name") or decision.get("id") or "",
        policy=table.get("hitPolicy") or "UNIQUE",
        columns=tuple(_heads(table)),
        inputs=len(_all(table, "input")),
        rows=tuple(_row(rule) for rule in _all(table, "rule")),
    )


def _row(rule: etree._Element) -> tuple[str, ...]:
    cells = [*_all(rule, "inputEntry"), *_all(rule, "outputEntry")]
    return (_text(rule, "description"), *(_text(cell, "text") for cell in cells))


def _decisions(root: etree._Element) -> Iterator[tuple[etree._Element, etree._Element]]:
    for decision in root.iter(f"{{{etree.QName(root).namespace}}}decision"):
        for table in _all(decision, "decisionTable"):
            yield decision, table


def _table(root: etree._Element, wanted: str | None) -> tuple[etree._Element, etree._Element]:
    found = [
        (decision, table)
        for decision, table in _decisions(root)
        if wanted in (None, decision.get("id"), decision.get("name"))
    ]
    if len(found) != 1:
        raise NotFound(
            code="table.unknown",
            message_zh="找不到这张表" if not found else "文件里有几张表，请用 --decision 指定",
            message_en="there is no such table"
            if not found
            else "there are several tables: name one with --decision",
        )
    return found[0]


def _all(element: etree._Element, name: str) -> list[etree._Element]:
    space = etree.QName(element).namespace
    return list(element.findall(f"{{{space}}}{name}"))


def _text(element: etree._Element, name: str) -> str:
    texts: Iterable[etree._Element] = _all(element, name)
    return next((each.text or "" for each in texts), "").strip()
