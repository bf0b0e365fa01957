"""The directory's rows in the database: reading all of them, writing what a draft changed."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from engine import canonical
from engine.directory.draft import Draft, LogEntry, key_of, record_wire
from engine.directory.identity import after_subtree
from engine.directory.records import Membership, Person, Record, Substitution, Unit
from engine.directory.register import Register
from engine.store import Reading, Statement, Transaction, insert, update
from engine.store.tables import (
    case_places,
    directory_changes,
    memberships,
    people,
    substitutions,
    units,
)

_TABLES: Final = (units, people, memberships, substitutions)
_ALL: Final = {table.name: Statement(sa.select(table).order_by(table.c.change)) for table in _TABLES}
_INSERT: Final = {table.name: insert(table) for table in _TABLES}
_END: Final = {table.name: update(table, "valid_until") for table in _TABLES}
_LOG: Final = insert(directory_changes)
VERSION: Final = sa.select(sa.func.coalesce(sa.func.max(directory_changes.c.change), 0))
"""The number of the last change; 0 for an empty directory."""
_VERSION: Final = Statement(VERSION)


def _moving(column: sa.Column[Any]) -> Statement:
    rest = sa.func.substr(column, sa.bindparam("length", type_=sa.Integer))
    changed = sa.bindparam("new", type_=sa.Text).concat(rest)
    within = sa.and_(column >= sa.bindparam("old"), column < sa.bindparam("behind"))
    return Statement(case_places.update().where(within).values({column.name: changed}))


_MOVE: Final = (_moving(case_places.c.place_path), _moving(case_places.c.owner_path))


def read_version(tx: Reading) -> int:
    """The number of the last change; 0 for an empty directory."""
    row = tx.row(_VERSION)
    assert row is not None
    version: int = row[0]
    return version


def read_register(tx: Reading) -> Register:
    """Everything, read at one moment (in a transaction or a snapshot)."""
    version, *found = tx.rows_of((_VERSION, {}), *((_ALL[table.name], {}) for table in _TABLES))
    makers = (_unit, _person, _membership, _substitution)
    records = (make(row) for make, rows in zip(makers, found, strict=True) for row in rows)
    return Register(records, version[0][0])


def write_draft(tx: Transaction, draft: Draft, *, actor: str, recorded_at: int, reason: str) -> None:
    """Write a draft's rows and log. Raises IntegrityError when somebody else changed the directory meanwhile."""
    log = [_log_row(entry, actor, recorded_at, reason) for entry in draft.log]
    tx.write_many(_LOG, log)
    tx.flush()
    for table in _TABLES:
        name = table.name
        opened = [_row(record) for record in draft.opened if key_of(record)[0] == name]
        tx.write_many(_INSERT[name], opened)
        keys = [column.name for column in table.primary_key]
        ended = [_row(record) for record in draft.closed if key_of(record)[0] == name]
        ends = [
            {"valid_until": row["valid_until"], **{f"key_{key}": row[key] for key in keys}} for row in ended
        ]
        tx.write_many(_END[name], ends)
    for old, new in draft.moved:
        for statement in _MOVE:
            params = {"new": new, "old": old, "behind": after_subtree(old), "length": len(old) + 1}
            tx.write(statement, params)


def _log_row(entry: LogEntry, actor: str, recorded_at: int, reason: str) -> dict[str, Any]:
    return {
        "change": entry.change,
        "recorded_at": recorded_at,
        "effective_at": entry.effective_at,
        "actor": actor,
        "kind": entry.kind,
        "subject": entry.subject,
        "before": canonical.dumps([record_wire(record) for record in entry.before]),
        "after": canonical.dumps([record_wire(record) for record in entry.after]),
        "reason": reason,
    }


def _row(record: Record) -> dict[str, Any]:
    dates = {
        "change": record.change,
        "valid_from": record.valid_from,
        "valid_until": record.valid_until,
    }
    match record:
        case Unit():
            return {
                "unit_id": record.id,
                "parent": record.parent,
                "level": record.level,
                "kind": record.kind,
                "department": record.department,
                "name": record.name,
                "path": record.path,
                **dates,
            }
        case Person():
            return {
                "person_id": record.id,
                "name": record.name,
                "login": record.login,
                "phone": record.phone,
                **dates,
            }
        case Membership():
            return {"person_id": record.person, "unit_id": record.unit, "role": record.role, **dates}
        case Substitution():
            return {
                "absent": record.absent,
                "stand_in": record.stand_in,
                "role": record.role,
                "reason": record.reason,
                **dates,
            }


def _unit(row: tuple[Any, ...]) -> Record:
    unit, change, parent, level, _, department, name, path, start, end = row
    return Unit(
        id=unit, change=change, parent=parent, level=level, department=department, name=name, path=path,
        valid_from=start, valid_until=end,
    )  # fmt: skip


def _person(row: tuple[Any, ...]) -> Record:
    person, change, name, login, phone, start, end = row
    return Person(
        id=person, change=change, name=name, login=login, phone=phone, valid_from=start, valid_until=end
    )


def _membership(row: tuple[Any, ...]) -> Record:
    person, unit, role, change, start, end = row
    return Membership(person=person, unit=unit, role=role, change=change, valid_from=start, valid_until=end)


def _substitution(row: tuple[Any, ...]) -> Record:
    absent, stand_in, role, change, reason, start, end = row
    return Substitution(
        absent=absent, stand_in=stand_in, role=role, change=change, reason=reason, valid_from=start,
        valid_until=end,
    )  # fmt: skip
