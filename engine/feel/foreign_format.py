"""`String.format` as far as it is the same in every locale: %s, %d, %f, %.2f, %b, %n and %%, with widths."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

from engine.feel import numbers
from engine.feel.run import NullResult, Run
from engine.feel.text import to_text

_PIECE: Final = re.compile(
    r"%(?P<flags>[-0]*)(?P<width>\d{1,3})?(?:\.(?P<places>\d{1,2}))?(?P<kind>.?)", re.DOTALL
)
_LONGEST: Final = 10_000


def formatted(run: Run, pattern: str, values: list[Any]) -> str:
    """`pattern` with its places filled in turn. Raises NullResult for a place it does not know or has no value for."""
    waiting = list(values)

    def fill(found: re.Match[str]) -> str:
        kind = found["kind"]
        if kind in ("n", "%"):
            return "\n" if kind == "n" else "%"
        if not waiting:
            raise NullResult("function.arguments", "format")
        text = _filled(run, kind, waiting.pop(0), found["places"])
        width = int(found["width"] or 0)
        if "-" in found["flags"]:
            return text.ljust(width)
        if "0" in found["flags"]:
            return text.zfill(width)
        return text.rjust(width)

    result = _PIECE.sub(fill, pattern)
    run.charge(1 + len(result) // 64)
    if len(result) > _LONGEST:
        raise NullResult("value.domain", "format", len(result))
    return result


def _filled(run: Run, kind: str, value: Any, places: str | None) -> str:
    if kind == "s":
        return to_text(value, run)[: int(places) if places else None]
    if kind == "b":
        return "true" if value not in (None, False) else "false"
    if kind == "d" and numbers.is_number(value) and numbers.is_whole(value):
        return numbers.number_text(value)
    if kind == "f" and numbers.is_number(value):
        exact = Decimal(1).scaleb(-int(places or 6))
        wide = Context(prec=6_300, rounding=ROUND_HALF_UP, traps=[])
        return format(wide.quantize(numbers.decimal(value), exact), "f")
    raise NullResult("value.domain", "format", kind)
