"""Tasks for the sender's computer: ours, in time, solved, spelled as given."""

from __future__ import annotations

import base64
import hashlib
from itertools import count

import pytest

from engine.publicdesk import Challenge, Challenges, Unsolved, leading_zeros
from engine.publicdesk.challenge import LIFETIME

NOW = 1_763_776_800_000_000


def challenges(secret: bytes = b"s" * 32) -> Challenges:
    numbers = count(1)
    return Challenges(secret, lambda length: next(numbers).to_bytes(length, "big"))


def solve(challenge: Challenge) -> str:
    return next(str(n) for n in count() if leading_zeros(challenge.nonce, str(n)) >= challenge.difficulty)


def test_a_solved_task_of_ours_is_accepted_until_it_expires() -> None:
    ours = challenges()
    made = ours.issue(8, NOW)
    assert made.expires_at == NOW + LIFETIME
    ours.check(made.nonce, solve(made), NOW)
    ours.check(made.nonce, solve(made), made.expires_at - 1)
    with pytest.raises(Unsolved) as refused:
        ours.check(made.nonce, solve(made), made.expires_at)
    assert refused.value.code == "challenge.expired"


def test_what_does_not_solve_it_is_refused() -> None:
    ours = challenges()
    made = ours.issue(8, NOW)
    wrong = next(str(n) for n in count() if leading_zeros(made.nonce, str(n)) < 8)
    for solution in (wrong, "", "9" * 65):
        with pytest.raises(Unsolved) as refused:
            ours.check(made.nonce, solution, NOW)
        assert refused.value.code == "challenge.unsolved"


def test_a_solution_fits_one_nonce_only() -> None:
    ours = challenges()
    first, second = ours.issue(16, NOW), ours.issue(16, NOW)
    assert first.nonce != second.nonce
    with pytest.raises(Unsolved):
        ours.check(second.nonce, solve(first), NOW)


@pytest.mark.parametrize("nonce", ["", "x", "?" * 40, "AAAA", "é", "\ud800", "A" * 56])
def test_a_nonce_that_is_no_nonce_is_foreign(nonce: str) -> None:
    with pytest.raises(Unsolved) as refused:
        challenges().check(nonce, "1", NOW)
    assert refused.value.code == "challenge.foreign"


def test_a_nonce_of_another_installation_is_foreign() -> None:
    made = challenges(b"t" * 32).issue(0, NOW)
    with pytest.raises(Unsolved) as refused:
        challenges().check(made.nonce, "1", NOW)
    assert refused.value.code == "challenge.foreign"


def test_nobody_makes_a_nonce_easier_or_longer_lived_or_spells_it_otherwise() -> None:
    ours = challenges()
    made = ours.issue(8, NOW)
    content = bytearray(base64.urlsafe_b64decode(made.nonce))
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1
        with pytest.raises(Unsolved) as refused:
            ours.check(base64.urlsafe_b64encode(bytes(changed)).decode(), solve(made), NOW)
        assert refused.value.code == "challenge.foreign", place
    for spelled in (made.nonce + "=", made.nonce + "\n", " " + made.nonce, made.nonce.rstrip("=") + "===="):
        with pytest.raises(Unsolved):
            ours.check(spelled, solve(made), NOW)


def test_leading_zeros_are_those_of_the_digest() -> None:

    for solution in map(str, range(50)):
        bits = "".join(f"{byte:08b}" for byte in hashlib.sha256(f"a:{solution}".encode()).digest())
        assert leading_zeros("a", solution) == len(bits) - len(bits.lstrip("0"))


@pytest.mark.parametrize("difficulty", [-1, 33])
def test_a_difficulty_nobody_could_meet_is_refused(difficulty: int) -> None:
    with pytest.raises(ValueError, match="difficulty"):
        challenges().issue(difficulty, NOW)
