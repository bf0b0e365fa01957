"""Doing something as the caller: who they are to the engine, what they may, and the command they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, g

from api.auth import Caller, current
from api.observing import metrics
from api.refs import TaskRef
from api.service import service
from engine.cases.command import Outcome
from engine.directory.scope import Scope
from engine.entitlement import Actor, Part, actor_of
from engine.errors import BihuanError
from engine.inbox import Viewer, viewer_of
from engine.privacy import Reader, reader_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a command's headers say. key: of idempotency. expected: the state hash of `If-Match`."""

    key: str | None = None
    expected: str | None = None


def actor() -> Actor:
    """The caller as the directory knows them now; looked up once a request.

    Who is no person of the directory (a machine, an administrator's account) sees the cases they started.
    """
    found: Actor | None = g.get("bihuan_actor")
    if found is None:
        found = g.bihuan_actor = _actor(current())
    return found


def see_case(case_id: UUID) -> None:
    """Raises NotFound unless the caller may see the case."""
    service().entitlement.check_case(actor(), case_id)


def act_on_task(task: TaskRef, part: Part) -> None:
    """Raises NotFound or NotEntitled unless the caller has that part in the task."""
    service().entitlement.check_task(actor(), task.case, task.number, part)


def give(kind: str, case_id: UUID, given: Mapping[str, Any], asked: Asked) -> Outcome:
    """Give a command as the caller. Whether they may is asked before. Raises what the engine raises."""
    caller = current()
    try:
        outcome = service().engine.command(
            case_id,
            kind,
            given,
            actor=caller.actor,
            on_behalf_of=caller.on_behalf_of,
            idempotency_key=asked.key,
            expected=asked.expected,
        )
    except BihuanError as error:
        metrics.commanded(kind, error.code)
        raise
    metrics.commanded(kind, "repeated" if outcome.repeated else "done")
    return outcome


def etag(state_hash: str) -> dict[str, str]:
    """The header that lets the next command say what it saw."""
    return {"ETag": f'"{state_hash}"'}


def told(response: Response, state_hash: str) -> Response:
    """A response with its entity tag."""
    response.headers.update(etag(state_hash))
    return response


def viewer() -> Viewer:
    """The caller as one who reads lists; looked up once a request."""
    found: Viewer | None = g.get("bihuan_viewer")
    if found is None:
        caller, here = current(), service()
        index, now = here.directory.index, here.engine.clock()
        if caller.person is None:
            found = Viewer(person=caller.actor, at=now, groups={}, scope=_own_alone(caller), index=index)
        else:
            found = viewer_of(index, caller.person, now, absent=caller.on_behalf_of)
        g.bihuan_viewer = found
    return found


def reader() -> Reader:
    """The caller as one who reads a case's content; looked up once a request."""
    found: Reader | None = g.get("bihuan_reader")
    if found is None:
        caller, here = current(), service()
        index, now, request = here.directory.index, here.engine.clock(), g.get("bihuan_request_id", "")
        if caller.person is None:
            scope = _own_alone(caller)
            found = Reader(person=caller.actor, at=now, index=index, scope=scope, request=request)
        else:
            found = reader_of(index, caller.person, now, request=request, absent=caller.on_behalf_of)
        g.bihuan_reader = found
    return found


def person() -> str:
    """Under which name the caller keeps things of their own: views, drafts."""
    return current().actor


def _actor(caller: Caller) -> Actor:
    here = service()
    if caller.person is None:
        return Actor(person=caller.actor, scope=_own_alone(caller), groups=frozenset(), roles=frozenset())
    index = here.directory.index
    return actor_of(index, caller.person, here.engine.clock(), absent=caller.on_behalf_of)


def _own_alone(caller: Caller) -> Scope:
    """What a machine or an administrator's account sees: the cases it started."""
    return Scope(person=caller.actor, subtrees={}, units={}, groups={})
