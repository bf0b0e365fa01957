"""Functions that decision models of other engines name in Java's words (DMN 1.5, 10.3.2.13.3).

Nothing of Java runs, and an expression reaches no platform: the pure functions of `java.lang` below are computed here,
in decimals, the same on every machine; every other name is refused when it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from engine.feel import numbers
from engine.feel.builtins import BUILT_INS
from engine.feel.builtins.numeric import TRANSCENDENTAL_STEPS
from engine.feel.foreign_format import formatted
from engine.feel.numbers import CONTEXT, Number
from engine.feel.run import NullResult, Run
from engine.feel.text import to_text
from engine.feel.trigonometry import cosine, sine
from engine.feel.values import Function

Work = Callable[..., Any]

_WHOLE: Final = {"byte": 8, "short": 16, "int": 32, "long": 64}
_KINDS: Final = ("double", "float", "int", "long")
_TEXT: Final = "java.lang.String"
_OBJECTS: Final = ("[Ljava.lang.Object;", "java.lang.Object[]", "java.lang.Object...")
_VARIADIC: Final = "*"


def foreign(class_name: str, signature: str, parameters: tuple[str, ...]) -> Function | None:
    """The function `class_name.signature`, such as `java.lang.Math` and `max(double, double)`; None for one that is refused."""
    method, kinds = _read(signature)
    work = TABLE.get((class_name, method, kinds))
    if work is None:
        return None
    name = f"{class_name}.{method}"

    def call(run: Run, values: list[Any]) -> Any:
        try:
            return work(run, *_fitting(name, kinds, values))
        except NullResult as result:
            return run.null(result.code, *result.details)

    return Function(name=name, parameters=parameters, call=call)


def is_known(class_name: str, signature: str) -> bool:
    """Whether `foreign` knows the function."""
    return (class_name, *_read(signature)) in TABLE


def _read(signature: str) -> tuple[str, tuple[str, ...]]:
    method, _, rest = signature.partition("(")
    kinds = tuple(kind.strip() for kind in rest.rstrip(") ").split(",") if kind.strip())
    return method.strip(), tuple(_VARIADIC if kind in _OBJECTS else kind for kind in kinds)


def _fitting(name: str, kinds: tuple[str, ...], values: Sequence[Any]) -> list[Any]:
    """The arguments as the signature wants them. Raises NullResult for others."""
    fixed = kinds[:-1] if kinds and kinds[-1] == _VARIADIC else kinds
    rest = list(values[len(fixed) :])
    if len(values) < len(fixed) or (rest and fixed is kinds):
        raise NullResult("function.arguments", name)
    for kind, value in zip(fixed, values, strict=False):
        if not _fits(kind, value):
            raise NullResult("value.domain", name, to_text(value))
    return [*values[: len(fixed)], rest] if fixed is not kinds else list(values)


def _fits(kind: str, value: Any) -> bool:
    if kind in _WHOLE:
        half = 1 << (_WHOLE[kind] - 1)
        return numbers.is_number(value) and numbers.is_whole(value) and -half <= value < half
    if kind in ("double", "float"):
        return numbers.is_number(value)
    if kind == "char":
        return type(value) is str and len(value) == 1
    if kind == "boolean":
        return type(value) is bool
    return type(value) is str if kind == _TEXT else True


def _built_in(name: str) -> Work:
    called = BUILT_INS[name]
    return lambda run, *values: called.call(run, list(values))


def _power(run: Run, base: Number, exponent: Number) -> Number:
    run.charge(TRANSCENDENTAL_STEPS)
    return _defined(numbers.power(base, exponent))


def _log10(run: Run, value: Number) -> Number:
    run.charge(TRANSCENDENTAL_STEPS)
    if value <= 0:
        raise NullResult("value.domain", "log10", value)
    return _defined(CONTEXT.log10(numbers.decimal(value)))


def _sine(run: Run, value: Number) -> Number:
    run.charge(2 * TRANSCENDENTAL_STEPS)
    return _defined(sine(numbers.decimal(value)))


def _cosine(run: Run, value: Number) -> Number:
    run.charge(2 * TRANSCENDENTAL_STEPS)
    return _defined(cosine(numbers.decimal(value)))


def _tangent(run: Run, value: Number) -> Number:
    run.charge(4 * TRANSCENDENTAL_STEPS)
    x = numbers.decimal(value)
    up, down = sine(x), cosine(x)
    return _defined(CONTEXT.divide(up, down) if up is not None and down else None)


def _defined(value: Number | None) -> Number:
    if value is None or (type(value) is Decimal and not value.is_finite()):
        raise NullResult("arithmetic.range")
    return value


def _nearest_whole(_run: Run, value: Number) -> Number:
    """`Math.round`: the nearest whole number, halves towards positive infinity."""
    return numbers.whole(CONTEXT.add(numbers.decimal(value), Decimal("0.5")).to_integral_value(ROUND_FLOOR))


def _even(_run: Run, value: Number) -> Number:
    """`Math.rint`: halves to the even neighbour."""
    return numbers.decimal(value).to_integral_value(ROUND_HALF_EVEN)


def _sign(_run: Run, value: Number) -> Number:
    return (value > 0) - (value < 0)


def _of_text(kind: str) -> Work:
    """`Integer.valueOf("12")`, `Double.valueOf("1.5")`: the number a text is in Java's notation."""

    def parsed(_run: Run, text: str) -> Number:
        plain = text if kind in _WHOLE else text.strip()
        digits = plain.lstrip("+-")
        value = CONTEXT.create_decimal(plain)
        whole = digits.isascii() and digits.isdigit() and len(plain) - len(digits) <= 1
        if not value.is_finite() or "_" in plain or (kind in _WHOLE and not (whole and _fits(kind, value))):
            raise NullResult("value.domain", kind, text)
        return numbers.whole(value) if kind in _WHOLE else value

    return parsed


