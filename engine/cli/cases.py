"""How people name a case and a task on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from engine.errors import InvalidInput, NotFound
from engine.store.tables import case_headers, cases

if TYPE_CHECKING:
    from engine.cases.queries import Task
    from engine.facade import Engine

SHORTEST = 8
"""Digits a shortened case id must have."""

_HEX = frozenset("0123456789abcdef")
_FEW = 6


def find_case(engine: Engine, name: str) -> UUID:
    """The case somebody named by its id, by the first digits of its id, by its code, or by its business key.

    Raises NotFound, or InvalidInput when several cases go by that name.
    """
    found = _by_id(engine, name) or _by_code(engine, name) or _by_business_key(engine, name)
    if not found:
        raise NotFound(
            code="case.unknown", message_zh=f"案件不存在：{name}", message_en=f"there is no case {name}"
        )
    if len(found) > 1:
        listed = " ".join(str(case_id) for case_id in found[:_FEW])
        raise InvalidInput(
            code="case.ambiguous",
            message_zh=f"有 {len(found)} 个案件叫“{name}”，请写明案件号：{listed}",
            message_en=f"{len(found)} cases are called “{name}”, give an id: {listed}",
        )
    return found[0]


def find_task(engine: Engine, case_id: UUID, name: str) -> Task:
    """The open task of a case by its number, or by its element where only one is open there."""
    found = [
        task for task in engine.tasks(case_id=case_id) if name in (str(task.id), task.element, task.name)
    ]
    exact = [task for task in found if str(task.id) == name] or found
    if not exact:
        raise NotFound(
            code="tasks.gone",
            message_zh=f"案件没有这个任务，或任务已经办结：{name}",
            message_en=f"the case has no such open task: {name}",
        )
    if len(exact) > 1:
        listed = " ".join(str(task.id) for task in exact[:_FEW])
        raise InvalidInput(
            code="task.ambiguous",
            message_zh=f"有 {len(exact)} 个任务叫“{name}”，请写任务号：{listed}",
            message_en=f"{len(exact)} tasks are called “{name}”, give a number: {listed}",
        )
    return exact[0]


def find_incident(engine: Engine, case_id: UUID, name: str) -> int:
    """The open incident of a case by its number, or by its element where only one is open there.

    Raises NotFound, or InvalidInput when several are open there.
    """
    found = [
        row["incident_id"]
        for row in engine.queries.incidents(case_id)
        if name in (str(row["incident_id"]), row["element_id"])
    ]
    exact = [number for number in found if str(number) == name] or found
    if not exact:
        raise NotFound(
            code="incident.gone",
            message_zh=f"案件没有这个异常，或异常已经解除：{name}",
            message_en=f"the case has no such open incident: {name}",
        )
    if len(exact) > 1:
        listed = " ".join(str(number) for number in exact[:_FEW])
        raise InvalidInput(
            code="incident.ambiguous",
            message_zh=f"“{name}”有 {len(exact)} 个异常，请写异常号：{listed}",
            message_en=f"{len(exact)} incidents are at “{name}”, give a number: {listed}",
        )
    return int(exact[0])


def _by_id(engine: Engine, name: str) -> list[UUID]:
    digits = name.replace("-", "").lower()
    if not SHORTEST <= len(digits) <= 32 or not _HEX.issuperset(digits):
        return []
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    query = sa.select(cases.c.case_id).where(cases.c.case_id.between(first, last)).order_by(cases.c.case_id)
    with engine.database.reading() as tx:
        return [row[0] for row in tx.execute(query.limit(_FEW))]


def _by_code(engine: Engine, name: str) -> list[UUID]:
    query = sa.select(case_headers.c.case_id).where(
        case_headers.c.case_code.in_({name.strip(), name.strip().upper()})
    )
    with engine.database.reading() as tx:
        return [row[0] for row in tx.execute(query)]


def _by_business_key(engine: Engine, name: str) -> list[UUID]:
    return [case.id for case in engine.queries.cases(business_key=name)]
