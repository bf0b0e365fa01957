"""The wire form and the canonical bytes of values."""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import MAX_DEPTH, VaultRef, digest, dumps, from_wire, loads, to_wire
from engine.errors import InvalidInput
from engine.feel import YearsMonthsDuration

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
decimals = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: abs(number.adjusted()) < 6_000
)
zones = st.one_of(
    st.just(SHANGHAI),
    st.just(NEW_YORK),
    st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    texts,
    texts.map(lambda text: "@" + text),
    decimals,
    st.dates(),
    st.times(),
    st.times(timezones=zones),
    st.datetimes(),
    st.datetimes(timezones=zones),
    st.timedeltas(),
    st.builds(YearsMonthsDuration, months=st.integers(-100_000, 100_000)),
    st.builds(
        VaultRef, entry=st.integers(1, 10**9), commitment=st.binary(min_size=32, max_size=32).map(bytes.hex)
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)


@given(values)
def test_a_value_comes_back_as_it_went(value: Any) -> None:
    assert from_wire(to_wire(value)) == value


@given(values)
def test_a_value_comes_back_from_its_bytes(value: Any) -> None:
    wire = to_wire(value)
    data = dumps(wire)
    assert loads(data) == wire
    assert dumps(to_wire(from_wire(loads(data)))) == data


@given(values)
def test_canonical_bytes_are_those_of_rfc_8785(value: Any) -> None:
    wire = to_wire(value)
    assert dumps(wire) == rfc8785.dumps(wire)


@pytest.mark.parametrize("keys", [["\U0001f600", "\uffff", "a"], ["\ue000", "\U00010000"]])
def test_keys_sort_by_utf_16_even_where_code_points_order_differently(keys: list[str]) -> None:
    wire: Any = [{key: dict.fromkeys(keys, 1) for key in keys}]
    assert dumps(wire) == rfc8785.dumps(wire)
    assert sorted(keys) != sorted(keys, key=lambda key: key.encode("utf-16-be"))


@given(decimals)
def test_equal_numbers_have_one_wire_form(number: Decimal) -> None:
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    padded = Decimal((sign, (*digits, 0, 0), exponent - 2))
    assert to_wire(padded) == to_wire(number)


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Decimal("1.50"), "@dec:1.5"),
        (Decimal("5.00"), 5),
        (Decimal("-0"), 0),
        (Decimal("1E+3"), 1000),
        (Decimal("1E-7"), "@dec:1E-7"),
        (2**53 - 1, 2**53 - 1),
        (2**53, "@dec:9007199254740992"),
        (Decimal(10) ** 20, "@dec:1E+20"),
        (10**20, "@dec:1E+20"),
        (0.1, "@dec:0.1"),
        (2.0, 2),
        (date(2026, 1, 2), "@date:2026-01-02"),
        (time(10, 0), "@time:10:00:00"),
        (time(10, 0, tzinfo=SHANGHAI), "@time:10:00:00[Asia/Shanghai]"),
        (datetime(2026, 1, 2, 3, 4, 5), "@dt:2026-01-02T03:04:05"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "@dt:2026-01-02T03:04:05+00:00"),
        (datetime(2026, 1, 2, 3, tzinfo=SHANGHAI), "@dt:2026-01-02T03:00:00+08:00[Asia/Shanghai]"),
        (timedelta(), "@dur:PT0S"),
        (timedelta(hours=1), "@dur:PT1H"),
        (timedelta(days=-1, hours=-1), "@dur:-P1DT1H"),
        (timedelta(days=2, seconds=1, microseconds=500_000), "@dur:P2DT1.5S"),
        (timedelta(minutes=90), "@dur:PT1H30M"),
        (YearsMonthsDuration(months=14), "@ym:P1Y2M"),
        (YearsMonthsDuration(months=-12), "@ym:-P1Y"),
        (YearsMonthsDuration(months=0), "@ym:P0M"),
        ("@dec:1", "@@dec:1"),
        ("@", "@@"),
        ({"@key": "plain"}, {"@key": "plain"}),
        ((1, (2,)), [1, [2]]),
        (Colour.RED, "red"),
        (OrderedDict(b=1, a=2), {"a": 2, "b": 1}),
        (VaultRef(entry=3, commitment="ab" * 32), "@vault:3:" + "ab" * 32),
    ],
)
def test_wire_forms_are_fixed(value: Any, wire: Any) -> None:
    written = to_wire(value)
    assert written == wire
    assert type(written) is type(wire)


