"""The rows that say whom a case concerns and what lists show of it, written in the command's transaction.

They follow from what the command did (its effects and `CaseState.changes`) and from the variables named in
`engine.cases.headers`; only what changed is written. Whom a case concerns is written where the installation has a
directory: without one nobody has a scope. `engine.cases.rebuilding` makes them again from the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from engine import canonical
from engine.cases import headers
from engine.cases.codes import new_code
from engine.cases.headers import header_of
from engine.directory import Directory, parse_group
from engine.directory.places import address_case, involve, place_case, withdraw_case
from engine.runtime import Session, Settings
from engine.runtime.program import Program
from engine.state import CaseState, Scope, WorkItem
from engine.state.case import CANCELLED, COMPLETED
from engine.store import Statement, Transaction, delete, insert, upsert
from engine.store.tables import (
    case_headers,
    case_people,
    done_tasks,
    inbox_changes,
    task_candidates,
)

DONE: Final = frozenset({"completed", "signed"})
"""Why a task goes when somebody has done it."""

CROWD: Final = 500
"""A change that concerns more people and groups than this concerns everybody."""

_KEY: Final = sa.bindparam("key_case_id", type_=sa.Uuid)
_FOLLOWING: Final = (
    "title", "category", "grade", "confidentiality", "lifecycle", "source", "request_type", "due_at",
    "settled_at", "closed_at", "grams",
)  # fmt: skip
_insert_header: Final = insert(case_headers)
_code_taken: Final = Statement(
    sa.select(case_headers.c.case_id).where(case_headers.c.case_code == sa.bindparam("code"))
)
_update_header: Final = Statement(
    case_headers.update()
    .where(case_headers.c.case_id == _KEY)
    .values(
        {name: sa.bindparam(name) for name in _FOLLOWING}
        | {
            "received_at": sa.func.coalesce(
                sa.bindparam("received", type_=sa.BigInteger), case_headers.c.received_at
            )
        }
    )
)
_regrade: Final = Statement(
    task_candidates.update()
    .where(task_candidates.c.case_id == _KEY)
    .values({name: sa.bindparam(name) for name in ("grade", "confidentiality")})
)
_put_done: Final = upsert(done_tasks)
_drop_done: Final = delete(done_tasks)
_put_change: Final = insert(inbox_changes)
_put_done_with_change: Final = Statement(
    inbox_changes.insert()
    .inline()
    .values({column.name: sa.bindparam(column.name, type_=column.type) for column in inbox_changes.columns})
    .add_cte(
        done_tasks.insert()
        .inline()
        .values(
            {
                column.name: sa.bindparam(f"done_{column.name}", type_=column.type)
                for column in done_tasks.columns
            }
        )
        .cte("done")
    )
)
"""Both at once, for PostgreSQL alone. A task that was recalled and done again has another number."""

_release_owners: Final = Statement(
    case_people.delete().where(case_people.c.case_id == _KEY, case_people.c.part == "owner")
)


class Ran(Protocol):
    """What a command left behind: a session, or the case as its log has it."""

    @property
    def state(self) -> CaseState:
        """The case after the command."""

    @property
    def effects(self) -> list[list[Any]]:
        """What it changed."""

    @property
    def settings(self) -> Settings:
        """How the installation runs now."""

    def program(self, scope: Scope) -> Program:
        """The program a scope runs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """A command that ran, as the projections see it.

    task: the task it completes, when it does. at: case time, now: the time of commit; in microseconds.
    started: whether it started the case.
    """

    case_id: UUID
    session: Ran
    seq: int
    actor: str
    on_behalf_of: str | None
    task: int | None
    at: int
    now: int
    started: bool


@dataclass(slots=True)
class Written:
    """What is known to be written already of a case, so that it is not written again with each command."""

    parts: set[tuple[str, str]] = field(default_factory=set)
    units: set[str] = field(default_factory=set)


_WRITTEN: Final[WeakKeyDictionary[Session, Written]] = WeakKeyDictionary()
# A session is dropped when its command fails and when another process changed the case, and this goes with it.


