"""DMN 1.1 to 1.5: decision models read once, checked, and evaluated with a record of what was decided why.

`parse` gives a `DecisionModel` or raises `DmnErrors` with every finding; `model.evaluate` gives a value and a
trace. Expressions are FEEL only; external functions are refused. Models reach nothing outside: imports are
handed in by the caller.
"""

from __future__ import annotations

from engine.dmn.findings import DmnErrors, DmnFinding, Severity
from engine.dmn.model import DecisionModel, DecisionResult
from engine.dmn.reading import Reading, parse, read
from engine.dmn.table_text import RuleText, TableText

__all__ = [
    "DecisionModel", "DecisionResult", "DmnErrors", "DmnFinding", "Reading", "RuleText", "Severity", "TableText",
    "parse", "read",
]  # fmt: skip
