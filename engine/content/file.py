"""The things every part of a case's content works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.cases import snapshot
from engine.cases import statements as sql
from engine.cases.command import CLOSED, case_head
from engine.cases.reading import read_events
from engine.facade import Engine
from engine.privacy import AccessLog, Eyes, PrivacyRules, Reader, open_eyes
from engine.store import Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """An engine with the rules of privacy and the access log."""

    engine: Engine
    rules: PrivacyRules
    log: AccessLog

    @contextmanager
    def eyes(self, reader: Reader, case_id: UUID) -> Iterator[tuple[Reading, Eyes]]:
        """Look at a case as somebody; what was opened is in the access log before the block ends.

        Raises NotFound when they may not see the case.
        """
        with self.engine.database.reading(snapshot=True) as tx:
            reader.check(tx, case_id)
            eyes = self.look(tx, reader, case_id)
            yield tx, eyes
        eyes.record(self.engine.database, self.log)

    def look(self, tx: Reading, reader: Reader, case_id: UUID) -> Eyes:
        """The eyes of somebody who may see the case."""
        effects = (event.open().effects for event in read_events(tx, case_id))
        variables = case_variables(tx, case_id)
        return open_eyes(tx, self.engine, self.rules, reader, case_id, variables, effects)


def case_variables(tx: Reading, case_id: UUID) -> dict[str, Any]:
    """The variables of a case's process, wire form; of an ended case those it ended with."""
    row = tx.row(sql.read_case, {"case_id": case_id})
    assert row is not None
    head = case_head(row)
    if head.status not in CLOSED:
        return snapshot.load(tx, case_id, head.state_hash).root.variables
    found: dict[str, Any] = {}
    root: int | None = None
    for event in read_events(tx, case_id):
        for effect in event.open().effects:
            if effect[0] == "scope+" and root is None:
                root = effect[1]
                found.update(effect[8])
            elif effect[0] == "var" and effect[1] == root:
                found.update(effect[2])
    return found
