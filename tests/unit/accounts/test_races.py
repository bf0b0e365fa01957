"""What happens at the same moment, and on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine import ManualClock
from engine.accounts.office import Office
from engine.accounts.refusals import LockedOut, SignInRefused
from engine.accounts.security_log import Origin
from engine.accounts.settings import AccountSettings, LockoutSettings, PasswordSettings
from engine.directory import Directory
from engine.errors import Conflict
from engine.store import Database
from tests.unit.directory.office import NOW, VOCABULARY

PASSWORD = "an evening by the lake 9"
SECOND = 1_000_000
HERE = Origin(actor="test", address="10.0.0.1")


class Numbers:
    """A source of bytes that never repeats and needs no luck."""

    def __init__(self) -> None:
        self._count = iter(range(1 << 60))

    def __call__(self, size: int) -> bytes:
        return next(self._count).to_bytes(size, "big")


@pytest.fixture
def office(database: Database) -> Office:
    clock = ManualClock(NOW)
    settings = AccountSettings(
        passwords=PasswordSettings(iterations=1, memory_kib=64, lanes=1), lockout=LockoutSettings(account=5)
    )
    made = Office.open(
        database,
        Directory(database, VOCABULARY),
        Path("config"),
        clock=clock,
        random=Numbers(),
        settings=settings,
    )
    made.register.open("root", HERE, roles=["admin"], password=PASSWORD)
    return made


def attempt(office: Office, password: str) -> str:
    try:
        office.signing_in.with_password("root", password, HERE)
    except LockedOut:
        return "locked"
    except SignInRefused:
        return "refused"
    return "in"


def test_many_guesses_at_once_are_counted_one_by_one(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda n: attempt(office, f"guess {n}"), range(24)))
    assert outcomes.count("refused") == 6
    assert outcomes.count("locked") == 18
    assert attempt(office, PASSWORD) == "locked"


def test_one_of_two_takes_a_name(office: Office) -> None:
    def open_account(_: int) -> str:
        try:
            office.register.open("wang", HERE, roles=["auditor"], with_password=False)
        except Conflict:
            return "taken"
        return "opened"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(open_account, range(4))) == ["opened", "taken", "taken", "taken"]


def test_a_return_from_another_organisation_is_used_once(office: Office) -> None:
    leaving = office.foreign.depart("county", "/")
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda _: office.foreign.come_back("county", leaving.state, leaving.browser), range(4))
        )
    assert sum(each is not None for each in found) == 1


def test_people_who_come_at_the_same_moment_are_not_taken_for_guessers(office: Office) -> None:
    """Whoever began a moment earlier may be counted after who began later."""
    with office.database.transaction() as tx:
        office.lockout.attempt(tx, "li", "10.0.0.1", NOW)
        office.lockout.attempt(tx, "wang", "10.0.0.1", NOW - 1)


def test_sessions_and_tokens_hold_on_every_database(office: Office) -> None:
    signed = office.signing_in.with_password("root", PASSWORD, HERE)
    found = office.sessions.find(signed.secret, NOW)
    assert found is not None
    session, account, _ = found
    assert (account.login, session.address) == ("root", "10.0.0.1")
    assert office.sessions.find(signed.secret, NOW + 60 * SECOND) is not None
    assert office.sessions.of(account.id, NOW)[0].seen_at == NOW + 60 * SECOND
    assert office.sessions.find(signed.secret, NOW + 31 * 60 * SECOND) is None
    token, secret = office.tokens.make("x", ["jobs:work"], 1, HERE)
    assert office.tokens.find(secret) is not None
    office.tokens.revoke(token.id, HERE)
    assert office.tokens.find(secret) is None
    assert [event.kind for event in office.log.read()] == [
        "token-revoked",
        "token-made",
        "sign-in",
        "account-opened",
    ]


def test_failures_are_forgotten_after_a_day_and_dropped(office: Office) -> None:
    for _ in range(5):
        attempt(office, "wrong")
    clock = office.clock
    assert isinstance(clock, ManualClock)
    clock.advance(86_400 * SECOND)
    assert [attempt(office, "wrong") for _ in range(6)] == ["refused"] * 6
    assert attempt(office, PASSWORD) == "locked"