def write(tx: Transaction, happened: Happened, session: Session, directory: Directory | None) -> None:
    """Write what a command changed. directory: None where there is none."""
    if directory is None:
        _write_concerned(tx, happened, None, Written())
        return
    _write_concerned(tx, happened, directory, _WRITTEN.setdefault(session, Written()))
    done, change = list(_done_rows(happened)), _change(happened)
    if len(done) == 1 and change is not None and tx.dialect == "postgresql":
        tx.write(
            _put_done_with_change, {**change, **{f"done_{name}": value for name, value in done[0].items()}}
        )
        done, change = [], None
    _write_done(tx, happened, done)
    if change is not None:
        tx.write(_put_change, change)


def write_again(tx: Transaction, happened: Happened, directory: Directory | None, written: Written) -> None:
    """Write what a command changed but for what those who follow inboxes are told."""
    _write_concerned(tx, happened, directory, written)
    if directory is not None:
        _write_done(tx, happened, _done_rows(happened))


def _write_concerned(
    tx: Transaction, happened: Happened, directory: Directory | None, written: Written
) -> None:
    names = _variables(happened)
    _write_header(tx, happened, names)
    if directory is not None:
        _place(tx, happened, names, directory)
        _write_people(tx, happened, names, written)
        _write_units(tx, happened, names, written)


def _variables(happened: Happened) -> frozenset[str]:
    """The variables of the process that the command set."""
    root = happened.session.state.root
    if happened.started:
        return frozenset(root.variables) | headers.SHOWN | headers.PLACED
    names: set[str] = set()
    for effect in happened.session.effects:
        if effect[0] == "var" and effect[1] == root.id:
            names.update(effect[2])
    return frozenset(names)


# -- the header --------------------------------------------------------------------------------------


def _write_header(tx: Transaction, happened: Happened, names: frozenset[str]) -> None:
    state = happened.session.state
    ended = state.status in (COMPLETED, CANCELLED)
    shown = happened.started or ended or not names.isdisjoint(headers.SHOWN)
    if not shown and "clocks" not in [effect[0] for effect in happened.session.effects]:
        return
    root = state.root
    definition = happened.session.program(root).definition
    header = header_of(state, definition, ended_at=happened.at if ended else None)
    if happened.started:
        zone = str(state.bounds.get("zone", "UTC"))
        code = new_code(happened.case_id, definition, happened.at, zone)
        row = header.row(_free_code(tx, root.variables) or code)
        row["received_at"] = header.received_at or happened.at
        tx.write(_insert_header, {"case_id": happened.case_id, **row})
        return
    row = header.row("")
    tx.write(_update_header, {"key_case_id": happened.case_id, **row, "received": header.received_at})
    if not names.isdisjoint(headers.RANKED):
        ranks = {"grade": row["grade"], "confidentiality": row["confidentiality"]}
        tx.write(_regrade, {"key_case_id": happened.case_id, **ranks})


def _free_code(tx: Transaction, variables: dict[str, Any]) -> str | None:
    """The code the case was given, unless another case has it: a referral brings the code it comes from."""
    given = headers.code_of(variables)
    if given is None or tx.row(_code_taken, {"code": given}) is not None:
        return None
    return given


# -- whom it concerns ---------------------------------------------------------------------------------


def _place(tx: Transaction, happened: Happened, names: frozenset[str], directory: Directory) -> None:
    if names.isdisjoint(headers.PLACED):
        return
    root = happened.session.state.root
    place_case(
        tx,
        directory.refresh(tx),
        happened.case_id,
        at=happened.now,
        place=headers.place_of(root.variables),
        owner=headers.owner_of(root.variables),
        confidentiality=headers.confidentiality_of(root.variables, happened.session.program(root).definition),
    )


