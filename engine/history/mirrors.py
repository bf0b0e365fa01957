"""Whether the rows that inboxes and sweeps read say what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.cases import mirror
from engine.cases.definitions import Definitions
from engine.errors import BihuanError
from engine.history.findings import HistoryFinding
from engine.history.fold import Fold
from engine.history.stored import CANDIDATE, MIRRORED
from engine.runtime import Settings
from engine.runtime.program import Program
from engine.state import CaseState, Scope
from engine.state.items import CONDITION
from engine.store import NEVER

Rows = set[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A case as the rows of its tasks are made from."""

    state: CaseState
    definitions: Definitions
    effects: list[list[Any]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        """How the installation runs now."""
        return self.definitions.settings

    def program(self, scope: Scope) -> Program:
        """The program a scope runs."""
        return self.definitions.programs.get(scope.definition)


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
        _tasks(rows, scope, definitions, fold)
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


def _tasks(rows: dict[str, Rows], scope: Scope, definitions: Definitions, fold: Fold) -> None:
    if not scope.tasks:
        return
    try:
        program = definitions.programs.get(scope.definition)
        definitions.programs.get(fold.state.root.definition)
    except BihuanError:
        return
    seen = _Seen(fold.state, definitions)
    for item in scope.tasks.values():
        due = NEVER if item.due is None else item.due
        urgent = mirror.urgency(item, seen)
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
                *(urgent[column] for column in ("soon_at", "urged", "provisional")),
            )
        )
        rows["task_candidates"] |= {
            tuple(row[column] for column in CANDIDATE)
            for row in mirror.candidate_rows(fold.case_id, seen, item)
        }
