"""How fast conditions and decision tables are, beside Python functions written by hand for the same purpose.

python -m bench.feel [--json FILE]
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.dmn import parse
from engine.feel import Environment, compile_expression

_ENVIRONMENT = Environment(now=datetime(2026, 1, 2, tzinfo=UTC))
_VARIABLES: dict[str, Any] = {
    "grade": "red",
    "people_count": 35,
    "case": {
        "grid": "A-07",
        "amount": Decimal("1250.50"),
        "parties": [{"age": 34}, {"age": 61}, {"age": 17}],
    },
}


def _condition(variables: dict[str, Any]) -> bool:
    return bool(variables["grade"] == "red" and variables["people_count"] >= 30)


def _path(variables: dict[str, Any]) -> bool:
    case = variables["case"]
    return bool((case["grid"] == "A-07" and case["amount"] > 1000) or variables["grade"] == "orange")


def _arithmetic(variables: dict[str, Any]) -> Decimal:
    return Decimal(variables["case"]["amount"] * 3 / 4 + 12)


def _minors(variables: dict[str, Any]) -> int:
    return sum(1 for party in variables["case"]["parties"] if party["age"] < 18)


_EXPRESSIONS: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("gateway condition", 'grade = "red" and people_count >= 30', _condition),
    ("paths", 'case.grid = "A-07" and case.amount > 1000 or grade = "orange"', _path),
    ("decimal arithmetic", "case.amount * 3 / 4 + 12", _arithmetic),
    ("filter and count", "count(case.parties[age < 18])", _minors),
]


def main() -> int:
    """Measure and print."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--json", metavar="FILE", help="also write the figures to FILE")
    chosen = options.parse_args()
    rows = [_measure_expression(*one) for one in _EXPRESSIONS] + [_measure_table()]
    print(f"Python {platform.python_version()}, best of 5, one core")
    for row in rows:
        print(
            f"{row['what']:32} {row['microseconds']:9.2f} µs {row['per_second']:12,.0f}/s"
            f"   {row['times_by_hand']:6.1f} × by hand"
        )
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


def _seconds(work: Callable[[], Any], rounds: int) -> float:
    """The best processor time of one call in five series of `rounds`."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(rounds):
            work()
        best = min(best, (time.process_time() - started) / rounds)
    return best


def _row(what: str, ours: float, by_hand: float) -> dict[str, Any]:
    return {
        "what": what,
        "microseconds": ours * 1e6,
        "per_second": 1 / ours,
        "times_by_hand": ours / by_hand,
    }


def _measure_expression(what: str, text: str, by_hand: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    expression = compile_expression(text)
    if expression.evaluate(_VARIABLES, _ENVIRONMENT) != by_hand(_VARIABLES):
        raise AssertionError(f"{text}: the two ways disagree")
    ours = _seconds(lambda: expression.evaluate(_VARIABLES, _ENVIRONMENT), 20_000)
    return _row(what, ours, _seconds(lambda: by_hand(_VARIABLES), 20_000))


_GRADES = ("red", "orange", "yellow", "green", "unassessed")
_BOUNDS = (0, 10, 30, 100, 1_000)
_RULES = list(
    itertools.product(_GRADES, itertools.pairwise((*_BOUNDS, 10_000)), (True, False), ("day", "night"))
)


def _table_xml() -> bytes:
    inputs = "".join(
        f'<input id="i{index}"><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for index, (name, kind) in enumerate(
            [("grade", "string"), ("people_count", "number"), ("minors", "boolean"), ("shift", "string")]
        )
    )
    rules = "".join(
        f"<rule id='r{number}'>"
        + "".join(
            f"<inputEntry><text>{cell}</text></inputEntry>"
            for cell in (f'"{grade}"', f"[{low}..{high})", str(minors).lower(), f'"{shift}"')
        )
        + f"<outputEntry><text>{number}</text></outputEntry></rule>"
        for number, (grade, (low, high), minors, shift) in enumerate(_RULES)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" id="m" name="m" namespace="urn:bench">'
        f'<decision id="d" name="d"><decisionTable id="t" hitPolicy="UNIQUE">{inputs}<output id="o"/>{rules}'
        "</decisionTable></decision></definitions>"
    ).encode()


def _table_by_hand(inputs: dict[str, Any]) -> int | None:
    for number, (grade, (low, high), minors, shift) in enumerate(_RULES):
        if (
            inputs["grade"] == grade
            and low <= inputs["people_count"] < high
            and inputs["minors"] is minors
            and inputs["shift"] == shift
        ):
            return number
    return None


def _measure_table() -> dict[str, Any]:
    model = parse(_table_xml(), file="bench.dmn")
    inputs = {"grade": "unassessed", "people_count": 2_000, "minors": False, "shift": "night"}
    if model.evaluate("d", inputs, _ENVIRONMENT).value != _table_by_hand(inputs):
        raise AssertionError("the two tables disagree")
    ours = _seconds(lambda: model.evaluate("d", inputs, _ENVIRONMENT), 1_000)
    by_hand = _seconds(lambda: _table_by_hand(inputs), 1_000)
    return _row(f"table, 4 inputs, {len(_RULES)} rules, trace", ours, by_hand)


if __name__ == "__main__":
    sys.exit(main())