def _same(_run: Run, value: Any) -> Any:
    return value


def _text(run: Run, value: Any) -> str:
    return to_text(value, run)


def _truth(_run: Run, text: str) -> bool:
    return text.lower() == "true"


def _table() -> dict[tuple[str, str, tuple[str, ...]], Work]:
    found: dict[tuple[str, str, tuple[str, ...]], Work] = {}
    math, text = "java.lang.Math", _TEXT
    for kind in _KINDS:
        found[math, "abs", (kind,)] = _built_in("abs")
        found[math, "max", (kind, kind)] = _built_in("max")
        found[math, "min", (kind, kind)] = _built_in("min")
    of_one: dict[str, Work] = {
        "ceil": _built_in("ceiling"), "floor": _built_in("floor"), "rint": _even, "round": _nearest_whole,
        "sqrt": _built_in("sqrt"), "exp": _built_in("exp"), "log": _built_in("log"), "log10": _log10,
        "sin": _sine, "cos": _cosine, "tan": _tangent, "signum": _sign,
    }  # fmt: skip
    found |= {(math, name, ("double",)): work for name, work in of_one.items()}
    found[math, "pow", ("double", "double")] = _power
    wrappers = {"byte": "Byte", "short": "Short", "int": "Integer", "long": "Long", "float": "Float", "double": "Double"}  # fmt: skip
    for kind, name in wrappers.items():
        found[f"java.lang.{name}", "valueOf", (kind,)] = _same
        found[f"java.lang.{name}", "valueOf", (text,)] = _of_text(kind)
        found[f"java.lang.{name}", f"parse{kind.title()}", (text,)] = _of_text(kind)
    for name in ("valueOf", "parseBoolean"):
        found["java.lang.Boolean", name, (text,)] = _truth
    for kind in ("char", "int", "long", "double", "float", "boolean", "java.lang.Object"):
        found[text, "valueOf", (kind,)] = _text
    found[text, "format", (text, _VARIADIC)] = formatted
    return found


TABLE: Final = _table()
"""By class, method and kinds of arguments."""
