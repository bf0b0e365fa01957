"""Values do not depend on the process, its hash seed, or what was evaluated before."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = """
import hashlib
from datetime import datetime, timezone
from engine.feel import Environment, FeelBudgetError, compile_expression, to_text
lines = []
for text in (
    'distinct values(["b", "a", "c", 2, 1.5, true, "a"])', 'union(["x", "y"], ["z", "x"])',
    'get entries({b: 1, a: 2, "ü": 3})', 'context merge([{b: 1}, {a: 2}])', 'mode(["a"])', 'mode([3, 1, 3, 1])',
    'for i in 1..50 return string(i / 7)', 'missing + other + {a: 1}.b', 'for i in 1..10**9 return i',
    'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+\\\\1$")', 'sort(["b", "a"], function(x, y) x < y)',
):
    environment = Environment(now=datetime(2026, 1, 2, tzinfo=timezone.utc))
    expression = compile_expression(text)
    try:
        lines.append(to_text(expression.evaluate({}, environment)))
    except FeelBudgetError as error:
        lines.append(str(error))
    lines.append(str(environment.warnings))
    lines.append(str(sorted(expression.names)))
from random import Random
draw = Random(7)
def made(depth):
    if depth == 0 or draw.random() < 0.2:
        return draw.choice(['1', '2.5', '"a"', '"b"', 'true', 'null', 'x', 'y.z', '@"P1D"', '@"2026-01-02"', '[1, 2]', '{a: 1, b: "b"}'])
    one, other, third = made(depth - 1), made(depth - 1), made(depth - 1)
    return draw.choice([
        '({0} + {1})', '({0} * {1})', '({0} = {1})', '({0} < {1})', '[{0}, {1}, {2}]', '{{b: {0}, a: {1}}}', '{0}[{1}]',
        'distinct values([{0}, {1}, {2}])', 'union([{0}], [{1}])', 'get entries({0})', 'context merge([{0}, {1}])',
        '(for i in {0} return [i, {1}])', '(some i in {0} satisfies i = {1})', '(if {0} then {1} else {2})', 'string({0})',
        'mode([{0}, {1}, {2}])', 'sort([{0}, {1}, {2}])', '({0} in ({1}, {2}))', 'count({0})', 'flatten([{0}, [{1}]])',
    ]).format(one, other, third)
for number in range(500):
    text = made(4)
    environment = Environment(now=datetime(2026, 1, 2, tzinfo=timezone.utc))
    try:
        lines.append(to_text(compile_expression(text).evaluate({"x": 3, "y": {"z": "a", "w": None}}, environment)))
    except FeelBudgetError as error:
        lines.append(str(error))
    lines.append(str(environment.warnings))
print(hashlib.sha256("\\n".join(lines).encode()).hexdigest())
"""


def _digest(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    return done.stdout.strip()


def test_processes_with_other_hash_seeds_agree() -> None:
    digests = {_digest(seed) for seed in ("0", "1", "4242")}
    assert len(digests) == 1
    assert len(digests.pop()) == 64
