"""The tables: what the migrations make is what the code declares, and the case log only grows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.store import Database, SchemaMismatch, migrations, schema
from engine.store.migrations import REVISIONS, Phase, Revision, upgrade
from engine.store.tables import METADATA, erasures, events
from tests.infrastructure.postgres_server import PostgresServer
from tests.unit.store.rows import INSERT_EVENT, event

_POSTGRESQL_CATALOG = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
  WHERE NOT tgisinternal
UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3, 4
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], sa.Engine]]:
    """Makes engines, each on a database of its own without any table."""
    made: list[sa.Engine] = []

    def make() -> sa.Engine:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path}/{len(made)}.sqlite"
            engine = sa.create_engine(url, connect_args={"isolation_level": None})
        else:
            server: PostgresServer = request.getfixturevalue("postgres")
            engine = sa.create_engine(server.url(server.create_database()), isolation_level="AUTOCOMMIT")
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def empty_engine(new_engine: Callable[[], sa.Engine]) -> sa.Engine:
    """An engine on a database without any table."""
    return new_engine()


def catalog(engine: sa.Engine) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return [tuple(row) for row in connection.exec_driver_sql(_POSTGRESQL_CATALOG)]
        rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return sorted((kind, name, *_parts(text)) for kind, name, text in rows)


def _parts(text: str) -> list[str]:
    """What a statement declares, in an order that does not depend on how it was put together."""
    words = " ".join(text.split()).replace("( ", "(").replace(" )", ")")
    if not words.startswith("CREATE TABLE"):
        return [words]
    body, _, options = words.partition("(")[2].rpartition(")")
    return [*sorted(re.split(r", (?![^(]*\))", body)), options]


def test_migrations_make_what_the_code_declares(new_engine: Callable[[], sa.Engine]) -> None:
    migrated, declared = new_engine(), new_engine()
    upgrade(migrated)
    with declared.connect() as connection:
        schema.create(connection)
    assert catalog(migrated) == catalog(declared)
    assert len(catalog(migrated)) > 30


def test_later_databases_in_memory_are_like_one_in_a_file_and_know_nothing_of_each_other(
    tmp_path: Path,
) -> None:
    file = Database.open(f"sqlite:///{tmp_path}/x.sqlite", create=True)
    opened = [Database.open("sqlite://", create=True) for _ in range(2)]
    for database in opened:
        with database.transaction() as tx:
            tx.write(INSERT_EVENT, event())
    third = Database.open("sqlite://", create=True)
    with third.reading() as tx:
        assert tx.execute(sa.select(events)).all() == []
    assert catalog(third.engine) == catalog(file.engine)
    with third.transaction() as tx:
        tx.write(INSERT_EVENT, event())
        with pytest.raises(sa.exc.IntegrityError, match="append only"):
            tx.execute(events.delete())
    for database in (file, *opened, third):
        database.close()


def test_alembic_finds_no_difference(empty_engine: sa.Engine) -> None:
    upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_upgrading_twice_changes_nothing(empty_engine: sa.Engine) -> None:
    upgrade(empty_engine)
    before = catalog(empty_engine)
    upgrade(empty_engine)
    upgrade(empty_engine, phase=Phase.PRE)
    assert catalog(empty_engine) == before


def test_a_failing_step_leaves_the_database_as_it_was(
    empty_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("alembic.operations.Operations.create_index", fail)
    with pytest.raises(ZeroDivisionError):
        upgrade(empty_engine)
    assert catalog(empty_engine) == []


def test_the_list_of_steps_is_the_folder_of_files() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    files = sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    assert files == sorted(f"{step.phase}_{step.id}_{step.name}" for step in REVISIONS)
    config = Config()
    config.set_main_option("script_location", str(folder.parent))
    chain = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert chain[::-1] == [step.id for step in REVISIONS]


def test_an_empty_database_is_not_opened_unless_asked_to_set_it_up(empty_engine: sa.Engine) -> None:
    url = empty_engine.url.render_as_string(hide_password=False)
    with pytest.raises(SchemaMismatch, match="bihuan db upgrade"):
        Database.open(url)
    Database.open(url, create=True).close()
    Database.open(url, create=True).close()
    Database.open(url).close()


def plan(*phases: Phase) -> tuple[Revision, ...]:
    return tuple(Revision(id=f"{n:04}", phase=phase, name="step") for n, phase in enumerate(phases, start=1))


@pytest.mark.parametrize(
    ("steps", "opens"),
    [
        (plan(Phase.PRE, Phase.PRE), False),
        (plan(Phase.PRE, Phase.POST), True),
        (plan(Phase.PRE, Phase.POST, Phase.PRE), False),
        ((Revision(id="0000", phase=Phase.PRE, name="older"),), True),
    ],
)
def test_code_runs_on_a_database_that_lacks_only_steps_made_to_run_after_it(
    steps: tuple[Revision, ...], opens: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database.open("sqlite://", create=True)
    monkeypatch.setattr(schema, "REVISIONS", steps)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        if opens:
            schema.check(connection)
        else:
            with pytest.raises(SchemaMismatch, match="0001"):
                schema.check(connection)
    database.close()


@pytest.mark.parametrize(
    ("current", "phase", "target"),
    [
        (None, Phase.PRE, "0001"),
        (None, Phase.POST, "0003"),
        ("0001", Phase.PRE, None),
        ("0001", Phase.POST, "0003"),
        ("0002", Phase.PRE, "0003"),
        ("0003", Phase.POST, None),
        ("9999", Phase.POST, None),
    ],
)
def test_an_upgrade_before_the_new_code_stops_at_the_first_step_made_for_after_it(
    current: str | None, phase: Phase, target: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "REVISIONS", plan(Phase.PRE, Phase.POST, Phase.PRE))
    assert migrations._target(current, phase) == target


@pytest.mark.parametrize(
    ("url", "attack"),
    [
        ("sqlite_url", "UPDATE events SET actor = 'zhang'"),
        ("sqlite_url", "DELETE FROM events"),
        (
            "sqlite_url",
            "INSERT OR REPLACE INTO events SELECT case_id, seq, 9, 9, kind, 'z', NULL, x'00', hash FROM events",
        ),
        ("sqlite_url", "UPDATE OR REPLACE events SET seq = 7"),
        ("postgres_url", "UPDATE events SET actor = 'zhang'"),
        ("postgres_url", "UPDATE events SET actor = 'zhang' WHERE seq = 99"),
        ("postgres_url", "DELETE FROM events"),
        ("postgres_url", "TRUNCATE events"),
        (
            "postgres_url",
            "INSERT INTO events SELECT * FROM events ON CONFLICT (case_id, seq) DO UPDATE SET actor = 'z'",
        ),
    ],
)
def test_the_case_log_only_grows(url: str, attack: str, request: pytest.FixtureRequest) -> None:
    database = Database.open(request.getfixturevalue(url))
    with database.transaction() as tx:
        tx.write(INSERT_EVENT, event())
    with pytest.raises(sa.exc.DBAPIError, match="append only"), database.transaction() as tx:
        tx.execute(sa.text(attack))
    with database.reading() as reading:
        assert reading.execute(sa.select(events.c.actor, events.c.recorded_at)).all() == [("li", 2)]
    database.close()


@pytest.mark.parametrize(
    ("url", "attack"),
    [
        ("sqlite_url", "UPDATE erasures SET actor = 'zhang'"),
        ("sqlite_url", "DELETE FROM erasures"),
        ("sqlite_url", "INSERT OR REPLACE INTO erasures SELECT case_id, 9, 'zhang', ground FROM erasures"),
        ("sqlite_url", "UPDATE OR REPLACE erasures SET erased_at = 7"),
        ("postgres_url", "UPDATE erasures SET actor = 'zhang'"),
        ("postgres_url", "UPDATE erasures SET actor = 'zhang' WHERE erased_at = 99"),
        ("postgres_url", "DELETE FROM erasures"),
        ("postgres_url", "TRUNCATE erasures"),
        (
            "postgres_url",
            "INSERT INTO erasures SELECT * FROM erasures ON CONFLICT (case_id) DO UPDATE SET actor = 'z'",
        ),
    ],
)
def test_the_log_of_destroyed_keys_only_grows(url: str, attack: str, request: pytest.FixtureRequest) -> None:
    database = Database.open(request.getfixturevalue(url))
    line = {"erased_at": 2, "actor": "li", "ground": "job 1"}
    with database.transaction() as tx:
        tx.execute(erasures.insert().values(case_id=UUID(int=1), **line))
    with pytest.raises(sa.exc.DBAPIError, match="append only"), database.transaction() as tx:
        tx.execute(sa.text(attack))
    with database.reading() as reading:
        assert reading.execute(sa.select(erasures.c.actor, erasures.c.erased_at)).all() == [("li", 2)]
    with database.transaction() as tx:
        tx.execute(erasures.insert().values(case_id=UUID(int=2), **line))
    database.close()


def test_an_event_is_not_written_twice(database: Database) -> None:
    with database.transaction() as tx:
        tx.write(INSERT_EVENT, event())
    with pytest.raises(sa.exc.IntegrityError), database.transaction() as tx:
        tx.write(INSERT_EVENT, event(actor="zhang"))


def test_tables_of_running_cases_are_keyed_by_the_case_first() -> None:
    for table in METADATA.tables.values():
        if "case_id" in table.c and table.name not in ("idempotency_keys", "proof_leaves"):
            assert next(iter(table.primary_key)).name == "case_id"


def test_the_log_has_no_index_beside_its_key() -> None:
    assert not events.indexes
