"""Tasks: one with its form, and the verbs of handling (DOMAIN §3a)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask.views import MethodView

from api.acting import Asked, act_on_task, actor, etag, give, reader
from api.auth import current, requires
from api.blueprint import Blueprint
from api.forms import presented
from api.language import either
from api.refs import TaskRef
from api.schemas import tasks as schemas
from api.schemas.commands import ETAG, CommandHeaders, OutcomeSchema
from api.service import service
from api.values import plain
from api.values import shown as values_of
from engine import canonical
from engine.cases.command import Outcome
from engine.entitlement import Part
from engine.taskpage import TaskPage, known, task_page

blueprint = Blueprint("tasks", __name__, description="任务 Tasks and the verbs of handling.")

Given = Mapping[str, Any]
Answer = tuple[Outcome, int, dict[str, str]]


@blueprint.route("/tasks/<task:task>")
class TaskView(MethodView):
    """One task."""

    @requires("tasks:read")
    @blueprint.response(200, schemas.TaskPageSchema)
    def get(self, task: TaskRef) -> dict[str, Any]:
        """A task with its form, the values to fill it with and the steps it may be returned to."""
        act_on_task(task, Part.READER)
        page = service().engine.executor.look(task.case, lambda session: task_page(session, task.number))
        return shown(task, page)


def shown(task: TaskRef, page: TaskPage) -> dict[str, Any]:
    """A task's page as its schema has it."""
    item, me = page.item, actor()
    mine = item.assignee in me.names
    candidate = bool(me.groups & set(item.groups) or me.names & set(item.users))
    handles = mine or candidate or not (item.groups or item.users)
    # Who only reads along is shown the task, not what was entered in it.
    values, masked = _known(task, page) if handles else ({}, sorted(page.values))
    return {
        "id": str(task),
        "case_id": task.case,
        "element": item.element,
        "name": page.name,
        "process": page.process,
        "status": item.status,
        "assignee": item.assignee,
        "owner": page.owner,
        "candidate_groups": item.groups,
        "candidate_users": item.users,
        "created_at": item.created,
        "due_at": item.due,
        "priority": item.priority,
        "urged": page.urged,
        "mine": mine,
        "claimable": item.assignee is None and handles,
        "form": presented(page.form),
        "data": {**values, **(_filled_in(page, values, masked) if mine else {})},
        "masked": masked,
        "targets": [
            {
                "element": target.element,
                "name": target.name,
                "seq": target.seq,
                "actor": target.actor,
                "legal": target.legal,
                "rule": target.rule,
                "reason": either(target.reason_zh, target.reason_en),
            }
            for target in page.targets
        ],
    }


