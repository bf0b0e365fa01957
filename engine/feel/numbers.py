"""Decimal numbers of 34 digits, rounded half to even (DMN 1.5, 10.3.2.3.1, IEEE 754 decimal128).

Whole numbers may be `int` or `Decimal`; both compare and hash alike, so that results need not care. The
context is this module's own, never the ambient one of the thread.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, TypeAlias

Number: TypeAlias = int | Decimal

CONTEXT = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, capitals=1, clamp=0, flags=[], traps=[]
)
_EXACT = 10**34


def is_number(value: Any) -> bool:
    """Whether `value` is a FEEL number (a truth value is not)."""
    kind = type(value)
    return kind is int or kind is Decimal


def as_number(value: Decimal) -> Number | None:
    """A finite result as it is, None for infinities and what is no number."""
    return value if value.is_finite() else None


def bounded(value: int) -> Number | None:
    """A whole number within the 34 digits, or its rounding to them."""
    if -_EXACT < value < _EXACT:
        return value
    if value.bit_length() > 20_500:
        return None
    return as_number(CONTEXT.create_decimal(value))


def decimal(value: Number) -> Decimal:
    """`value` as a Decimal of at most 34 digits."""
    return value if type(value) is Decimal else CONTEXT.create_decimal(value)


def add(left: Number, right: Number) -> Number | None:
    """The sum, or None when out of range."""
    if type(left) is int and type(right) is int:
        return bounded(left + right)
    return as_number(CONTEXT.add(decimal(left), decimal(right)))


def subtract(left: Number, right: Number) -> Number | None:
    """The difference, or None when out of range."""
    if type(left) is int and type(right) is int:
        return bounded(left - right)
    return as_number(CONTEXT.subtract(decimal(left), decimal(right)))


def multiply(left: Number, right: Number) -> Number | None:
    """The product, or None when out of range."""
    if type(left) is int and type(right) is int and left.bit_length() + right.bit_length() < 230:
        return bounded(left * right)
    return as_number(CONTEXT.multiply(decimal(left), decimal(right)))


def divide(left: Number, right: Number) -> Number | None:
    """The quotient, or None when out of range; the divisor is not zero."""
    return as_number(CONTEXT.divide(decimal(left), decimal(right)))


def power(left: Number, right: Number) -> Number | None:
    """`left ** right`, or None when undefined or out of range."""
    if left == 0 and right == 0:
        return 1
    return as_number(CONTEXT.power(decimal(left), decimal(right)))


def negate(value: Number) -> Number:
    """The number with its sign changed; zero has none."""
    return -value if type(value) is int else CONTEXT.minus(decimal(value))


def whole(value: Number) -> int:
    """`value` without its fraction."""
    return value if type(value) is int else int(value)


def is_whole(value: Number) -> bool:
    """Whether `value` has no fraction."""
    if type(value) is int:
        return True
    return bool(value == CONTEXT.to_integral_value(decimal(value)))


def number_text(value: Number) -> str:
    """The shortest decimal notation without exponent: 5, 0.25, -1.5."""
    if type(value) is int:
        return str(value) if value.bit_length() < 14_000 else number_text(decimal(value))
    text = format(decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
