"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any

from engine.feel import numbers
from engine.feel.builtins.registry import builtin
from engine.feel.numbers import CONTEXT, Number
from engine.feel.run import NullResult, Run
from engine.feel.temporal import DURATIONS, YearsMonthsDuration, duration_nanoseconds, make_duration

TRANSCENDENTAL_STEPS = 40
"""What a root, logarithm or power costs, compared with an addition."""

_LEAST_SCALE, _MOST_SCALE = -6111, 6176


def _rounded(number: Number, scale: Number, rounding: str, name: str) -> Number:
    """`number` with `scale` digits after the point; a scale outside decimal128's exponents is refused."""
    places = numbers.whole(scale)
    if not _LEAST_SCALE <= places <= _MOST_SCALE:
        raise NullResult("value.domain", name, places)
    value = numbers.decimal(number)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return number
    wide = Context(prec=6200, Emin=-6200, Emax=6200, rounding=rounding, traps=[])
    result = numbers.as_number(wide.quantize(value, Decimal((0, (1,), -places))))
    if result is None:
        raise NullResult("arithmetic.range")
    return numbers.decimal(CONTEXT.plus(numbers.decimal(result)))


@builtin("decimal", "n: number, scale: number")
def decimal(_run: Run, n: Number, scale: Number) -> Number:
    """Round half to even."""
    return _rounded(n, scale, ROUND_HALF_EVEN, "decimal")


@builtin("floor", "n: number, scale?: number")
def floor(_run: Run, n: Number, scale: Number | None) -> Number:
    """Round towards negative infinity."""
    return _rounded(n, scale or 0, ROUND_FLOOR, "floor")


@builtin("ceiling", "n: number, scale?: number")
def ceiling(_run: Run, n: Number, scale: Number | None) -> Number:
    """Round towards positive infinity."""
    return _rounded(n, scale or 0, ROUND_CEILING, "ceiling")


@builtin("round up", "n: number, scale: number")
def round_up(_run: Run, n: Number, scale: Number) -> Number:
    """Round away from zero."""
    return _rounded(n, scale, ROUND_UP, "round up")


@builtin("round down", "n: number, scale: number")
def round_down(_run: Run, n: Number, scale: Number) -> Number:
    """Round towards zero."""
    return _rounded(n, scale, ROUND_DOWN, "round down")


@builtin("round half up", "n: number, scale: number")
def round_half_up(_run: Run, n: Number, scale: Number) -> Number:
    """Round to nearest, halves away from zero."""
    return _rounded(n, scale, ROUND_HALF_UP, "round half up")


@builtin("round half down", "n: number, scale: number")
def round_half_down(_run: Run, n: Number, scale: Number) -> Number:
    """Round to nearest, halves towards zero."""
    return _rounded(n, scale, ROUND_HALF_DOWN, "round half down")


@builtin("abs", "n: number|days and time duration|years and months duration")
def absolute(_run: Run, n: Any) -> Any:
    """The magnitude of a number or duration."""
    if type(n) in DURATIONS:
        return make_duration(abs(duration_nanoseconds(n)))
    if type(n) is YearsMonthsDuration:
        return YearsMonthsDuration(abs(n.months))
    return abs(n) if type(n) is int else CONTEXT.abs(n)


@builtin("modulo", "dividend: number, divisor: number")
def modulo(_run: Run, dividend: Number, divisor: Number) -> Number:
    """The remainder with the sign of the divisor: `dividend - divisor * floor(dividend / divisor)`."""
    if divisor == 0:
        raise NullResult("arithmetic.zero")
    if type(dividend) is int and type(divisor) is int:
        return dividend % divisor
    quotient = CONTEXT.divide(numbers.decimal(dividend), numbers.decimal(divisor))
    floored = numbers.as_number(quotient.to_integral_value(rounding=ROUND_FLOOR))
    product = None if floored is None else numbers.multiply(divisor, floored)
    result = None if product is None else numbers.subtract(dividend, product)
    if result is None:
        raise NullResult("arithmetic.range")
    return result


def _defined(value: Decimal) -> Number:
    result = numbers.as_number(value)
    if result is None:
        raise NullResult("arithmetic.range")
    return result


@builtin("sqrt", "number: number")
def square_root(run: Run, number: Number) -> Number:
    """The square root; null for negative numbers."""
    run.charge(TRANSCENDENTAL_STEPS)
    return _defined(CONTEXT.sqrt(numbers.decimal(number)))


@builtin("log", "number: number")
def logarithm(run: Run, number: Number) -> Number:
    """The natural logarithm; null for numbers that are not positive."""
    run.charge(TRANSCENDENTAL_STEPS)
    if number <= 0:
        raise NullResult("value.domain", "log", number)
    return _defined(CONTEXT.ln(numbers.decimal(number)))


@builtin("exp", "number: number")
def exponential(run: Run, number: Number) -> Number:
    """Euler's number raised to `number`."""
    run.charge(TRANSCENDENTAL_STEPS)
    return _defined(CONTEXT.exp(numbers.decimal(number)))


@builtin("odd", "number: number")
def odd(_run: Run, number: Number) -> bool:
    """Whether a whole number is odd."""
    return numbers.is_whole(number) and numbers.whole(number) % 2 == 1


@builtin("even", "number: number")
def even(_run: Run, number: Number) -> bool:
    """Whether a whole number is even."""
    return numbers.is_whole(number) and numbers.whole(number) % 2 == 0
