"""Locks between processes, threads and servers that come and go."""

from __future__ import annotations

import multiprocessing
import threading

import pytest
import sqlalchemy as sa

from engine.store import Database, Statement, lock_correlation
from engine.store.lock import _number
from engine.store.tables import messages, subscriptions
from tests.infrastructure.postgres_server import VOLATILE, PostgresServer
from tests.unit.store.rows import FIRST, INSERT_CASE, INSERT_EVENT, LOCK_CASE, SEQ, SET_SEQ, case, event

FILES = pytest.mark.parametrize("url", ["sqlite_url", "postgres_url"])
ROUNDS = 15


def count_up(url: str) -> None:
    database = Database.open(url)
    for _ in range(ROUNDS):
        with database.transaction() as tx:
            row = tx.row(LOCK_CASE, {"case_id": FIRST})
            assert row is not None
            tx.write(INSERT_EVENT, event(seq=row[0] + 1))
            tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": row[0] + 1})
    database.close()


@FILES
def test_processes_that_lock_the_same_case_lose_no_update(url: str, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue(url)
    database = Database.open(address)
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=count_up, args=(address,)) for _ in range(2)]
    for process in processes:
        process.start()
    count_up(address)
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with database.reading() as reading:
        assert reading.row(SEQ, {"case_id": FIRST}) == (3 * ROUNDS,)
    database.close()


def test_other_cases_are_not_held_up(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    other = FIRST.__class__(int=FIRST.int + 1)
    with database.transaction() as tx:
        tx.write_many(INSERT_CASE, [case(), case(other)])
    with database.transaction() as held:
        held.row(LOCK_CASE, {"case_id": FIRST})
        with database.transaction() as tx:
            tx.row(LOCK_CASE, {"case_id": other})
            tx.write(SET_SEQ, {"key_case_id": other, "seq": 4})
    with database.reading() as reading:
        assert reading.row(SEQ, {"case_id": other}) == (4,)
    database.close()


SUBSCRIBED = Statement(sa.select(subscriptions.c.subscription_id))
WAITING = Statement(sa.select(messages.c.message_id))


def subscribe(database: Database) -> bool:
    with database.transaction() as tx:
        lock_correlation(tx, "paid", "case-1")
        found = bool(tx.rows(WAITING))
        row = {"case_id": FIRST, "subscription_id": 1, "kind": "message", "name": "paid"}
        tx.execute(sa.insert(subscriptions).values(**row, correlation_key="case-1", element_id="wait"))
    return found


def deliver(database: Database) -> bool:
    with database.transaction() as tx:
        lock_correlation(tx, "paid", "case-1")
        found = bool(tx.rows(SUBSCRIBED))
        row = {"message_id": "m", "name": "paid", "correlation_key": "case-1", "variables": b"{}"}
        tx.execute(sa.insert(messages).values(**row, received_at=1, expires_at=2))
    return found


def test_of_a_subscription_and_a_message_at_once_one_always_sees_the_other(database: Database) -> None:
    for _ in range(10):
        found: list[bool] = []
        barrier = threading.Barrier(2)

        def run(act: object, found: list[bool] = found, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            found.append(act(database))  # type: ignore[operator]

        threads = [threading.Thread(target=run, args=(act,)) for act in (subscribe, deliver)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found) == [False, True]
        with database.transaction() as tx:
            tx.execute(sa.delete(subscriptions))
            tx.execute(sa.delete(messages))


def test_the_number_of_a_lock_is_fixed_and_keeps_names_and_keys_apart() -> None:
    assert _number("paid", "case-1") == _number("paid", "case-1")
    assert _number("a", "bc") != _number("ab", "c")
    assert _number("1:a", "") != _number("1", ":a")
    assert all(-(2**63) <= _number("n", str(key)) < 2**63 for key in range(100))
    assert _number("paid", "案-1") == 4894959288892536677


def test_a_server_that_came_back_is_used_again() -> None:
    with PostgresServer(VOLATILE) as server:
        database = Database.open(server.url(), create=True)
        with database.transaction() as tx:
            tx.write(INSERT_CASE, case())
        server.stop()
        server.start()
        with database.transaction() as tx:
            tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 1})
        with pytest.raises(sa.exc.OperationalError) as caught, database.transaction() as tx:
            tx.row(LOCK_CASE, {"case_id": FIRST})
            tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 2})
            server.stop()
        assert caught.value.connection_invalidated
        server.start()
        with database.reading() as reading:
            assert reading.row(SEQ, {"case_id": FIRST}) == (1,)
        database.close()
