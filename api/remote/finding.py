"""How people name a case and a task of a server: as on a database, but for the beginning of an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from api.client import Client
from engine.errors import InvalidInput, NotFound

_FEW: Final = 6


def find_case(client: Client, name: str) -> UUID:
    """The case by its id, its code or its business key. Raises NotFound, or InvalidInput when several go by that name."""
    try:
        return UUID(name)
    except ValueError:
        pass
    for key in ("code", "business_key"):
        found = client.call("GET", "/cases", query={key: name, "limit": _FEW})["items"]
        if len(found) > 1:
            listed = " ".join(str(row["case_id"]) for row in found)
            raise InvalidInput(
                code="case.ambiguous",
                message_zh=f"有几个案件叫“{name}”，请写明案件号：{listed}",
                message_en=f"several cases are called “{name}”, give an id: {listed}",
            )
        if found:
            return UUID(found[0]["case_id"])
    raise NotFound(
        code="case.unknown", message_zh=f"案件不存在：{name}", message_en=f"there is no case {name}"
    )


def find_task(client: Client, case_id: UUID, name: str) -> str:
    """The id of an open task of a case by its number, its element or its name. Raises NotFound or InvalidInput."""
    tasks: Sequence[Mapping[str, Any]] = client.case(case_id)["tasks"]
    numbered = [task for task in tasks if _number(task) == name]
    found = numbered or [task for task in tasks if name in (task["element"], task["name"])]
    if not found:
        raise NotFound(
            code="tasks.gone",
            message_zh=f"案件没有这个任务，或任务已经办结：{name}",
            message_en=f"the case has no such open task: {name}",
        )
    if len(found) > 1:
        listed = " ".join(_number(task) for task in found[:_FEW])
        raise InvalidInput(
            code="task.ambiguous",
            message_zh=f"有 {len(found)} 个任务叫“{name}”，请写任务号：{listed}",
            message_en=f"{len(found)} tasks are called “{name}”, give a number: {listed}",
        )
    return str(found[0]["id"])


def _number(task: Mapping[str, Any]) -> str:
    return str(task["id"]).rpartition(".")[2]
