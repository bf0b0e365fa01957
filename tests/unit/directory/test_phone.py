"""Masked phone numbers."""

from __future__ import annotations

import pytest

from engine.directory.phone import masked


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("13812345678", "138****5678"),
        (" 138-1234-5678 ", "138-****-5678"),
        ("010-12345678", "010-****5678"),
        ("120", "***"),
        ("1234567", "*******"),
        ("138****5678", "138****5678"),
        ("*13812345678", "*138****5678"),
        ("", ""),
    ],
)
def test_the_middle_of_a_number_is_not_kept(phone: str, kept: str) -> None:
    assert masked(phone) == kept
    assert masked(kept) == kept
