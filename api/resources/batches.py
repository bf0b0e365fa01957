"""The same verb for several tasks: each on its own, with its own result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask.views import MethodView

from api.acting import Asked, act_on_task, give
from api.auth import requires
from api.blueprint import Blueprint
from api.problems import body_of
from api.refs import TaskRef
from api.resources.tasks import completing, deciding, transferring
from api.schemas import tasks as schemas
from api.schemas.commands import CommandHeaders
from engine.entitlement import Part
from engine.errors import BihuanError, InvalidInput, NotFound

blueprint = Blueprint("batches", __name__, description="批量 Several tasks at once.")


def each(
    body: Mapping[str, Any],
    asked: Asked,
    kind: str,
    part: Part,
    make: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> dict[str, Any]:
    """Do a verb with each task of a body; one that fails leaves the others as they are.

    The idempotency key holds for each task of its own. Raises InvalidInput for `If-Match`, which names one case.
    """
    if asked.expected is not None:
        raise InvalidInput.at(
            "If-Match", message_zh="批量操作不适用", message_en="does not go with several tasks"
        )
    return {"results": [_one(text, body, asked, kind, part, make) for text in body["tasks"]]}


def _one(
    text: str,
    body: Mapping[str, Any],
    asked: Asked,
    kind: str,
    part: Part,
    make: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> dict[str, Any]:
    try:
        try:
            task = TaskRef.parse(text)
        except ValueError:
            raise NotFound(
                code="task.unknown", message_zh="没有这项任务", message_en="there is no such task"
            ) from None
        act_on_task(task, part)
        own = Asked(key=None if asked.key is None else f"{asked.key}/{text}")
        outcome = give(kind, task.case, {"task": task.number, **make(body)}, own)
    except BihuanError as error:
        problem = body_of(error)
        return {"task": text, "status": problem["status"], "outcome": None, "problem": problem}
    result = {
        "case_id": str(outcome.case_id),
        "seq": outcome.seq,
        "status": outcome.status,
        "repeated": outcome.repeated,
    }
    return {"task": text, "status": 200, "outcome": result, "problem": None}


@blueprint.route("/tasks/batch/claim")
class ClaimAll(MethodView):
    """签收 several."""

    @requires("tasks:act")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.TasksSchema)
    @blueprint.response(200, schemas.BatchResultSchema)
    def post(self, asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        """签收 several tasks."""
        return each(body, asked, "claim", Part.HANDLER, lambda _: {})


@blueprint.route("/tasks/batch/complete")
class CompleteAll(MethodView):
    """办结 several."""

    @requires("tasks:act")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.BatchCompleteSchema)
    @blueprint.response(200, schemas.BatchResultSchema)
    def post(self, asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        """办结 several tasks with the same values."""
        return each(body, asked, "complete", Part.HANDLER, completing)


@blueprint.route("/tasks/batch/transfer")
class TransferAll(MethodView):
    """转办 several."""

    @requires("tasks:act")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.BatchTransferSchema)
    @blueprint.response(200, schemas.BatchResultSchema)
    def post(self, asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        """转办 several tasks to one person."""
        return each(body, asked, "transfer", deciding(body), transferring)


@blueprint.route("/tasks/batch/urge")
class UrgeAll(MethodView):
    """催办 several."""

    @requires("tasks:act")
    @blueprint.arguments(CommandHeaders, location="headers")
    @blueprint.arguments(schemas.BatchUrgeSchema)
    @blueprint.response(200, schemas.BatchResultSchema)
    def post(self, asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
        """催办 several tasks."""
        return each(body, asked, "urge", Part.READER, lambda given: {"message": given["message"]})
