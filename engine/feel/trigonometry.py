"""Sine and cosine in decimals: the same digits on every machine, which the C library does not promise."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final

from engine.feel.numbers import CONTEXT

_WIDE: Final = Context(prec=70, rounding=ROUND_HALF_EVEN, traps=[])
_PI: Final = Decimal(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798"
)
_LARGEST: Final = Decimal(10) ** 15
"""Beyond it the known digits of π would not give 34 right ones."""
_ENOUGH: Final = Decimal(10) ** -60


def sine(x: Decimal) -> Decimal | None:
    """The sine of `x` radians to 34 digits; None beyond 10 to the 15th."""
    if abs(x) > _LARGEST:
        return None
    reduced = _WIDE.remainder_near(x, 2 * _PI)
    return CONTEXT.plus(_series(reduced, reduced, 1))


def cosine(x: Decimal) -> Decimal | None:
    """The cosine of `x` radians to 34 digits; None beyond 10 to the 15th."""
    if abs(x) > _LARGEST:
        return None
    return CONTEXT.plus(_series(_WIDE.remainder_near(x, 2 * _PI), Decimal(1), 0))


def _series(x: Decimal, term: Decimal, power: int) -> Decimal:
    """Taylor's series from `term`, which holds `x` to the `power`."""
    square = _WIDE.multiply(x, x)
    total = term
    while abs(term) > _ENOUGH:
        power += 2
        term = _WIDE.divide(_WIDE.multiply(term, -square), Decimal(power * (power - 1)))
        total = _WIDE.add(total, term)
    return total