def _filled_in(page: TaskPage, values: Given, masked: Sequence[str]) -> dict[str, Any]:
    """What the caller need not type."""
    here = service()
    now = here.engine.clock()
    at = datetime.fromtimestamp(now // 1_000_000, tz=ZoneInfo(here.settings.zone))
    who = here.directory.index.person(current().actor, now)
    found = known(page, values, at=at, name=None if who is None else who.name)
    return {name: value for name, value in found.items() if name not in masked}


def _known(task: TaskRef, page: TaskPage) -> tuple[dict[str, Any], list[str]]:
    """What the form is filled with: the case's values as the caller sees them, over these the task's own draft."""
    seen, masked = service().content.pages.task_values(reader(), task.case, task.number)
    values, sealed = plain(page.values)
    # What is masked is left out: the form would hand it in again as if it were the value.
    hidden = {path.partition(".")[0].partition("[")[0] for path in masked}
    opened = {name: value for name, value in values_of(seen).items() if name not in hidden}
    known = {**{name: value for name, value in values.items() if name not in hidden}, **opened}
    return known, sorted({*(set(sealed) - set(opened)), *masked})


def done(outcome: Outcome) -> Answer:
    """The answer to a command."""
    return outcome, 200, etag(outcome.state_hash)


def verb(task: TaskRef, kind: str, given: Given, part: Part, asked: Asked) -> Answer:
    """Do something with a task as the caller."""
    act_on_task(task, part)
    return done(give(kind, task.case, {"task": task.number, **given}, asked))


def _verb(
    path: str,
    kind: str,
    part: Part | Callable[[Given], Part],
    schema: type | None,
    say: str,
    make: Callable[[Given], Given],
) -> None:
    """An endpoint for a verb.

    part: what part in the task it asks for. say: what it does, for the documentation. make: the command's input
    from the body.
    """

    def needed(body: Given) -> Part:
        return part if isinstance(part, Part) else part(body)

    written = (part if isinstance(part, Part) else part({})).value

    class Verb(MethodView):
        if schema is None:

            @requires("tasks:act", part=written)
            @blueprint.arguments(CommandHeaders, location="headers")
            @blueprint.response(200, OutcomeSchema, headers=ETAG)
            def post(self, asked: Asked, task: TaskRef) -> Answer:
                return verb(task, kind, {}, needed({}), asked)

        else:

            @requires("tasks:act", part=written)
            @blueprint.arguments(CommandHeaders, location="headers")
            @blueprint.arguments(schema)
            @blueprint.response(200, OutcomeSchema, headers=ETAG)
            def post(self, asked: Asked, body: Given, task: TaskRef) -> Answer:  # type: ignore[misc]
                return verb(task, kind, make(body), needed(body), asked)

        post.__doc__ = say

    blueprint.add_url_rule(f"/tasks/<task:task>/{path}", f"task_{kind}", Verb)


def _same(body: Given) -> Given:
    return body


def completing(body: Given) -> Given:
    """The input of `complete`."""
    return {"variables": canonical.to_wire(dict(body["variables"]))}


def transferring(body: Given) -> Given:
    """The input of `transfer`."""
    return {"to": body["to"], "reason": body["reason"], "superior": body.get("superior", False)}


def deciding(body: Given) -> Part:
    """The part in a task that transferring it asks for."""
    return Part.SUPERIOR if body.get("superior") else Part.HOLDER


def _extending(body: Given) -> Given:
    return {
        "due": body.get("due_at"),
        "more": body.get("more"),
        "approved_by": actor().person,
        "reason": body["reason"],
    }


_verb("claim", "claim", Part.HANDLER, None, "签收: take a task.", _same)
_verb("unclaim", "unclaim", Part.HOLDER, None, "取消签收: give a claimed task back.", _same)
_verb(
    "complete",
    "complete",
    Part.HANDLER,
    schemas.CompleteSchema,
    "办结: complete a task with the values of its form.",
    completing,
)
_verb(
    "return",
    "return",
    Part.HANDLER,
    schemas.ReturnSchema,
    "退回: send a task back to an earlier completed step.",
    _same,
)
_verb(
    "recall",
    "recall",
    Part.READER,
    schemas.ReasonSchema,
    "撤回: take back one's own completion, until something came of it.",
    _same,
)
_verb(
    "transfer",
    "transfer",
    deciding,
    schemas.TransferSchema,
    "转办: responsibility moves to another person.",
    transferring,
)
_verb(
    "delegate",
    "delegate",
    Part.HOLDER,
    schemas.HandSchema,
    "委派: somebody else works on it, then it comes back for confirmation.",
    _same,
)
_verb(
    "add-sign",
    "add-sign",
    Part.HOLDER,
    schemas.AddSignSchema,
    "加签: others sign before, after or beside me.",
    _same,
)
_verb(
    "remove-sign",
    "remove-sign",
    Part.HOLDER,
    schemas.RemoveSignSchema,
    "减签: somebody who has not signed yet need not.",
    _same,
)
_verb("urge", "urge", Part.READER, schemas.UrgeSchema, "催办: visible to all; not too often.", _same)
_verb(
    "copy",
    "copy",
    Part.SUPERVISOR,
    schemas.CopySchema,
    "抄送: let others read along.",
    _same,
)
_verb(
    "extend",
    "extend",
    Part.SUPERIOR,
    schemas.ExtendSchema,
    "延期: a later due time, approved by the caller, who is not the handler.",
    _extending,
)
