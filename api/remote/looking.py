"""Commands that look at what a server shows whoever the token stands for."""

from __future__ import annotations

from itertools import islice

from api.remote.connection import connected
from api.remote.finding import find_case
from engine.cli.desk import Desk
from engine.cli.outcomes import TASK_COLUMNS, headings
from engine.errors import InvalidInput

CASE_COLUMNS = ("code", "title", "process", "grade", "status", "lifecycle", "received", "due")


def tasks(
    desk: Desk,
    case: str | None,
    group: str | None,
    user: str | None,
    assignee: str | None,
    element: str | None,
    limit: int,
) -> None:
    """`bihuan --server URL tasks`: 待办 of whoever the token stands for."""
    if group or user or assignee:
        raise InvalidInput(
            code="server.option",
            message_zh="通过服务器只能看到令牌所代表的人的待办，不能用 --group、--user、--assignee",
            message_en="a server shows the inbox of whoever the token stands for: without --group, --user, --assignee",
        )
    with connected(desk) as client:
        wanted = None if case is None else find_case(client, case)
        rows = client.tasks("todo", limit=200, **({} if element is None else {"step": element}))
        of_case = (row for row in rows if wanted is None or row.case_id == wanted)
        found = list(islice(of_case, limit + 1))
    more, found = len(found) > limit, found[:limit]
    if desk.chosen.is_json:
        desk.screen.json({"tasks": [dict(row.row) for row in found], "more": more})
        return
    if found:
        lines = [
            (
                row.case_id,
                (row.id or "").rpartition(".")[2],
                row.step_name or "",
                row.row["step"],
                row.case_code,
                row.assignee or "",
                row.due_at or "",
            )
            for row in found
        ]
        columns = [column if column != "status" else "code" for column in TASK_COLUMNS]
        desk.screen.table(headings(desk, columns), lines)
    desk.screen.remark(desk.say("tasks.more" if more else "tasks.all", count=len(found)))


def cases(
    desk: Desk,
    process: str | None,
    business_key: str | None,
    text: str | None,
    category: str | None,
    grade: str | None,
    status: str | None,
    lifecycle: str | None,
    unit: str | None,
    *,
    due: bool,
    limit: int,
) -> None:
    """`bihuan --server URL cases`."""
    given = {
        "flow": process, "business_key": business_key, "text": text, "category": category, "grade": grade,
        "status": status, "lifecycle": lifecycle, "unit": unit, "sort": "due" if due else "started",
    }  # fmt: skip
    query = {name: value for name, value in given.items() if value is not None}
    with connected(desk) as client:
        page = client.call("GET", "/cases", query={**query, "limit": min(limit, 200)})
    rows, more = page["items"], page["next"] is not None
    if desk.chosen.is_json:
        desk.screen.json({"cases": rows, "more": more})
        return
    if rows:
        lines = [
            (
                row["case_code"],
                row["title"],
                row["flow_name"] or row["flow"],
                desk.say(f"grade.{row['grade']}"),
                desk.say(f"status.{row['status']}"),
                desk.say(f"lifecycle.{row['lifecycle']}"),
                row["received_at"] or "",
                row["due_at"] or "",
            )
            for row in rows
        ]
        desk.screen.table(headings(desk, CASE_COLUMNS), lines)
    desk.screen.remark(desk.say("cases.more" if more else "cases.all", count=len(rows)))


def history(desk: Desk, case: str, *, values: bool) -> None:
    """`bihuan --server URL history`."""
    with connected(desk) as client:
        case_id = find_case(client, case)
        events: list[dict[str, object]] = []
        after: int | None = 0
        while after is not None:
            page = client.call("GET", f"/cases/{case_id}/history", query={"after": after, "limit": 500})
            events += page["items"]
            after = page["next"]
    if desk.chosen.is_json:
        desk.screen.json({"case": str(case_id), "events": events})
        return
    for event in events:
        desk.screen.line(f"{event['seq']:>4}  {event['at']}  {event['text']}")
        if values and event["values"]:
            desk.screen.line(f"      {event['values']}")
