"""Statements that leave together: values, errors, preparing, and a server that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
import sqlalchemy as sa
from psycopg import pq

from engine.store.pipeline import Pipeline, rolled_back

VALUE = "SELECT %(value)s::text, %(number)s::bigint, %(bytes)s::bytea, %(uuid)s::uuid"
ROW = {"value": "村社吹哨 100%", "number": 2**40, "bytes": b"\x00\xff", "uuid": UUID(int=7)}


@pytest.fixture
def connection(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    url = sa.make_url(postgres_url).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as opened:
        opened.execute("CREATE TEMPORARY TABLE kept (number bigint PRIMARY KEY, word text)")
        yield opened


def asked(connection: psycopg.Connection[Any], *statements: tuple[str, Any]) -> list[list[Any]]:
    pipeline = Pipeline(connection)
    for sql, params in statements:
        pipeline.add(sql, params)
    return [pipeline.rows(answer) for answer in pipeline.finish()]


def kept(connection: psycopg.Connection[Any]) -> list[int]:
    return [number for (number,) in connection.execute("SELECT number FROM kept ORDER BY 1").fetchall()]


def insert(number: int) -> tuple[str, Any]:
    return "INSERT INTO kept VALUES (%(number)s, %(word)s)", {"number": number, "word": None}


def test_values_come_back_as_the_driver_gives_them(connection: psycopg.Connection[Any]) -> None:
    through_driver = connection.execute(VALUE, ROW).fetchall()
    for _ in range(9):
        assert asked(connection, (VALUE, ROW)) == [through_driver] == [[tuple(ROW.values())]]


def test_a_percent_sign_and_a_name_used_twice_are_understood(connection: psycopg.Connection[Any]) -> None:
    sql = "SELECT 'a%%b' LIKE %(like)s, %(like)s::text, 7 %% 4"
    assert asked(connection, (sql, {"like": "a%", "unused": 1})) == [[(True, "a%", 3)]]


def test_answers_come_in_the_order_of_the_statements(connection: psycopg.Connection[Any]) -> None:
    found = asked(
        connection, ("BEGIN", None), insert(1), ("SELECT count(*) FROM kept", {}), insert(2), ("COMMIT", None)
    )
    assert found[2] == [(1,)]
    assert kept(connection) == [1, 2]


def test_the_first_error_is_raised_and_what_follows_is_not_done(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        asked(connection, ("BEGIN", None), insert(1), insert(1), ("SELECT 1/0", {}), ("COMMIT", None))
    rolled_back(connection)
    assert kept(connection) == []
    assert asked(connection, ("SELECT 1", {})) == [[(1,)]]


def test_a_statement_that_cannot_be_prepared_fails_each_time_and_harms_no_other(
    connection: psycopg.Connection[Any],
) -> None:
    for _ in range(8):
        with pytest.raises(psycopg.errors.UndefinedTable):
            asked(connection, ("SELECT * FROM nowhere WHERE a = %(a)s", {"a": 1}), insert(1))
    connection.execute("CREATE TEMPORARY TABLE nowhere (a int)")
    for _ in range(8):
        assert asked(connection, ("SELECT * FROM nowhere WHERE a = %(a)s", {"a": 1})) == [[]]
    assert kept(connection) == []


def test_what_is_asked_often_is_prepared_once(connection: psycopg.Connection[Any]) -> None:
    for number in range(20):
        asked(connection, insert(number), insert(number + 100))
    names = connection.execute(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT INTO kept%'"
    )
    # One for each width of number that the driver tells apart.
    assert names.fetchall() == [(1,)]
    assert len(kept(connection)) == 40


def test_what_is_prepared_outlives_a_rollback_after_the_driver_prepared_too(
    connection: psycopg.Connection[Any],
) -> None:
    for number in range(9):
        asked(connection, insert(number))
        connection.execute("SELECT count(*) FROM kept WHERE number = %s", (number,))
    for number in range(9, 20):
        asked(connection, ("BEGIN", None), insert(number))
        connection.execute("SELECT count(*) FROM kept WHERE number = %s", (number,))
        rolled_back(connection)
    asked(connection, insert(20))
    assert kept(connection) == [*range(9), 20]


def test_names_that_the_server_was_told_to_forget_are_made_again(connection: psycopg.Connection[Any]) -> None:
    for number in range(9):
        asked(connection, insert(number))
    connection.execute("DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName):
        asked(connection, insert(9))
    for number in range(10, 20):
        asked(connection, insert(number))
    assert len(kept(connection)) == 19


def test_nothing_is_prepared_where_the_connection_forbids_it(connection: psycopg.Connection[Any]) -> None:
    connection.prepare_threshold = None
    for _ in range(9):
        asked(connection, (VALUE, ROW))
    assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchall() == [(0,)]


def test_more_than_the_network_holds_at_once_does_not_stop_it(connection: psycopg.Connection[Any]) -> None:
    wide = ("SELECT %(text)s::text", {"text": "宽" * 20_000})
    found = asked(connection, *(wide for _ in range(400)))
    assert [rows == [(wide[1]["text"],)] for rows in found] == [True] * 400


def test_a_server_that_goes_away_is_an_error_and_closes_the_connection(
    connection: psycopg.Connection[Any], postgres_url: str
) -> None:
    mine = connection.info.backend_pid
    url = sa.make_url(postgres_url).set(drivername="postgresql")
    pipeline = Pipeline(connection)
    pipeline.add("SELECT %(a)s::text", {"a": str(uuid4())})
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (mine,))
    with pytest.raises(psycopg.OperationalError):
        pipeline.finish()
    assert connection.closed or connection.pgconn.status == pq.ConnStatus.BAD
