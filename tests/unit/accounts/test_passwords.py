"""Passwords: what is refused, and how they are kept."""

from __future__ import annotations

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.opaque import one_time_password
from engine.accounts.passwords import Hasher, check_password
from engine.accounts.settings import PasswordSettings
from engine.errors import InvalidInput

CHEAP = PasswordSettings(iterations=1, memory_kib=64, lanes=1)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "123456789",
        "1234567890",
        "qwertyuiop",
        "password1234",
        "aaaaaaaaaaaa",
        "zhang.wei2",
        "Zhang.Wei2",
        "iloveyou123",
        "1qaz2wsx3edc",
        "x" * 129,
    ],
)
def test_short_common_own_and_guessable_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_password(password, PasswordSettings(), about=("zhang.wei2",))
    assert list(refused.value.fields) == ["password"]


@pytest.mark.parametrize(
    "password", ["an evening by the lake 9", "山高月小水落石出八十里", "k7fxm-2hwqe-9tnpa", "x9!Tq" * 20]
)
def test_long_and_unusual_passwords_of_any_signs_are_accepted(password: str) -> None:
    check_password(password, PasswordSettings(), about=("zhang.wei", "张伟"))


def test_a_password_is_kept_as_argon2id_with_the_costs_of_rfc_9106() -> None:
    kept = Hasher(PasswordSettings()).hash("an evening by the lake 9")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_same_password_is_kept_differently_each_time() -> None:
    hasher = Hasher(CHEAP)
    assert hasher.hash("an evening by the lake 9") != hasher.hash("an evening by the lake 9")


@given(st.text(min_size=1, max_size=140), st.text(min_size=1, max_size=140))
def test_only_the_password_itself_matches(right: str, wrong: str) -> None:
    from engine.accounts.passwords import normalised

    hasher = Hasher(CHEAP)
    kept = hasher.hash(right)
    assert hasher.matches(kept, right)
    assert hasher.matches(kept, wrong) == (normalised(right) == normalised(wrong))


def test_where_nothing_is_kept_nothing_matches() -> None:
    hasher = Hasher(CHEAP)
    assert not hasher.matches(None, "nobody's")
    assert not hasher.matches("no hash", "no hash")


def test_full_width_and_half_width_signs_are_the_same_password() -> None:
    hasher = Hasher(CHEAP)
    assert hasher.matches(hasher.hash("Ａｂｃ１２３"), "Abc123")


def test_other_costs_make_a_hash_outdated() -> None:
    kept = Hasher(CHEAP).hash("x")
    assert not Hasher(CHEAP).is_outdated(kept)
    assert Hasher(PasswordSettings(iterations=2, memory_kib=64, lanes=1)).is_outdated(kept)


def test_a_one_time_password_uses_its_alphabet_evenly_and_passes_the_rules() -> None:
    every = cycle(range(256))
    password = one_time_password(lambda size: bytes(next(every) for _ in range(size)))
    assert password == "abcde-fghjk-mnpqr-stuvw"
    import os

    for _ in range(20):
        check_password(one_time_password(os.urandom), PasswordSettings())


def test_bytes_that_would_favour_some_signs_are_passed_over() -> None:
    every = cycle([255, 250, 248, 0])
    assert one_time_password(lambda size: bytes(next(every) for _ in range(size)), 1) == "aaaaa"
