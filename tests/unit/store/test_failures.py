"""Which failures pass by themselves."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.store import Database
from engine.store.failures import will_pass


def failure(database: Database, sql: str) -> sa.exc.DBAPIError:
    with pytest.raises(sa.exc.DBAPIError) as caught, database.engine.connect() as connection:
        connection.execute(sa.text(sql))
    return caught.value


def test_a_database_that_is_away_comes_back() -> None:
    with pytest.raises(sa.exc.OperationalError) as caught:
        sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none").connect()
    assert will_pass(caught.value)


def test_what_postgresql_does_not_understand_or_take_fails_again(postgres_url: str) -> None:
    database = Database.open(postgres_url)
    assert not will_pass(failure(database, "SELECT no_such_function(1)"))
    assert not will_pass(failure(database, "SELECT 'x'::int"))
    database.close()


def test_other_errors_are_not_the_databases() -> None:
    assert not will_pass(ValueError())
