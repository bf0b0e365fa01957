"""A decision table goes into a spreadsheet and comes back as it was, or as somebody changed it; what is wrong is told."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from engine.dmn import parse, read
from engine.dmn.table_csv import from_csv, to_csv
from engine.dmn.table_rows import NAME, tables, with_rows
from engine.errors import InvalidInput, NotFound
from tests.unit.dmn.models import environment

ROOT = Path(__file__).parents[3]
TABLES = [
    file
    for file in sorted((ROOT / "bpmn").glob("*/*.dmn"))
    if file.read_text("utf-8").count("<decisionTable") == 1
]
ROUTING = ROOT / "bpmn/intake/intake_routing.dmn"


def lines(data: bytes) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def written(rows: list[list[str]]) -> bytes:
    """Cells as a CSV file."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode()


def routed(data: bytes, category: str) -> Any:
    """Where a category goes."""
    return parse(data, file="r.dmn").evaluate("intake_routing", {"category": category}, environment()).value


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.stem)
def test_unchanged_it_says_the_same(file: Path) -> None:
    data = file.read_bytes()
    again = from_csv(data, to_csv(data, file=file.name), file=file.name)
    assert to_csv(again, file=file.name) == to_csv(data, file=file.name)
    assert [each.rule for each in read(again, file=file.name).findings] == [
        each.rule for each in read(data, file=file.name).findings
    ]


def test_a_changed_route_is_taken() -> None:
    data = ROUTING.read_bytes()
    rows = [[*row] for row in lines(to_csv(data, file="r.dmn"))]
    lead = rows[0].index("牵头")
    for row in rows[1:]:
        if '"property"' in row:
            row[lead] = '"物业办"'
    changed = from_csv(data, written(rows), file="r.dmn")
    assert routed(changed, "property")["lead"] == "物业办"
    assert routed(changed, "family") == routed(data, "family")


def test_a_new_row_is_a_new_rule_and_a_row_left_out_is_gone() -> None:
    data = ROUTING.read_bytes()
    head, first, *rest = lines(to_csv(data, file="r.dmn"))
    new = ["宠物", '"pets"', "true", '"城管局"', "", ""]
    changed = from_csv(data, written([head, new, *rest]), file="r.dmn")
    assert routed(changed, "pets")["lead"] == "城管局"
    assert routed(changed, "family") == routed(data, "nobody knows it")
    assert first[0] == "婚姻家庭"


def test_wrong_columns_and_wrong_rules_are_told() -> None:
    data = ROUTING.read_bytes()
    rows = lines(to_csv(data, file="r.dmn"))
    with pytest.raises(InvalidInput, match="各列应为"):
        from_csv(data, written([row[:-1] for row in rows]), file="r.dmn")
    with pytest.raises(InvalidInput, match="各列应为"):
        from_csv(data, b"", file="r.dmn")
    with pytest.raises(InvalidInput, match="UTF-8"):
        from_csv(data, "说明".encode("gb18030"), file="r.dmn")
    rows[3][2] = "tru("
    with pytest.raises(InvalidInput, match="第3条“责任单位明确”一格："):
        from_csv(data, written(rows), file="r.dmn")


def test_a_table_that_is_not_there_is_told() -> None:
    with pytest.raises(NotFound, match="找不到"):
        to_csv(ROUTING.read_bytes(), file="r.dmn", decision="nothing")


def test_the_first_column_names_the_rule() -> None:
    assert lines(to_csv(ROUTING.read_bytes(), file="r.dmn"))[0][0] == NAME


def test_rules_without_a_name_are_replaced_too_each_with_an_id_of_its_own() -> None:
    data = ROUTING.read_bytes()
    (table,) = tables(data, file="r.dmn")
    rows = [["", *row[1:]] for row in table.rows]
    nameless = with_rows(data, rows, file="r.dmn")
    again = with_rows(nameless, rows[:2], file="r.dmn")
    assert [list(row) for row in tables(again, file="r.dmn")[0].rows] == rows[:2]
    found = re.findall(r'<rule id="([^"]+)"', nameless.decode())
    assert len(found) == len(set(found)) == len(rows)
