"""Run the official DMN conformance kit and print what passes.

    python -m bench.tck [DIRECTORY] [--failures] [--json FILE]

The kit is not part of this project; DIRECTORY, else BIHUAN_TCK, else ../shared/tck, holds its
`compliance-level-2` and `compliance-level-3`. Nothing here knows a case by name.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn, markup
from engine.feel import Environment, FeelBudgetError, numbers, to_text
from engine.feel.equality import order_key
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.values import kind_of

_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_TOLERANCE = Decimal("1e-8")
"""The kit gives irrational results with eight digits."""

LEVELS = ("compliance-level-2", "compliance-level-3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One result node of one test case."""

    level: str
    directory: str
    case: str
    node: str
    passed: bool
    detail: str


def main() -> int:
    """Run the kit; exit code 1 when it is not there."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("directory", nargs="?", default=os.environ.get("BIHUAN_TCK", "../shared/tck"))
    options.add_argument("--failures", action="store_true", help="name every result that fails")
    options.add_argument("--json", metavar="FILE", help="also write all results to FILE")
    chosen = options.parse_args()
    root = Path(chosen.directory)
    if not root.is_dir():
        print(f"没有一致性套件目录 {root} / no kit at {root}", file=sys.stderr)
        return 1
    outcomes = [outcome for level in LEVELS for outcome in run_level(root / level, level)]
    _print_table(outcomes, failures=chosen.failures)
    if chosen.json:
        rows = [{name: getattr(one, name) for name in one.__slots__} for one in outcomes]
        Path(chosen.json).write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


def run_level(directory: Path, level: str) -> list[Outcome]:
    """All outcomes of one compliance level."""
    outcomes: list[Outcome] = []
    for folder in sorted(one for one in directory.iterdir() if one.is_dir()):
        models = _models(folder)
        for cases in sorted(folder.glob("*.xml")):
            outcomes += _run_cases(cases, models, level, folder.name)
    return outcomes


def _models(folder: Path) -> dict[str, dmn.DecisionModel]:
    """The folder's models by file name; those that import others are read after them."""
    waiting = sorted(folder.glob("*.dmn"))
    models: dict[str, dmn.DecisionModel] = {}
    for final in (False, True):
        for path in list(waiting):
            reading = dmn.read(path.read_bytes(), file=path.name, imports=list(models.values()))
            if final or not any(one.rule == "dmn.import-missing" for one in reading.findings):
                models[path.name] = reading.model
                waiting.remove(path)
    return models


def _run_cases(
    path: Path, models: Mapping[str, dmn.DecisionModel], level: str, directory: str
) -> list[Outcome]:
    root = markup.read(path.read_bytes(), file=path.name)
    model = models[(root.findtext("{*}modelName") or "").strip()]
    outcomes: list[Outcome] = []
    for case in root.iterfind("{*}testCase"):
        inputs = {node.get("name", ""): _value(node) for node in case.iterfind("{*}inputNode")}
        for node in case.iterfind("{*}resultNode"):
            detail = _run_node(case, node, model, inputs)
            outcomes.append(
                Outcome(
                    level=level,
                    directory=directory,
                    case=case.get("id", ""),
                    node=node.get("name", ""),
                    passed=detail == "",
                    detail=detail,
                )
            )
    return outcomes


def _run_node(
    case: etree._Element, node: etree._Element, model: dmn.DecisionModel, inputs: Mapping[str, Any]
) -> str:
    """Empty when the result is the expected one, else what was found instead."""
    environment = Environment(now=_NOW)
    expected_node = node.find("{*}expected")
    expected = None if expected_node is None else _value(expected_node)
    try:
        if case.get("type") == "decisionService":
            found = model.evaluate_service(case.get("invocableName", ""), inputs, environment).value
            if isinstance(found, dict) and node.get("name") in found:
                found = found[node.get("name")]
        else:
            found = model.evaluate(node.get("name", ""), inputs, environment).value
    except FeelBudgetError as error:
        return str(error)
    if _same(found, expected):
        return ""
    reasons = "; ".join(reason.message_en for reason in environment.warnings[:3])
    return f"expected {to_text(expected)}, found {to_text(found)} {reasons}".strip()


def _value(element: etree._Element) -> Any:
    """The value written below an element: components, a list, or one typed value."""
    components = element.findall("{*}component")
    if components:
        return {one.get("name", ""): _value(one) for one in components}
    items = element.find("{*}list")
    if items is not None:
        return [_value(item) for item in items.iterfind("{*}item")]
    written = element.find("{*}value")
    if written is None or written.get(f"{_SCHEMA_INSTANCE}nil") == "true":
        return None
    return _typed(written.text or "", written.get(f"{_SCHEMA_INSTANCE}type", "string").rpartition(":")[2])


def _typed(text: str, kind: str) -> Any:
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    readers = {
        "date": parse_date,
        "time": parse_time,
        "dateTime": parse_date_time,
        "duration": parse_duration,
    }
    return readers[kind](text.strip()) if kind in readers else text


def _same(found: Any, expected: Any) -> bool:
    if kind_of(found) != kind_of(expected):
        return False
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(_same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(_same, found, expected))
    if numbers.is_number(expected):
        return abs(Decimal(found) - Decimal(expected)) < _TOLERANCE
    keys = order_key(found), order_key(expected)
    return found == expected if None in keys else keys[0] == keys[1]


def _print_table(outcomes: list[Outcome], *, failures: bool) -> None:
    for level in LEVELS:
        of_level = [one for one in outcomes if one.level == level]
        print(f"{level}: {_share(of_level)}")
        for directory in dict.fromkeys(one.directory for one in of_level):
            of_directory = [one for one in of_level if one.directory == directory]
            if failures or not all(one.passed for one in of_directory):
                print(f"  {directory}: {_share(of_directory)}")
            for one in of_directory if failures else []:
                if not one.passed:
                    print(f"    {one.case} {one.node}: {one.detail}")


def _share(outcomes: list[Outcome]) -> str:
    passed = sum(one.passed for one in outcomes)
    return f"{passed}/{len(outcomes)} = {100 * passed / max(len(outcomes), 1):.2f} %"


if __name__ == "__main__":
    sys.exit(main())
