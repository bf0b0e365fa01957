"""Sealing, opening and erasing confidential content."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidInput
from engine.vault import Damaged, Erased, Keyring, Sealed, Vault

CASE = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")
SECRET = "身份证号 330102199001011234"


_opened: list[Keyring] = []


@pytest.fixture(autouse=True)
def _close_keyrings() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


def make_vault(url: str = "sqlite://", seed: int = 1) -> tuple[Vault, Keyring]:
    source = random.Random(seed).randbytes
    keyring = Keyring.open(url, random=source)
    _opened.append(keyring)
    return Vault(keyring, random=source), keyring


@pytest.fixture
def keyring() -> Keyring:
    return make_vault()[1]


wires: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(wires, st.integers(1, 9), st.none() | st.just("reporter"))
def test_what_was_sealed_is_opened(value: Any, entry: int, party: str | None) -> None:
    vault, keyring = make_vault()
    sealed = vault.seal(CASE, entry, party, value)
    assert vault.open(CASE, entry, party, sealed.ciphertext, commitment=sealed.commitment) == value
    keyring.close()


def test_one_random_source_gives_the_same_bytes_again() -> None:
    assert make_vault(seed=7)[0].seal(CASE, 1, None, SECRET) == make_vault(seed=7)[0].seal(
        CASE, 1, None, SECRET
    )
    assert make_vault(seed=7)[0].seal(CASE, 1, None, SECRET) != make_vault(seed=8)[0].seal(
        CASE, 1, None, SECRET
    )


@pytest.mark.parametrize(
    ("case_id", "entry", "party"),
    [(OTHER, 1, "reporter"), (CASE, 2, "reporter"), (CASE, 1, "respondent"), (CASE, 1, None)],
)
def test_content_does_not_open_in_another_place(case_id: UUID, entry: int, party: str | None) -> None:
    vault, keyring = make_vault()
    sealed = vault.seal(CASE, 1, "reporter", SECRET)
    keyring.key(case_id, party)
    with pytest.raises(Damaged):
        vault.open(case_id, entry, party, sealed.ciphertext, commitment=sealed.commitment)


def test_every_changed_byte_is_noticed() -> None:
    vault, _ = make_vault()
    sealed = vault.seal(CASE, 1, None, "x")
    for position in range(len(sealed.ciphertext)):
        changed = bytearray(sealed.ciphertext)
        changed[position] ^= 1
        with pytest.raises(Damaged):
            vault.open(CASE, 1, None, bytes(changed), commitment=sealed.commitment)
        with pytest.raises(Damaged):
            vault.open(CASE, 1, None, sealed.ciphertext[:position], commitment=sealed.commitment)


def test_content_that_another_commitment_was_logged_for_is_refused() -> None:
    vault, _ = make_vault()
    first, second = vault.seal(CASE, 1, None, "first"), vault.seal(CASE, 1, None, "second")
    with pytest.raises(Damaged):
        vault.open(CASE, 1, None, second.ciphertext, commitment=first.commitment)


def test_equal_contents_look_different() -> None:
    vault, _ = make_vault()
    first, second = vault.seal(CASE, 1, None, SECRET), vault.seal(CASE, 2, None, SECRET)
    assert first.commitment != second.commitment
    assert first.ciphertext[13:] != second.ciphertext[13:]


def test_a_destroyed_key_erases_its_party_and_nobody_else() -> None:
    vault, keyring = make_vault()
    sealed = {
        (case_id, party): vault.seal(case_id, 1, party, SECRET)
        for case_id in (CASE, OTHER)
        for party in ("reporter", "respondent", None)
    }
    keyring.destroy(CASE, "reporter")
    keyring.destroy(CASE, "reporter")
    for (case_id, party), content in sealed.items():
        if (case_id, party) == (CASE, "reporter"):
            with pytest.raises(Erased):
                vault.open(case_id, 1, party, content.ciphertext, commitment=content.commitment)
        else:
            assert vault.open(case_id, 1, party, content.ciphertext, commitment=content.commitment) == SECRET
    with pytest.raises(Erased, match="删除"):
        vault.seal(CASE, 2, "reporter", "again")


def test_when_the_keys_of_a_case_are_destroyed_nobody_gets_one_in_it() -> None:
    vault, keyring = make_vault()
    sealed = vault.seal(CASE, 1, "reporter", SECRET)
    other = vault.seal(OTHER, 1, "reporter", SECRET)
    keyring.destroy_case(CASE)
    keyring.destroy_case(CASE)
    with pytest.raises(Erased):
        vault.open(CASE, 1, "reporter", sealed.ciphertext, commitment=sealed.commitment)
    for party in ("reporter", "somebody new", None):
        with pytest.raises(Erased):
            vault.seal(CASE, 2, party, "again")
    assert vault.open(OTHER, 1, "reporter", other.ciphertext, commitment=other.commitment) == SECRET


def test_opening_makes_no_key(keyring: Keyring) -> None:
    with pytest.raises(Erased):
        keyring.existing_key(CASE, "reporter")
    first = keyring.key(CASE, "reporter")
    assert keyring.existing_key(CASE, "reporter") == first == keyring.key(CASE, "reporter")
    assert len(first) == 32


def test_keys_outlive_the_process_and_a_destroyed_one_leaves_no_trace_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.sqlite"
    url = f"sqlite:///{path}"
    _, keyring = make_vault(url)
    kept, lost = keyring.key(CASE, None), keyring.key(CASE, "reporter")
    keyring.close()
    assert kept in path.read_bytes()
    assert lost in path.read_bytes()
    _, keyring = make_vault(url, seed=2)
    assert keyring.existing_key(CASE, None) == kept
    keyring.destroy(CASE, "reporter")
    keyring.close()
    assert lost not in path.read_bytes()
    assert [found.name for found in tmp_path.iterdir()] == ["keys.sqlite"]
    _, keyring = make_vault(url, seed=3)
    with pytest.raises(Erased):
        keyring.key(CASE, "reporter")
    keyring.close()


def test_threads_and_second_openers_agree_on_a_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/keys.sqlite"
    rings = [make_vault(url, seed)[1] for seed in range(2)]
    keys: list[bytes] = []
    threads = [
        threading.Thread(target=lambda ring=ring: keys.append(ring.key(CASE, "reporter")))
        for ring in rings * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1
    for ring in rings:
        ring.close()


def test_content_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vault, keyring = make_vault()
    sealed = vault.seal(CASE, 1, "reporter", SECRET)
    with pytest.raises(Damaged) as caught:
        vault.open(CASE, 1, "reporter", sealed.ciphertext[:-1], commitment=sealed.commitment)
    shown = " ".join(
        (repr(vault), repr(keyring), repr(sealed), repr(caught.value), str(caught.value), caplog.text)
    )
    assert SECRET not in shown
    assert repr(sealed) == f"Sealed(commitment='{sealed.commitment}')"
    assert SECRET.encode() not in sealed.ciphertext
    assert isinstance(sealed, Sealed)


def test_an_unnamed_party_is_an_error(keyring: Keyring) -> None:
    with pytest.raises(ValueError, match="party"):
        keyring.key(CASE, "")


@pytest.mark.parametrize("url", ["postgresql://x", "keys.sqlite", "sqlite://keys"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        Keyring.open(url, random=bytes)


def test_the_masking_class_of_an_entry_cannot_be_changed() -> None:
    vault = Vault(Keyring.open("sqlite://", random=random.randbytes), random=random.randbytes)
    case = UUID(int=7)
    sealed = vault.seal(case, 1, None, "双方各担一半", kind="statement")
    opened = vault.open(case, 1, None, sealed.ciphertext, commitment=sealed.commitment, kind="statement")
    assert opened == "双方各担一半"
    for kind in ("name", None):
        with pytest.raises(Damaged):
            vault.open(case, 1, None, sealed.ciphertext, commitment=sealed.commitment, kind=kind)
