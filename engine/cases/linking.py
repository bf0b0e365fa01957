"""Telling a case that another one was linked to it: what the outbox does with rows of the kind `link`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from engine.cases.command import Command
from engine.cases.executor import Executor
from engine.errors import Conflict, NotFound, Refusal

LINK = "link"


class LinkTeller:
    """Records a link, or its end, in the log of the case at its other end."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def __call__(self, message_id: str, payload: Mapping[str, Any]) -> None:
        """Deliver one row. A case that has ended keeps its log as it is; the table of links shows it there."""
        source = message_id.partition("/")[0]
        command = Command(
            kind="link" if payload["on"] else "unlink",
            actor=payload["actor"],
            input={"case": source, "kind": payload["kind"], "direction": "in"},
            key=f"link/{message_id}",
        )
        try:
            self._executor.execute(UUID(payload["case"]), command)
        except (NotFound, Conflict, Refusal):
            return
