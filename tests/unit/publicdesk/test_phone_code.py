"""The second code: bound to its case code and its installation, forgiving to type, hard to guess."""

from __future__ import annotations

import pytest

from engine.publicdesk import PhoneCodes

CODE = "SQ-20261122-7K3M9-QXT2C"
OURS = PhoneCodes(b"s" * 32)


def test_a_code_goes_with_its_case_alone() -> None:
    mine, other = OURS.code(CODE), OURS.code("SQ-20261122-7K3M9-QXT2D")
    assert mine != other
    assert OURS.fits(CODE, mine)
    assert not OURS.fits(CODE, other)
    assert not PhoneCodes(b"t" * 32).fits(CODE, mine)


def test_it_is_the_same_whenever_it_is_made() -> None:
    assert OURS.code(CODE) == PhoneCodes(b"s" * 32).code(CODE)


def test_however_it_is_typed() -> None:
    mine = OURS.code(CODE)
    for typed in (
        mine.lower(),
        mine.replace("-", ""),
        f"  {mine} ",
        mine.replace("0", "O"),
        mine.replace("1", "l"),
    ):
        assert OURS.fits(CODE, typed)


@pytest.mark.parametrize("typed", ["", "-", "0" * 10, "x" * 4000, "\ud800", "七", "AAAAA-AAAA"])
def test_nonsense_fits_nothing(typed: str) -> None:
    assert not OURS.fits(CODE, typed)


def test_codes_use_all_their_letters() -> None:
    codes = [OURS.code(f"SQ-{number}") for number in range(500)]
    assert len(set(codes)) == 500
    assert len(set("".join(codes))) == 33
