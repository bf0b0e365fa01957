"""Whether the rows that inboxes and sweeps read say what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.cases.definitions import Definitions
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.history.fold import Fold
from engine.history.stored import MIRRORED
from engine.state import Scope
from engine.state.items import CONDITION
from engine.store import NEVER

Rows = set[tuple[Any, ...]]


def compare_rows(stored: dict[str, Rows], fold: Fold, definitions: Definitions) -> Iterator[HistoryFinding]:
    """Compare each hot table's rows of a case with those its neutral state leads to."""
    expected = _expected(fold, definitions)
    for name in MIRRORED:
        for row in sorted(expected[name] ^ stored[name], key=repr):
            missing = row in expected[name]
            yield HistoryFinding(
                rule=f"row.{name}",
                case_id=fold.case_id,
                seq=fold.seq,
                place=f"{name}[{row[0]}]",
                message_zh="缺少与日志相符的行" if missing else "有与日志不符的行",
                message_en="the row the log leads to is missing" if missing else "the row is not in the log",
            )


def _expected(fold: Fold, definitions: Definitions) -> dict[str, Rows]:
    rows: dict[str, Rows] = {name: set() for name in MIRRORED}
    for scope in fold.state.scopes.values():
        _tasks(rows, scope, definitions)
        rows["timers"] |= {(item.id, item.element, item.due) for item in scope.timers.values()}
        rows["subscriptions"] |= {
            (item.id, item.kind, item.name, item.key, item.element, int(item.wakes))
            for item in scope.subscriptions.values()
            if item.kind != CONDITION
        }
        rows["jobs"] |= {(item.id, item.token, item.type, item.retries) for item in scope.jobs.values()}
        rows["incidents"] |= {
            (item.id, item.kind, item.element, item.message_zh, item.message_en, item.created)
            for item in scope.incidents.values()
        }
    return rows


def _tasks(rows: dict[str, Rows], scope: Scope, definitions: Definitions) -> None:
    if not scope.tasks:
        return
    try:
        program = definitions.programs.get(scope.definition)
    except BihuanError:
        return
    for item in scope.tasks.values():
        due = NEVER if item.due is None else item.due
        rows["tasks"].add(
            (
                item.id,
                item.token,
                program.definition.key,
                item.element,
                program.nodes[item.element].name or item.element,
                item.form,
                item.status,
                item.assignee,
                due,
                item.priority,
                item.created,
            )
        )
        rows["task_candidates"] |= {(item.id, "group", name, due, item.created) for name in item.groups}
        rows["task_candidates"] |= {(item.id, "user", name, due, item.created) for name in item.users}
