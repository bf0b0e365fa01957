"""Transactions: what is sent when, all or nothing, and how failures come out."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine.errors import InvalidInput
from engine.store import Database, Statement, delete, update, upsert
from engine.store.probe import Counter, FaultAt, InjectedFault
from engine.store.tables import cases, events, scopes, tasks
from tests.unit.store.rows import (
    COUNT_EVENTS,
    FIRST,
    INSERT_CASE,
    INSERT_EVENT,
    LOCK_CASE,
    SECOND,
    SEQ,
    SET_SEQ,
    case,
    event,
)


def seq_of(database: Database, case_id: UUID = FIRST) -> Any:
    with database.reading() as reading:
        row = reading.row(SEQ, {"case_id": case_id})
    return None if row is None else row[0]


def test_what_is_written_is_read_back_with_its_types(database: Database) -> None:
    written = case(business_key="案-1", ended_at=2**62)
    with database.transaction() as tx:
        tx.write(INSERT_CASE, written)
    with database.reading() as reading:
        row = reading.row(Statement(sa.select(cases)))
    assert row is not None
    assert dict(zip(cases.c.keys(), row, strict=True)) == written
    assert [type(value) for value in row] == [type(value) for value in written.values()]


def test_a_read_sees_the_writes_queued_before_it(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 7})
        assert tx.row(LOCK_CASE, {"case_id": FIRST}) == (7,)
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 8})
        assert tx.execute(sa.select(cases.c.seq)).scalar_one() == 8


def test_an_exception_undoes_everything(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        tx.write(INSERT_CASE, case())
        tx.flush()
        tx.execute(sa.insert(events).values(**event()))
        tx.write(INSERT_EVENT, event(seq=2))
        raise ZeroDivisionError
    assert seq_of(database) is None
    with database.reading() as reading:
        assert reading.row(COUNT_EVENTS) == (0,)


def test_a_failing_queued_write_undoes_everything(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as tx:
        tx.write(INSERT_CASE, case())
        tx.write(INSERT_EVENT, event())
        tx.write(INSERT_EVENT, event())
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 1})
    assert seq_of(database) is None
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case(seq=3))
    assert seq_of(database) == 3


def test_an_error_shows_no_parameters(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught, database.transaction() as tx:
        tx.write(INSERT_CASE, case(definition_key="secret", status="unknown"))
        tx.flush()
    assert caught.value.params is None
    assert "Parameters" not in repr(caught.value)


def test_a_change_tells_how_many_rows_it_touched(database: Database) -> None:
    with database.transaction() as tx:
        tx.write_many(INSERT_CASE, [case(FIRST), case(SECOND)])
        tx.write_many(INSERT_EVENT, [])
        assert tx.change(SET_SEQ, {"key_case_id": FIRST, "seq": 5}) == 1
        assert tx.change(SET_SEQ, {"key_case_id": UUID(int=9), "seq": 5}) == 0
        assert tx.change(delete(cases), {"key_case_id": SECOND}) == 1
    assert (seq_of(database), seq_of(database, SECOND)) == (5, None)


def test_upsert_replaces_the_row_with_the_same_key(database: Database) -> None:
    put = upsert(scopes)
    with database.transaction() as tx:
        for content in (b"one", b"two"):
            tx.write(put, {"case_id": FIRST, "scope_id": 1, "content": content})
        assert tx.rows(Statement(sa.select(scopes.c.content))) == [(b"two",)]


def test_several_queries_come_back_in_order(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
        tx.write(INSERT_EVENT, event())
        found = tx.rows_of((SEQ, {"case_id": FIRST}), (COUNT_EVENTS, {}), (SEQ, {"case_id": SECOND}))
    assert found == [[(0,)], [(1,)], []]


def test_constants_in_a_statement_need_no_parameter(database: Database) -> None:
    active = Statement(
        sa.select(cases.c.seq).where(cases.c.status == "active", cases.c.seq > sa.bindparam("above"))
    )
    with database.transaction() as tx:
        tx.write_many(INSERT_CASE, [case(FIRST, seq=1), case(SECOND, seq=2, status="completed")])
        assert tx.rows(active, {"above": 0}) == [(1,)]


def test_a_missing_parameter_is_an_error_before_anything_is_sent(database: Database) -> None:
    with database.transaction() as tx, pytest.raises(KeyError):
        tx.write(INSERT_EVENT, {"case_id": FIRST})


def test_values_the_schema_forbids_are_refused(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as tx:
        tx.write(INSERT_CASE, case(status="lost"))


def test_a_reading_does_not_write(database: Database) -> None:
    with database.reading() as reading, pytest.raises(TypeError, match="only queries"):
        reading.execute(sa.delete(cases))


def test_a_reading_inside_a_transaction_is_part_of_it(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case(seq=4))
        assert seq_of(database) == 4
        assert tx.row(SEQ, {"case_id": FIRST}) == (4,)
    with pytest.raises(ZeroDivisionError), database.transaction() as tx:
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 5})
        assert seq_of(database) == 5
        raise ZeroDivisionError
    assert seq_of(database) == 4


@pytest.mark.parametrize("url", ["sqlite_url", "postgres_url"])
def test_a_snapshot_stays_at_its_moment(url: str, request: pytest.FixtureRequest) -> None:
    database = Database.open(request.getfixturevalue(url))
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
    with database.reading(snapshot=True) as reading:
        assert reading.row(SEQ, {"case_id": FIRST}) == (0,)
        with database.transaction() as tx:
            tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 1})
        assert reading.row(SEQ, {"case_id": FIRST}) == (0,)
    assert seq_of(database) == 1
    database.close()


def test_a_durable_step_waits_for_the_server_twice(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    counter = Counter()
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
    with database.probed(counter), database.transaction() as tx:
        tx.rows_of((LOCK_CASE, {"case_id": FIRST}), (COUNT_EVENTS, {}))
        tx.write(INSERT_EVENT, event())
        tx.write_many(INSERT_EVENT, [event(seq=2), event(seq=3)])
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 3})
    assert (counter.round_trips, len(counter.statements)) == (2, 5)
    database.close()


def test_statements_put_together_on_the_spot_are_counted(database: Database) -> None:
    counter = Counter()
    with database.probed(counter), database.reading() as reading:
        reading.execute(sa.select(tasks))
    assert len(counter.statements) == 1
    assert counter.round_trips >= 1


def test_a_probe_hears_nothing_after_its_block(database: Database) -> None:
    counter = Counter()
    with database.probed(counter):
        pass
    seq_of(database)
    assert counter.statements == []


def step(database: Database) -> None:
    with database.transaction() as tx:
        tx.row(LOCK_CASE, {"case_id": FIRST})
        tx.write(INSERT_EVENT, event())
        tx.execute(sa.update(cases).values(definition_key="seen"))
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 1})


def test_a_fault_at_any_statement_leaves_nothing_behind(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
    faults = 0
    while True:
        fault = FaultAt(faults + 1)
        try:
            with database.probed(fault):
                step(database)
            break
        except InjectedFault:
            faults += 1
        with database.reading() as reading:
            assert reading.rows(Statement(sa.select(cases.c.seq, cases.c.definition_key))) == [(0, "whistle")]
            assert reading.row(COUNT_EVENTS) == (0,)
    # BEGIN, three that are prepared, one put together on the spot, COMMIT
    assert faults == 6
    assert seq_of(database) == 1


def test_threads_take_turns(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())

    def count_up() -> None:
        for _ in range(20):
            with database.transaction() as tx:
                row = tx.row(LOCK_CASE, {"case_id": FIRST})
                assert row is not None
                tx.write(INSERT_EVENT, event(seq=row[0] + 1))
                tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": row[0] + 1})

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seq_of(database) == 80
    with database.reading() as reading:
        assert reading.row(COUNT_EVENTS) == (80,)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_second_transaction_of_the_same_thread_is_an_error_not_a_deadlock(
    kind: str, sqlite_url: str
) -> None:
    database = Database.open("sqlite://" if kind == "memory" else sqlite_url, create=True)
    with database.transaction() as tx:
        tx.write(INSERT_CASE, case())
        with pytest.raises(RuntimeError), database.transaction():
            pass
    assert seq_of(database) == 0
    database.close()


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "oracle://x", "nonsense"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="sqlite"):
        Database.open(url)


def test_updates_and_deletes_find_rows_by_their_whole_key(database: Database) -> None:
    put, change, remove = upsert(scopes), update(scopes, "content"), delete(scopes)
    with database.transaction() as tx:
        for scope_id in (1, 2):
            tx.write(put, {"case_id": FIRST, "scope_id": scope_id, "content": b"old"})
        tx.write(change, {"key_case_id": FIRST, "key_scope_id": 2, "content": b"new"})
        tx.write(remove, {"key_case_id": FIRST, "key_scope_id": 1})
        assert tx.rows(Statement(sa.select(scopes.c.scope_id, scopes.c.content))) == [(2, b"new")]


def test_what_stops_a_transaction_is_told_not_what_the_server_says_to_its_rest(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    # The second statement fails at the server, the third is stopped here before it is sent.
    with (
        database.probed(FaultAt(4)),
        pytest.raises(InjectedFault),
        database.transaction() as tx,
    ):
        tx.write(INSERT_CASE, case())
        tx.write(INSERT_CASE, case())
        tx.write(SET_SEQ, {"key_case_id": FIRST, "seq": 7})
    assert seq_of(database) is None
    database.close()
