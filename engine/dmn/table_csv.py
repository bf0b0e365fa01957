"""A decision table as a CSV file and back, for who edits routes and conditions in a spreadsheet.

A row is a rule: its name, what each input must be, what each output is, as FEEL. The rest of the model stays as it is;
rules keep their ids by their names. What comes back is checked like any model before it is taken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from lxml import etree

from engine.dmn.findings import DmnErrors, Severity
from engine.dmn.reading import parse
from engine.errors import InvalidInput, NotFound
from engine.markup import read as read_xml

NAME = "说明"
ANYTHING = "-"
"""An input that does not matter."""

_MARK = "\ufeff"


def to_csv(data: bytes, *, file: str, decision: str | None = None) -> bytes:
    """A table of a decision model as CSV. Raises NotFound, or DmnErrors for a model that is none."""
    parse(data, file=file)
    table = _table(read_xml(data, file=file), decision)
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([_heads(table), *(_row(rule) for rule in _all(table, "rule"))])
    return (_MARK + stream.getvalue()).encode("utf-8")


def from_csv(data: bytes, rows: bytes, *, file: str, decision: str | None = None) -> bytes:
    """The model with the rules of a CSV file in place of a table's own.

    Raises InvalidInput for columns that are not the table's and for rules that the model's checks refuse.
    """
    root = read_xml(data, file=file)
    table = _table(root, decision)
    heads, *found = _lines(rows) or [[]]
    if heads != _heads(table) or any(len(row) != len(heads) for row in found):
        raise InvalidInput(
            code="table.columns",
            message_zh=f"各列应为：{'、'.join(_heads(table))}",
            message_en=f"the columns must be: {', '.join(_heads(table))}",
        )
    known = {_text(rule, "description"): rule for rule in _all(table, "rule")}
    for rule in known.values():
        table.remove(rule)
    for number, row in enumerate(found, start=1):
        table.append(_rule(table, row, number, known))
    etree.indent(root, space="  ")
    changed: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"
    _check(changed, file)
    return changed


def _check(data: bytes, file: str) -> None:
    try:
        parse(data, file=file)
    except DmnErrors as error:
        told = [each for each in error.findings if each.severity is Severity.ERROR][:5]
        raise InvalidInput(
            code="table.rules",
            message_zh="；".join(f"第{each.row}条：{each.message_zh}" for each in told),
            message_en="; ".join(f"rule {each.row}: {each.message_en}" for each in told),
        ) from error


def _rule(
    table: etree._Element, row: Sequence[str], number: int, known: dict[str, etree._Element]
) -> etree._Element:
    space = etree.QName(table).namespace
    before = known.get(row[0])
    own = f"{table.get('id')}_rule_{number}" if before is None else str(before.get("id"))
    if before is None and any(rule.get("id") == own for rule in known.values()):
        own += "_new"
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


def _lines(rows: bytes) -> list[list[str]]:
    """The rows that hold anything. Raises InvalidInput for bytes that are no UTF-8."""
    try:
        text = rows.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(
            code="table.encoding", message_zh="文件须是 UTF-8", message_en="the file must be UTF-8"
        ) from None
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(cell.strip() for cell in row)]


def _heads(table: etree._Element) -> list[str]:
    named = [*_all(table, "input"), *_all(table, "output")]
    return [NAME, *(each.get("label") or each.get("name") or "" for each in named)]


def _row(rule: etree._Element) -> list[str]:
    cells = [*_all(rule, "inputEntry"), *_all(rule, "outputEntry")]
    return [_text(rule, "description"), *(_text(cell, "text") for cell in cells)]


def _table(root: etree._Element, decision: str | None) -> etree._Element:
    found = [
        table
        for element in root.iter(f"{{{etree.QName(root).namespace}}}decision")
        if decision in (None, element.get("id"), element.get("name"))
        for table in _all(element, "decisionTable")
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