def test_a_boolean_is_no_number() -> None:
    assert to_wire([True, 1, False, 0]) == [True, 1, False, 0]
    assert dumps(to_wire([True, 1])) == b"[true,1]"


@pytest.mark.parametrize("fold", [0, 1])
def test_the_repeated_hour_of_a_clock_change_keeps_its_side(fold: int) -> None:
    moment = datetime(2025, 11, 2, 1, 30, tzinfo=NEW_YORK, fold=fold)
    back = from_wire(to_wire(moment))
    assert (back.utcoffset(), back.fold, back.tzinfo.key) == (moment.utcoffset(), fold, "America/New_York")


def test_a_wall_time_that_the_clock_change_skips_is_kept_as_written() -> None:
    moment = datetime(2026, 3, 8, 2, 30, tzinfo=NEW_YORK)
    assert from_wire(to_wire(moment)).replace(tzinfo=None) == datetime(2026, 3, 8, 2, 30)


def test_when_a_zone_has_changed_its_rules_the_instant_stands() -> None:
    back = from_wire("@dt:2026-01-02T03:00:00+09:00[Asia/Shanghai]")
    assert back == datetime(2026, 1, 1, 18, tzinfo=UTC)
    assert back.hour == 2


def nested(levels: int) -> Any:
    value: Any = "deep"
    for _ in range(levels):
        value = [value]
    return value


def endless() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Decimal("NaN"), "value"),
        ({"a": {"b": [1, Decimal("Infinity")]}}, "a.b[1]"),
        ({"a": math.nan}, "a"),
        ({"a": -math.inf}, "a"),
        ([b"bytes"], "[0]"),
        ({"a": {1, 2}}, "a"),
        ({"a": object()}, "a"),
        ({"a": ["ok", "\ud800"]}, "a[1]"),
        ({"\ud800": 1}, "\\ud800"),
        ({"a": "x\0y"}, "a"),
        ({"x\0y": 1}, "x\\0y"),
        ({"a": {7: 1}}, "a.7"),
        ({"a": 10**1001}, "a"),
        ({"a": 1 << 40_000}, "a"),
        ({"a": Decimal("1E+20000")}, "a"),
        ({"a": Decimal("1." + "1" * 1001)}, "a"),
        (nested(MAX_DEPTH + 1), "[0]" * MAX_DEPTH),
        (endless(), "[0]" * MAX_DEPTH),
    ],
)
def test_what_has_no_wire_form_is_refused_by_path(value: Any, path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        to_wire(value)
    assert list(caught.value.fields) == [path]
    assert path in caught.value.message_zh
    assert path in caught.value.message_en


def test_nesting_up_to_the_bound_is_accepted() -> None:
    deep = nested(MAX_DEPTH)
    assert from_wire(loads(dumps(to_wire(deep)))) == deep


@pytest.mark.parametrize(
    "value", [{"a": "x" * 101}, {"a": list(range(101))}, {"x" * 101: 1}, {"a": ["xy"] * 40}]
)
def test_oversize_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match="大小"):
        to_wire(value, max_size=100)


@pytest.mark.parametrize(
    "wire",
    [
        "@", "@dec", "@dec:", "@dec:1.", "@dec:NaN", "@dec: 1", "@dec:١", "@dec:1E+999999", "@date:2026-02-30",
        "@time:25:00:00", "@dt:yesterday", "@dt:2026-01-02T03:00:00+08:00[Mars/Base]",
        "@dt:2026-01-02T03:00:00+08:00[../etc]", "@dur:P", "@dur:PT", "@dur:P1DT", "@dur:1H", "@dur:P999999999999D",
        "@ym:P", "@vault:1:xy", "@vault:-1:" + "ab" * 32, "@unknown:1", 1.5,
    ],
)  # fmt: skip
def test_malformed_tags_are_refused(wire: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        from_wire({"field": [wire]})
    assert list(caught.value.fields) == ["field[0]"]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[1,]", b"NaN"])
def test_bytes_that_are_no_json_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        loads(data)


def test_members_come_in_the_order_of_their_keys_whatever_order_they_were_in() -> None:
    value = from_wire({"z": 1, "a": [{"y": 1, "b": 2}]})
    assert repr(value) == repr({"a": [{"b": 2, "y": 1}], "z": 1})


def test_the_digest_is_sha_256() -> None:
    assert digest(b"").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
