"""Unmasking: for a time and with a reason, somebody sees the personal data of a case as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound, Refusal
from engine.privacy.access import AccessLog
from engine.privacy.reader import Reader, reader_of
from engine.privacy.rules import PrivacyRules
from engine.store import Database, Reading, Statement, insert, new_case_id
from engine.store.identity import RANDOM_BYTES
from engine.store.tables import unmask_grants

MINUTE: Final = 60_000_000
_ADD: Final = insert(unmask_grants)
_REVOKE: Final = Statement(
    unmask_grants.update()
    .where(
        unmask_grants.c.grant_id == sa.bindparam("key_grant_id", type_=sa.Uuid),
        unmask_grants.c.revoked_at.is_(None),
    )
    .values(revoked_at=sa.bindparam("at", type_=sa.BigInteger))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """Leave to see a case unmasked. Times in microseconds; it holds from `granted_at` to before `expires_at`."""

    id: UUID
    case_id: UUID
    person: str
    granted_by: str
    reason: str
    granted_at: int
    expires_at: int
    revoked_at: int | None = None

    def holds(self, at: int) -> bool:
        """Whether it holds at a moment."""
        return self.granted_at <= at < self.expires_at and (self.revoked_at is None or at < self.revoked_at)


class Unmasking:
    """Gives, takes back and finds grants. random: gives random bytes, for ids."""

    def __init__(
        self,
        database: Database,
        rules: PrivacyRules,
        log: AccessLog,
        random: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._rules = rules
        self._log = log
        self._random = random

    def unmask(
        self,
        reader: Reader,
        case_id: UUID,
        reason: str,
        *,
        minutes: int | None = None,
        person: str | None = None,
    ) -> Grant:
        """Open a case's personal data for a time.

        reader: who decides. person: for whom, by default for themselves. minutes: for how long. Raises NotFound
        when one of them may not see the case at all, InvalidInput for a reason too short or a time too long,
        Refusal (rules `unmask.*`) when they may not decide or the person's roles open nothing more.
        """
        whom = person or reader.person
        length = self._rules.default_minutes if minutes is None else minutes
        self._check_words(reason, length)
        with self._database.reading() as tx:
            reader.check(tx, case_id)
            subject = reader if whom == reader.person else reader_of(reader.index, whom, reader.at)
            subject.check(tx, case_id)
        refusal = self._refusal(reader, subject)
        grant = Grant(
            id=new_case_id(reader.at, self._random(RANDOM_BYTES)),
            case_id=case_id,
            person=whom,
            granted_by=reader.person,
            reason=reason.strip(),
            granted_at=reader.at,
            expires_at=reader.at + length * MINUTE,
        )
        with self._database.transaction() as tx:
            basis = "granted" if refusal is None else "denied"
            self._log.add(
                tx,
                at=reader.at,
                person=reader.person,
                case_id=case_id,
                fields=[whom],
                basis=basis,
                reason=grant.reason,
                request=reader.request,
            )
            if refusal is None:
                tx.write(
                    _ADD,
                    {
                        "grant_id": grant.id,
                        "case_id": case_id,
                        "person_id": whom,
                        "granted_by": grant.granted_by,
                        "reason": grant.reason,
                        "granted_at": grant.granted_at,
                        "expires_at": grant.expires_at,
                        "revoked_at": None,
                    },
                )
        if refusal is not None:
            raise refusal
        return grant

    def revoke(self, reader: Reader, grant_id: UUID) -> None:
        """Take a grant back: one's own, one that one gave, or any as an approver. Raises NotFound."""
        with self._database.transaction() as tx:
            row = tx.execute(sa.select(unmask_grants).where(unmask_grants.c.grant_id == grant_id)).first()
            grant = None if row is None else _grant(row._mapping)
            allowed = grant is not None and (
                reader.person in (grant.person, grant.granted_by)
                or bool(reader.roles & self._rules.approvers)
            )
            if grant is None or not allowed or not grant.holds(reader.at):
                raise NotFound(
                    code="grant.unknown", message_zh="没有这项授权", message_en="there is no such grant"
                )
            tx.write(_REVOKE, {"key_grant_id": grant_id, "at": reader.at})
            self._log.add(
                tx,
                at=reader.at,
                person=reader.person,
                case_id=grant.case_id,
                fields=[grant.person],
                basis="revoked",
                request=reader.request,
            )

    def grants(self, reader: Reader, case_id: UUID) -> list[Grant]:
        """The grants of a case that hold now, for whoever may see the case. Raises NotFound."""
        with self._database.reading() as tx:
            reader.check(tx, case_id)
            query = sa.select(unmask_grants).where(unmask_grants.c.case_id == case_id)
            found = [_grant(row._mapping) for row in tx.execute(query.order_by(unmask_grants.c.grant_id))]
        return [grant for grant in found if grant.holds(reader.at)]

    def _check_words(self, reason: str, minutes: int) -> None:
        shortest, longest = self._rules.shortest_reason, self._rules.longest_minutes
        if len(reason.strip()) < shortest:
            raise InvalidInput.at(
                "reason",
                message_zh=f"请说明理由，至少{shortest}个字",
                message_en=f"say why, in at least {shortest} characters",
            )
        if not 1 <= minutes <= longest:
            raise InvalidInput.at(
                "minutes", message_zh=f"应为 1 至 {longest} 分钟", message_en=f"1 to {longest} minutes"
            )

    def _refusal(self, reader: Reader, subject: Reader) -> Refusal | None:
        rules = self._rules
        if subject.index is not None and not any(
            rule.grant & subject.roles for rule in rules.classes.values()
        ):
            return Refusal(
                rule="unmask.role",
                message_zh="该岗位不能申请查看未脱敏内容",
                message_en="the role cannot be shown unmasked content",
            )
        own = reader.person == subject.person
        deciding = rules.own_decision if own else rules.approvers
        if reader.index is not None and not deciding & reader.roles:
            return Refusal(
                rule="unmask.approval",
                message_zh="须由有权批准的人授权",
                message_en="somebody entitled to approve must grant it",
            )
        return None


def grant_of(tx: Reading, person: str, case_id: UUID, at: int) -> Grant | None:
    """The grant under which somebody sees a case unmasked at a moment, the longest one; None without."""
    table = unmask_grants
    query = (
        sa.select(table)
        .where(table.c.person_id == person, table.c.case_id == case_id, table.c.expires_at > at)
        .order_by(table.c.expires_at.desc())
    )
    return next(
        (grant for row in tx.execute(query) if (grant := _grant(row._mapping)).holds(at)),
        None,
    )


def _grant(row: Any) -> Grant:
    return Grant(
        id=row["grant_id"],
        case_id=row["case_id"],
        person=row["person_id"],
        granted_by=row["granted_by"],
        reason=row["reason"],
        granted_at=row["granted_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
    )