def _write_people(tx: Transaction, happened: Happened, names: frozenset[str], written: Written) -> None:
    if headers.OWNER_PERSON in names:
        if not happened.started:
            tx.write(_release_owners, {"key_case_id": happened.case_id})
        owner = headers.owner_of(happened.session.state.root.variables, headers.OWNER_PERSON)
        if owner is not None:
            involve(tx, happened.case_id, owner, "owner")
    for person, part in dict.fromkeys(_parts(happened)):
        if (person, part) not in written.parts:
            involve(tx, happened.case_id, person, part)
            written.parts.add((person, part))


def _parts(happened: Happened) -> Iterator[tuple[str, str]]:
    acting = (happened.actor, happened.on_behalf_of)
    if happened.started:
        yield from ((person, "submitter") for person in acting if person)
    for item in _items(happened):
        if item.assignee is not None:
            yield item.assignee, "handler"
        yield from ((person, "copied") for person in (item.extra or {}).get("copied", ()))
    yield from ((person, "handler") for _, person in _done(happened))


def _write_units(tx: Transaction, happened: Happened, names: frozenset[str], written: Written) -> None:
    withdrawn = headers.withdrawn_from(happened.session.state.root.variables)
    if headers.WITHDRAWN in names:
        for unit in sorted(withdrawn):
            withdraw_case(tx, happened.case_id, unit)
    found = (parse_group(name) for item in _items(happened) for name in item.groups)
    for unit in sorted({group.unit for group in found if group is not None} - withdrawn - written.units):
        address_case(tx, happened.case_id, unit)
        written.units.add(unit)


# -- what was done, and whose inbox changed -----------------------------------------------------------


def _write_done(tx: Transaction, happened: Happened, rows: Iterable[dict[str, Any]]) -> None:
    for row in rows:
        tx.write(_put_done, row)
    for effect in happened.session.effects:
        if effect[:2] == ["note", "recalled"]:
            tx.write(_drop_done, {"key_case_id": happened.case_id, "key_task_id": effect[2]["task"]})


def _done_rows(happened: Happened) -> Iterator[dict[str, Any]]:
    for item, person in _done(happened):
        yield {
            "case_id": happened.case_id,
            "task_id": item.id,
            "person": person,
            "completed_at": happened.at,
            "element_id": item.element,
            "name": _name(happened, item),
        }


def _done(happened: Happened) -> Iterator[tuple[WorkItem, str]]:
    """The tasks that the command finished, with who did each."""
    removed = happened.session.state.changes.removed
    for effect in happened.session.effects:
        if effect[0] == "task-" and effect[3] in DONE:
            item = removed.get(effect[2])
            if isinstance(item, WorkItem):
                person = happened.actor if item.id == happened.task else item.assignee
                if person is not None:
                    yield item, person


def _name(happened: Happened, item: WorkItem) -> str:
    # The scope may be gone with the task; where the element is of a called process its id must do.
    session = happened.session
    for scope in (session.state.scope_of(item.token), session.state.root):
        if scope is not None:
            node = session.program(scope).nodes.get(item.element)
            if node is not None:
                return node.name or item.element
    return item.element


def _change(happened: Happened) -> dict[str, Any] | None:
    gone = [item for item in happened.session.state.changes.removed.values() if isinstance(item, WorkItem)]
    now = list(_items(happened))
    if not gone and not now:
        return None
    people = {happened.actor, *_names(item.assignee for item in (*gone, *now))}
    groups: set[str] = set()
    for item in (*gone, *now):
        people.update(item.users, (item.extra or {}).get("transfers") or ())
        groups.update(item.groups)
    everybody = len(people) + len(groups) > CROWD
    audience: dict[str, Any] = (
        {"all": True} if everybody else {"groups": sorted(groups), "people": sorted(people)}
    )
    return {
        "case_id": happened.case_id,
        "seq": happened.seq,
        "recorded_at": happened.now,
        "audience": canonical.dumps(audience),
    }


def _items(happened: Happened) -> Iterator[WorkItem]:
    """The tasks that the command opened or changed."""
    for _, item in happened.session.state.changes.items.values():
        if isinstance(item, WorkItem):
            yield item


def _names(found: Iterable[str | None]) -> Iterator[str]:
    return (name for name in found if name)
