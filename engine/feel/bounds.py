"""The bound on what an evaluation hands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel.errors import FeelBudgetError
from engine.feel.run import Run

DEEPEST_RESULT = 60
"""Within what the canonical form of values takes."""

CHARACTERS_PER_ELEMENT = 10


def check_result(value: Any, run: Run) -> Any:
    """`value`, unless it holds more elements than the budget's size, ten times as many characters, or is nested
    too deep.

    Parts of a value may be shared; they count wherever they stand, as they would once written out.
    """
    kind = type(value)
    if kind is str:
        run.fits(len(value))
    elif kind in (list, tuple) or isinstance(value, Mapping):
        _check_tree(value, run)
    return value


def _check_tree(value: Any, run: Run) -> None:
    count, characters, depth = 0, 0, 0
    level = [value]
    while level:
        below: list[Any] = []
        for item in level:
            parts = item.values() if isinstance(item, Mapping) else item
            count += len(item)
            run.fits(count)
            characters += sum(len(part) for part in parts if type(part) is str)
            run.fits(characters // CHARACTERS_PER_ELEMENT)
            below.extend(part for part in parts if type(part) in (list, tuple) or isinstance(part, Mapping))
        level = below
        depth += 1
        if depth > DEEPEST_RESULT:
            raise FeelBudgetError("depth", DEEPEST_RESULT)
