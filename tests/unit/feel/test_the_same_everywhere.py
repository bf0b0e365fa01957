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
