"""Regular expressions of `matches`, `replace` and `split`, matched within the evaluation's budget.

The language is that of XML Schema with XPath's additions (anchors, reluctant quantifiers, back-references, the
flags s m i x q), as DMN 1.5, 10.3.4.3 asks. Python's `re` differs in syntax and can take exponential time;
here every pair of instruction and position is tried once, unless the pattern has back-references, and all
work is paid from the budget.
"""

from __future__ import annotations

from functools import lru_cache

from engine.feel.pattern.matching import Pattern
from engine.feel.pattern.parsing import parse_pattern
from engine.feel.pattern.program import assemble
from engine.feel.run import NullResult, Run

__all__ = ["Pattern", "compile_pattern"]

_FLAGS = frozenset("smixq")
_LONGEST = 2_000


@lru_cache(maxsize=512)
def _compiled(pattern: str, flags: str) -> Pattern | str:
    """The pattern, or what is wrong with it: errors are remembered too."""
    if not set(flags) <= _FLAGS:
        return flags
    if len(pattern) > _LONGEST:
        return pattern
    try:
        tree = parse_pattern(pattern, flags)
        return Pattern(assemble(tree, caseless="i" in flags), groups=tree.groups)
    except NullResult:
        return pattern


def compile_pattern(pattern: str, flags: str, run: Run) -> Pattern:
    """The compiled pattern; raises NullResult when pattern or flags are invalid or too large.

    Compiling is paid every time, remembered or not, so that the budget left does not depend on the past.
    """
    run.charge(min(len(pattern), _LONGEST) // 2)
    compiled = _compiled(pattern, flags)
    if isinstance(compiled, str):
        raise NullResult("pattern.invalid", compiled)
    run.charge(len(compiled.program.instructions) // 8)
    return compiled
