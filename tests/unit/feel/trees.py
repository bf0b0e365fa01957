"""Random syntax trees for property tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from engine.feel import Type, syntax

N = TypeVar("N", bound=syntax.Node)

NAMES = (
    "a",
    "b",
    "case",
    "people_count",
    "x y",
    "办理 状态",
    "pre-bureau risk",
    "a+c",
    "date",
    "item",
    "?",
    "tier 2",
)
"""Variables that occur in random expressions; those with operators must be declared.

No two of them make a third: declared names are read longest first, so that with `a+b` a sum of `a` and `b` is none.
"""

_names = st.sampled_from(NAMES)
_plain_names = st.sampled_from([name for name in NAMES if name not in ("pre-bureau risk", "a+c", "?")])
_texts = st.text(st.characters(codec="utf-8"), max_size=6)
_types = st.sampled_from(
    [
        Type("number"),
        Type("date and time"),
        Type("list", items=Type("string")),
        Type("context", members=(("a", Type("number")), ("x y", Type("Any")))),
        Type("function", items=Type("string"), parameters=(Type("number"), Type("date"))),
        Type("range", items=Type("days and time duration")),
        Type("tCase"),
    ]
)


def _made(kind: type[N], *parts: Any) -> st.SearchStrategy[N]:
    return st.builds(kind, *parts)


_leaves: st.SearchStrategy[syntax.Node] = st.one_of(
    _made(syntax.NumberLiteral, st.integers(0, 10**20)),
    _made(
        syntax.NumberLiteral, st.decimals(0, 1000, places=3).map(Decimal.normalize).map(lambda d: abs(d) + 0)
    ),
    _made(syntax.StringLiteral, _texts),
    _made(syntax.BooleanLiteral, st.booleans()),
    _made(syntax.NullLiteral),
    _made(
        syntax.AtLiteral,
        st.sampled_from(["2026-01-02", "10:00:00", "P1D", "P1M", "2026-01-02T10:00:00Z", "?"]),
    ),
    _made(syntax.Name, _names),
)


def _iterators(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[tuple[syntax.Iterator, ...]]:
    one = _made(syntax.Iterator, _plain_names, inner, st.none() | inner)
    return st.lists(one, min_size=1, max_size=2).map(tuple)


def _range(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.RangeLiteral]:
    return _made(syntax.RangeLiteral, inner, inner, st.booleans(), st.booleans())


def _unary_test(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.UnaryTest]:
    return _made(syntax.UnaryTest, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), inner)


def _many(inner: st.SearchStrategy[N], least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[N, ...]]:
    return st.lists(inner, min_size=least, max_size=most).map(tuple)


def _call(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Call]:
    positional = _made(syntax.Call, inner, _many(inner))
    named = st.dictionaries(_plain_names, inner, min_size=1, max_size=2).flatmap(
        lambda pairs: _made(syntax.Call, inner, st.just(tuple(pairs.values())), st.just(tuple(pairs)))
    )
    return positional | named


def _logic(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Logic]:
    return _made(syntax.Logic, st.sampled_from(["and", "or"]), _many(inner, 2))


def _below(inner: st.SearchStrategy[syntax.Node]) -> st.SearchStrategy[syntax.Node]:
    parameters = _many(_made(syntax.Parameter, _plain_names, st.none() | _types), 0, 2)
    entries = st.dictionaries(_names | _texts, inner, max_size=3).map(
        lambda pairs: tuple(syntax.ContextEntry(key, value) for key, value in pairs.items())
    )
    return st.one_of(
        _made(syntax.Path, inner, _plain_names),
        _made(syntax.Filter, inner, inner),
        _call(inner),
        _made(syntax.Arithmetic, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        _made(syntax.Negation, inner),
        _made(syntax.Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), inner, inner),
        _made(syntax.Between, inner, inner, inner),
        _made(syntax.In, inner, _many(inner | _unary_test(inner) | _range(inner), 1)),
        _logic(inner),
        _made(syntax.If, inner, inner, inner),
        _made(syntax.For, _iterators(inner), inner),
        _made(syntax.Quantified, st.sampled_from(["some", "every"]), _iterators(inner), inner),
        _made(syntax.FunctionDefinition, parameters, inner),
        _made(syntax.ListLiteral, _many(inner)),
        _made(syntax.ContextLiteral, entries),
        _range(inner),
        _unary_test(inner),
        _made(syntax.InstanceOf, inner, _types),
    )


expressions: st.SearchStrategy[syntax.Node] = st.recursive(_leaves, _below, max_leaves=20)
"""Random expressions over NAMES."""

unary_tests: st.SearchStrategy[syntax.Tests] = st.builds(
    syntax.Tests, _many(expressions | _unary_test(_leaves) | _range(_leaves), 1), st.booleans()
)
