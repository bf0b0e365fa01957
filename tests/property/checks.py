"""What must hold of a case after every command, however it was run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from engine import Engine
from engine.history import Replayer, Verifier
from engine.runtime import Session, Settings
from engine.runtime.board import TASK_STATES
from engine.runtime.tree import TaskState, TokenTask
from engine.state import CaseState
from engine.store import Database
from engine.store.statement import Statement
from engine.store.tables import METADATA

FINISHED_TREE = 1
"""What a pruned tree holds beside its tokens: the root."""

ROWS = {table.name: Statement(sa.select(table)) for table in METADATA.sorted_tables}
"""What reads each table."""

FILLED = Statement(
    sa.union_all(
        *(
            sa.select(sa.literal_column(f"'{table.name}'")).where(
                sa.exists(sa.select(sa.literal_column("1")).select_from(table))
            )
            for table in METADATA.sorted_tables
        )
    )
)
"""The names of the tables that hold rows: of seventy, a case fills a dozen."""

Place = tuple[int, int, str, int]


def projected(session: Session) -> set[Place]:
    """Scope, token, node and task state of every live task in the SpiffWorkflow trees of a session."""
    return {
        (task.scope, task.token, task.task_spec.name, task.state)
        for tree in session.trees.values()
        for task in tree.tasks.values()
        if isinstance(task, TokenTask) and not task.has_state(TaskState.FINISHED_MASK)
    }


def expected(state: CaseState) -> set[Place]:
    """The same, from the neutral state."""
    return {
        (scope.id, token.id, token.element, TASK_STATES[token.status])
        for scope, token in state.tokens()
        if not scope.closed
    }


def check_session(session: Session) -> None:
    """The tree and the neutral state of a live session say the same, and so does one rebuilt from the state."""
    state = session.state
    assert projected(session) == expected(state)
    assert session.tasks.keys() == {token.id for scope, token in state.tokens()}
    assert session.trees.keys() == {scope.id for scope in state.scopes.values() if not scope.closed}
    if session.settings.prune:
        for scope_id, tree in session.trees.items():
            assert len(tree.tasks) == FINISHED_TREE + len(state.scopes[scope_id].tokens)
    again = Session.restore(CaseState.from_row(state.row()), session.programs, session.settings)
    assert projected(again) == projected(session)
    assert again.state.row() == state.row()
    assert again.state.home == state.home
    assert set(again.joining) == {
        key
        for key in session.joining
        if any(_waits(token, key[1]) for token in state.scopes[key[0]].tokens.values())
    }
    assert again.state.digest() == state.digest()


def _waits(token: Any, node: str) -> bool:
    return bool(token.element == node and token.status == "waiting")


def check_alive(state: CaseState) -> None:
    """An active case waits for somebody: no token was lost, none stands where nothing can reach it."""
    if state.status != "active":
        return
    assert any(True for scope in state.scopes.values() for _ in scope.items()), state.row()


def check_history(engine: Engine, case_id: UUID) -> None:
    """Verify finds nothing, and replay gives the same under every way of running."""
    assert [str(finding) for finding in Verifier(engine).verify(case_id).findings] == []
    for prune in (True, False):
        for rebuild in (True, False):
            settings = Settings(prune=prune)
            report = Replayer(engine, settings, rebuild=rebuild).replay(case_id)
            assert [str(finding) for finding in report.findings] == [], (prune, rebuild)


def dump(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in order."""
    with database.reading() as tx:
        filled = {name for (name,) in tx.rows(FILLED)}
        read = tx.rows_of(*((statement, {}) for name, statement in ROWS.items() if name in filled))
    rows = dict(zip((name for name in ROWS if name in filled), read, strict=True))
    return {
        name: sorted((tuple(_plain(value) for value in row) for row in rows.get(name, [])), key=repr)
        for name in ROWS
    }


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
