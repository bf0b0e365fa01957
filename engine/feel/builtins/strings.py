"""String functions (DMN 1.5, 10.3.4.3)."""

from __future__ import annotations

from engine.feel.builtins.registry import builtin
from engine.feel.numbers import Number, whole
from engine.feel.pattern import compile_pattern
from engine.feel.run import NullResult, Run


def _pay(run: Run, *texts: str) -> None:
    run.charge(sum(len(text) for text in texts) // 64)


@builtin("string length", "string: string")
def string_length(_run: Run, string: str) -> int:
    """The number of characters (code points)."""
    return len(string)


@builtin("substring", "string: string, start position: number, length?: number!")
def substring(run: Run, string: str, start: Number, length: Number | None) -> str:
    """The characters from a position, counted from 1 or from the end."""
    _pay(run, string)
    at = whole(start)
    if at == 0 or abs(at) > len(string):
        raise NullResult("value.domain", "substring", at)
    first = at - 1 if at > 0 else len(string) + at
    if length is None:
        return string[first:]
    size = whole(length)
    if size < 1:
        raise NullResult("value.domain", "substring", size)
    return string[first : first + size]


@builtin("upper case", "string: string")
def upper_case(run: Run, string: str) -> str:
    """The string in capitals."""
    _pay(run, string)
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(run: Run, string: str) -> str:
    """The string in small letters."""
    _pay(run, string)
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(run: Run, string: str, match: str) -> str:
    """What stands before the first `match`; empty when it does not occur."""
    _pay(run, string)
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(run: Run, string: str, match: str) -> str:
    """What stands after the first `match`; empty when it does not occur."""
    _pay(run, string)
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(run: Run, string: str, match: str) -> bool:
    """Whether `match` occurs."""
    _pay(run, string)
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(_run: Run, string: str, match: str) -> bool:
    """Whether the string begins with `match`."""
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(_run: Run, string: str, match: str) -> bool:
    """Whether the string ends with `match`."""
    return string.endswith(match)


@builtin("string join", "list: list, delimiter?: string!")
def string_join(run: Run, items: list[str | None], delimiter: str | None) -> str:
    """The strings of a list joined; nulls are left out."""
    texts = [item for item in items if item is not None]
    if any(type(text) is not str for text in texts):
        raise NullResult("value.domain", "string join", "list")
    run.charge(len(texts))
    between = delimiter or ""
    run.fits(sum(map(len, texts)) + len(between) * max(len(texts) - 1, 0))
    return between.join(texts)


@builtin("matches", "input: string, pattern: string, flags?: string!")
def matches(run: Run, text: str, pattern: str, flags: str | None) -> bool:
    """Whether the pattern (XML Schema regular expression with XPath's additions) matches anywhere."""
    return compile_pattern(pattern, flags or "", run).search(text, run) is not None


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string!")
def replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None) -> str:
    """The string with every match replaced; `$1` stands for a group (XPath fn:replace)."""
    return compile_pattern(pattern, flags or "", run).replace(text, replacement, run)


@builtin("split", "string: string, delimiter: string")
def split(run: Run, string: str, delimiter: str) -> list[str]:
    """The parts between the matches of a pattern (XPath fn:tokenize)."""
    return compile_pattern(delimiter, "", run).split(string, run)
