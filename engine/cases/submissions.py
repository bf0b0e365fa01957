"""Deployments that one person hands in and another publishes (DOMAIN §2: a diagram's author never publishes it alone).

A package is kept as it was handed in; what the checks find in it is found anew whenever it is looked at, for what is
deployed beside it may have changed. Publishing checks it once more and deploys it, all or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from engine.cases.clock import Clock
from engine.cases.definitions import Deployment
from engine.errors import Conflict, NotFound, Refusal
from engine.model import Finding, ModelErrors, read_package
from engine.store import Database, Transaction
from engine.store.tables import definitions, submission_files, submissions

WAITING: Final = "waiting"
Publish = Callable[[Mapping[str, bytes], str, str], Deployment]
"""Deploys files as somebody, in a package."""
_C = submissions.c


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """A package somebody handed in. status: `waiting`, `published` or `rejected`. Times in microseconds.

    reason: why it was decided so. deployment_id: what came of it.
    """

    number: int
    package: str
    author: str
    submitted_at: int
    status: str
    decided_by: str | None
    decided_at: int | None
    reason: str
    deployment_id: Any


class Submissions:
    """Keeps packages until somebody decides. publish: deploys one."""

    def __init__(self, database: Database, publish: Publish, clock: Clock) -> None:
        self._database = database
        self._publish = publish
        self._clock = clock

    def submit(
        self, files: Mapping[str, bytes], *, actor: str, package: str
    ) -> tuple[Submission, tuple[Finding, ...]]:
        """Keep a package for somebody else to publish; its warnings beside it. Raises ModelErrors."""
        findings = self._check(files)
        now = self._clock()
        with self._database.transaction() as tx:
            last = tx.execute(sa.select(sa.func.max(_C.number))).scalar()
            number = 1 + (last or 0)
            tx.execute(
                submissions.insert().values(
                    number=number,
                    package=package,
                    author=actor,
                    submitted_at=now,
                    status=WAITING,
                    decided_by=None,
                    decided_at=None,
                    reason="",
                    deployment_id=None,
                )
            )
            for name, content in sorted(files.items()):
                tx.execute(submission_files.insert().values(number=number, name=name, content=content))
        return self.get(number), findings

    def get(self, number: int) -> Submission:
        """One of them. Raises NotFound."""
        found = self._rows(sa.select(submissions).where(_C.number == number))
        if not found:
            raise _unknown(number)
        return found[0]

    def all(self, *, status: str | None = None, limit: int = 100) -> list[Submission]:
        """All of them, the latest first."""
        query = sa.select(submissions).order_by(_C.number.desc()).limit(limit)
        return self._rows(query if status is None else query.where(_C.status == status))

    def files(self, number: int) -> dict[str, bytes]:
        """The files handed in, by name. Raises NotFound."""
        self.get(number)
        table = submission_files
        query = (
            sa.select(table.c.name, table.c.content).where(table.c.number == number).order_by(table.c.name)
        )
        with self._database.reading() as tx:
            return {row.name: bytes(row.content) for row in tx.execute(query)}

    def findings(self, number: int) -> tuple[Finding, ...]:
        """What the checks find in a package as things stand now. Raises NotFound."""
        return self.check(self.files(number))

    def check(self, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
        """What the checks find in files that nobody has handed in yet, errors included."""
        try:
            return self._check(files)
        except ModelErrors as errors:
            return errors.findings

    def publish(self, number: int, *, actor: str) -> tuple[Submission, Deployment]:
        """Deploy what somebody else handed in; the deployment is in the author's name, the decision in the actor's.

        Raises NotFound, Conflict once decided, Refusal for one's own, ModelErrors when it does not fit any more.
        """
        files = self.files(number)
        submission = self.get(number)
        if submission.author == actor:
            raise Refusal(
                rule="deployment.two_people",
                message_zh="流程设计者不能单独发布自己的流程，须由另一人发布",
                message_en="a diagram is published by somebody other than its author",
            )
        # Checked first: a package that does not fit any more stays undecided.
        self._check(files)
        self._decide(number, "published", actor, "")
        try:
            deployment = self._publish(files, submission.author, submission.package)
        except BaseException:
            self._undecide(number)
            raise
        with self._database.transaction() as tx:
            tx.execute(submissions.update().where(_C.number == number).values(deployment_id=deployment.id))
        return self.get(number), deployment

    def reject(self, number: int, *, actor: str, reason: str) -> Submission:
        """Do not publish it; its author may take it back so. Raises NotFound, Conflict once decided."""
        self._decide(number, "rejected", actor, reason)
        return self.get(number)

    def _check(self, files: Mapping[str, bytes]) -> tuple[Finding, ...]:
        with self._database.reading() as tx:
            keys = list(tx.execute(sa.select(definitions.c.key).distinct()).scalars())
        return tuple(read_package(files, known_processes=keys).findings)

    def _decide(self, number: int, status: str, actor: str, reason: str) -> None:
        with self._database.transaction() as tx:
            if not self._change(tx, number, WAITING, status, actor, self._clock(), reason):
                row = tx.execute(sa.select(_C.status).where(_C.number == number)).first()
                if row is None:
                    raise _unknown(number)
                raise Conflict(
                    code="submission.decided",
                    message_zh="这次提交已有决定",
                    message_en="what was handed in was decided before",
                    current={"status": row.status},
                )

    def _undecide(self, number: int) -> None:
        with self._database.transaction() as tx:
            self._change(tx, number, "published", WAITING, None, None, "")

    def _change(
        self,
        tx: Transaction,
        number: int,
        before: str,
        after: str,
        actor: str | None,
        at: int | None,
        reason: str,
    ) -> bool:
        values = {"status": after, "decided_by": actor, "decided_at": at, "reason": reason}
        done = tx.execute(
            submissions.update().where(_C.number == number, _C.status == before).values(**values)
        )
        return bool(done.rowcount)

    def _rows(self, query: sa.Select[Any]) -> list[Submission]:
        names = Submission.__dataclass_fields__
        with self._database.reading() as tx:
            return [Submission(**{name: getattr(row, name) for name in names}) for row in tx.execute(query)]


def _unknown(number: int) -> NotFound:
    return NotFound(
        code="submission.unknown",
        message_zh=f"没有编号为 {number} 的提交",
        message_en=f"nothing was handed in under number {number}",
    )
