"""The verbs of handling as programs call them (DOMAIN §3a): part of `Engine`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.cases.command import Outcome
from engine.cases.executor import Executor
from engine.cases.queries import Queries
from engine.commanding import Commanding
from engine.errors import BihuanError, Conflict, NotFound
from engine.runtime.verbs.returning import Target, targets


class Handling(Commanding):
    """What people do with tasks beyond claiming and completing them. Each is one command of the case."""

    executor: Executor
    queries: Queries

    def return_targets(self, case_id: UUID, task_id: int) -> list[Target]:
        """The earlier steps of a task's level, latest first, each with whether it may be returned to and why not."""
        return self.executor.look(case_id, lambda session: targets(session, task_id))

    def return_task(
        self,
        case_id: UUID,
        task_id: int,
        *,
        actor: str,
        to: str | None = None,
        mode: str = "redo",
        reason: str = "",
        **options: Any,
    ) -> Outcome:
        """退回 a task to an earlier completed step.

        to: element id, by default the latest legal one. mode: `redo` the steps between, or straight `back`.
        Raises Refusal with the rule that forbids it.
        """
        given = {"task": task_id, "to": to, "mode": mode, "reason": reason}
        return self.command(case_id, "return", given, actor=actor, **options)

    def recall(self, case_id: UUID, task_id: int, *, actor: str, reason: str = "", **options: Any) -> Outcome:
        """撤回 one's own completion of a task, until something came of it."""
        return self.command(case_id, "recall", {"task": task_id, "reason": reason}, actor=actor, **options)

    def jump(
        self, case_id: UUID, token_id: int, to: str, *, actor: str, reason: str = "", **options: Any
    ) -> Outcome:
        """Put a token to another node where that strands and doubles nothing."""
        given = {"token": token_id, "to": to, "reason": reason}
        return self.command(case_id, "jump", given, actor=actor, **options)

    def transfer(
        self,
        case_id: UUID,
        task_id: int,
        to: str,
        *,
        actor: str,
        reason: str = "",
        superior: bool = False,
        **options: Any,
    ) -> Outcome:
        """转办 a task to another person; `superior` when a common superior decides."""
        given = {"task": task_id, "to": to, "reason": reason, "superior": superior}
        return self.command(case_id, "transfer", given, actor=actor, **options)

    def delegate(
        self, case_id: UUID, task_id: int, to: str, *, actor: str, reason: str = "", **options: Any
    ) -> Outcome:
        """委派 a task: somebody else works on it, then it comes back for confirmation."""
        given = {"task": task_id, "to": to, "reason": reason}
        return self.command(case_id, "delegate", given, actor=actor, **options)

    def add_sign(
        self,
        case_id: UUID,
        task_id: int,
        users: list[str],
        mode: str,
        *,
        actor: str,
        ordered: bool | None = None,
        reason: str = "",
        **options: Any,
    ) -> Outcome:
        """加签: others sign `before`, `after` or `beside` me, in the given order unless told."""
        given: dict[str, Any] = {"task": task_id, "users": list(users), "mode": mode, "reason": reason}
        if ordered is not None:
            given["ordered"] = ordered
        return self.command(case_id, "add-sign", given, actor=actor, **options)

    def remove_sign(self, case_id: UUID, task_id: int, user: str, *, actor: str, **options: Any) -> Outcome:
        """减签 somebody who has not signed yet."""
        return self.command(case_id, "remove-sign", {"task": task_id, "user": user}, actor=actor, **options)

    def urge(self, case_id: UUID, task_id: int, *, actor: str, message: str = "", **options: Any) -> Outcome:
        """催办 a task; not too often."""
        return self.command(case_id, "urge", {"task": task_id, "message": message}, actor=actor, **options)

    def copy(self, case_id: UUID, task_id: int, users: list[str], *, actor: str, **options: Any) -> Outcome:
        """抄送 a task to others."""
        return self.command(case_id, "copy", {"task": task_id, "users": list(users)}, actor=actor, **options)

    def extend(
        self,
        case_id: UUID,
        task_id: int | None,
        due: int | None = None,
        *,
        approved_by: str,
        actor: str,
        more: str | None = None,
        reason: str = "",
        **options: Any,
    ) -> Outcome:
        """延期 a task, or with None the case as a whole, approved by somebody else.

        more: for a task with a limit, in its units and as its rule allows (`5 workDay`). due: for one without, a
        later due time in microseconds, once.
        """
        given = {"task": task_id, "due": due, "more": more, "approved_by": approved_by, "reason": reason}
        return self.command(case_id, "extend", given, actor=actor, **options)

    def recalculate(self, *, actor: str, reason: str) -> list[Outcome]:
        """Move the clocks of all open cases after a calendar was corrected; one event for each case that moves.

        reason: what was corrected, kept in each case.
        """
        moved = []
        for case_id in self.queries.cases_with_clocks():
            try:
                moved.append(self.command(case_id, "recalculate", {"reason": reason}, actor=actor))
            except (NotFound, Conflict):
                continue
        return moved

    def hand_over(
        self, leaving: str, to: str, *, actor: str, reason: str = ""
    ) -> list[Outcome | BihuanError]:
        """离职转办: transfer all open tasks of somebody; for each task what came of it."""
        results: list[Outcome | BihuanError] = []
        for task in self.queries.tasks(assignee=leaving, limit=100_000):
            try:
                results.append(
                    self.transfer(task.case_id, task.id, to, actor=actor, reason=reason, superior=True)
                )
            except BihuanError as error:
                results.append(error)
        return results
