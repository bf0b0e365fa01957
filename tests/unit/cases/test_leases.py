"""Leases: one holder at a time, whose fencing number tells it from those before."""

from __future__ import annotations

from engine.cases.clock import ManualClock
from engine.cases.leases import Leases
from engine.store import Database

NOON = 1_700_000_000_000_000
SECOND = 1_000_000


def test_a_lease_passes_on_when_it_ends_and_its_number_grows(database: Database) -> None:
    clock = ManualClock(NOON)
    leases = Leases(database, clock)
    assert leases.take("x", "a", 10 * SECOND) == 1
    assert leases.take("x", "b", 10 * SECOND) is None
    assert leases.holder("x") == "a"
    clock.advance(9 * SECOND)
    assert leases.take("x", "a", 10 * SECOND) == 1
    clock.advance(9 * SECOND)
    assert leases.take("x", "b", 10 * SECOND) is None
    clock.advance(SECOND)
    assert leases.holder("x") is None
    assert leases.take("x", "b", 10 * SECOND) == 2
    assert leases.take("x", "a", 10 * SECOND) is None


def test_one_given_up_is_free_at_once_but_not_by_somebody_else(database: Database) -> None:
    leases = Leases(database, ManualClock(NOON))
    leases.take("x", "a", 10 * SECOND)
    leases.give_up("x", "b")
    assert leases.holder("x") == "a"
    leases.give_up("x", "a")
    assert leases.take("x", "b", 10 * SECOND) == 2


def test_a_clock_that_went_back_does_not_keep_a_lease_for_ever(database: Database) -> None:
    clock = ManualClock(NOON)
    leases = Leases(database, clock)
    leases.take("x", "a", 10 * SECOND)
    clock.advance(-3_600 * SECOND)
    assert leases.take("x", "b", 10 * SECOND) == 2
