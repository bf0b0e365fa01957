"""Who may do what with a case: asked before a command, so that nobody acts on what is not theirs (DOMAIN §2, §3a).

A case somebody may not see does not exist for them. Of a case they see, they may act on a task that is theirs, or
that nobody has and they are a candidate of; a task without candidates is open to whoever sees the case. Rules of
the domain (separation of duties, closing conditions, …) are the case's own and come after.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from engine.directory import Index
from engine.directory.scope import Scope, scope_of
from engine.directory.vocabulary import Confidentiality
from engine.errors import BihuanError, NotFound
from engine.store import Database, Statement
from engine.store.tables import case_places, cases, task_candidates, tasks

_CLOSE: Final = Statement(
    sa.select(
        tasks.c.assignee, task_candidates.c.kind, task_candidates.c.candidate, case_places.c.confidentiality
    )
    .select_from(
        tasks.outerjoin(
            task_candidates,
            sa.and_(
                task_candidates.c.case_id == tasks.c.case_id, task_candidates.c.task_id == tasks.c.task_id
            ),
        ).outerjoin(case_places, case_places.c.case_id == tasks.c.case_id)
    )
    .where(tasks.c.case_id == sa.bindparam("case_id"), tasks.c.task_id == sa.bindparam("task_id"))
)

SUPERVISING: Final = frozenset({"leader", "duty_leader", "village_lead", "town_centre", "county_centre"})
"""Roles that decide over tasks of others in the area they see."""


class NotEntitled(BihuanError):
    """The case is known to the actor, but this is not theirs to do."""

    default_code = "not_entitled"


class Part(StrEnum):
    """What part in a task a verb asks for.

    HANDLER: has it, or may take it. HOLDER: has it. SUPERIOR: does not have it, and has a supervising role over the
    case's place. SUPERVISOR: one of the two. READER: sees the case.
    """

    HANDLER = "handler"
    HOLDER = "holder"
    SUPERIOR = "superior"
    SUPERVISOR = "supervisor"
    READER = "reader"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who asks, as the directory knows them at a moment. `scope` None: not on the staff, so sees nothing.

    absent: for whom they act, if for somebody: what is that person's is theirs.
    """

    person: str
    scope: Scope | None
    groups: frozenset[str]
    roles: frozenset[str]
    absent: str | None = None

    @property
    def names(self) -> frozenset[str]:
        """The people whose tasks are the actor's."""
        return frozenset({self.person} if self.absent is None else {self.person, self.absent})


def actor_of(index: Index, person: str, at: int, *, absent: str | None = None) -> Actor:
    """The actor at a moment (microseconds); what a stand-in has by the roles of the absent is included."""
    return Actor(
        person=person,
        scope=scope_of(index, person, at, absent=absent),
        groups=frozenset(index.groups_of(person, at)),
        roles=frozenset(post.membership.role for post in index.posts(person, at)),
        absent=absent,
    )


class Entitlement:
    """Checks against a database, one query each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check_case(self, actor: Actor, case_id: UUID) -> None:
        """Raises NotFound when the actor does not see the case, as when there is none."""
        if actor.scope is not None:
            query = sa.select(cases.c.case_id).where(cases.c.case_id == case_id, actor.scope.visible())
            with self._database.reading() as tx:
                if tx.execute(query).first() is not None:
                    return
        raise no_case(case_id)

    def check_task(self, actor: Actor, case_id: UUID, task_id: int, part: Part) -> None:
        """Raises NotFound when the actor does not see the case, NotEntitled when the task is not theirs to act on.

        A task that is gone is left to the command, which knows what became of it.
        """
        if actor.scope is None:
            raise no_case(case_id)
        with self._database.reading() as tx:
            if _plainly(actor, actor.scope, part, tx.rows(_CLOSE, {"case_id": case_id, "task_id": task_id})):
                return
            row = tx.execute(_standing(actor, actor.scope, case_id, task_id)).first()
        if row is None:
            raise no_case(case_id)
        there, assignee, candidates, mine, own = row
        if there is None or part is Part.READER:
            return
        has_it = assignee is not None and assignee in actor.names
        if has_it and part is not Part.SUPERIOR:
            return
        if part in (Part.SUPERVISOR, Part.SUPERIOR) and not has_it and own and actor.roles & SUPERVISING:
            return
        # Somebody else has it: for a candidate that is a lost race, which the command tells them of.
        if part is Part.HANDLER and (mine or (not candidates and assignee is None)):
            return
        raise NotEntitled(
            message_zh="这项任务不由您办理",
            message_en="this task is not yours to act on",
            place={"case": str(case_id), "task": task_id},
        )


def _plainly(actor: Actor, scope: Scope, part: Part, rows: list[tuple[Any, ...]]) -> bool:
    """Whether the task's own rows show that an actor has a part in it, as with nearly all that is asked for.

    What is true here is true by `_standing` too, which knows every way but has to look through the actor's scope.
    """
    if not rows or part is Part.SUPERIOR:
        return False
    if rows[0][0] == actor.person:
        return True
    return part in (Part.HANDLER, Part.READER) and any(
        candidate == actor.person
        if kind == "user"
        else candidate in actor.groups and _cleared(scope.groups.get(candidate), secrecy)
        for _, kind, candidate, secrecy in rows
    )


def _cleared(clearance: Confidentiality | None, secrecy: str | None) -> bool:
    """Whether whoever is in a group sees its cases that are so confidential; None: it is not known how much."""
    if clearance is None or clearance is Confidentiality.CONFIDENTIAL:
        return clearance is not None
    return secrecy in clearance.covers()


def _standing(actor: Actor, scope: Scope, case_id: UUID, task_id: int) -> sa.Select[tuple[int | None, ...]]:
    task = sa.and_(tasks.c.case_id == cases.c.case_id, tasks.c.task_id == task_id)
    of_task = (task_candidates.c.case_id == case_id, task_candidates.c.task_id == task_id)
    named = sa.or_(
        sa.and_(task_candidates.c.kind == "user", task_candidates.c.candidate.in_(sorted(actor.names))),
        sa.and_(task_candidates.c.kind == "group", task_candidates.c.candidate.in_(sorted(actor.groups))),
    )
    return (
        sa.select(
            tasks.c.task_id,
            tasks.c.assignee,
            sa.exists().where(*of_task),
            sa.exists().where(*of_task, named),
            scope.own(),
        )
        .select_from(cases.outerjoin(tasks, task))
        .where(cases.c.case_id == case_id, scope.visible())
    )


def no_case(case_id: UUID) -> NotFound:
    """The case does not exist, or not for whoever asks: the same words for both."""
    return NotFound(
        code="case.unknown",
        message_zh="案件不存在或不在您的范围内",
        message_en="there is no such case, or it is not yours to see",
        place={"case": str(case_id)},
    )
