"""Case ids are version 7 UUIDs in the order of time."""

from __future__ import annotations

from uuid import RFC_4122

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store import new_case_id

clocks = st.integers(0, (1000 << 48) - 1)
randoms = st.binary(min_size=8, max_size=8)


@given(clocks, randoms)
def test_an_id_is_a_version_7_uuid_of_its_millisecond(clock: int, random: bytes) -> None:
    made = new_case_id(clock, random)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == clock // 1000
    assert made == new_case_id(clock, random)


@given(clocks, clocks, randoms, randoms)
def test_ids_sort_by_the_microsecond(first: int, second: int, one: bytes, other: bytes) -> None:
    if first < second:
        assert new_case_id(first, one).bytes < new_case_id(second, other).bytes


def test_randomness_tells_ids_of_one_moment_apart() -> None:
    assert new_case_id(5, bytes(8)) != new_case_id(5, bytes(7) + b"\1")
    assert str(new_case_id(1_700_000_000_123_456, b"\xff" * 8)) == "018bcfe5-687b-774b-bfff-ffffffffffff"


@pytest.mark.parametrize(
    ("clock", "random"), [(-1, bytes(8)), (1000 << 48, bytes(8)), (0, bytes(7)), (0, bytes(9))]
)
def test_what_does_not_fit_is_refused(clock: int, random: bytes) -> None:
    with pytest.raises(ValueError, match=r"UUID|random"):
        new_case_id(clock, random)
