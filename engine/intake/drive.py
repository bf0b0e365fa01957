"""What is done to a whistle case, as plain data: the commands and their times, not yet applied to any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.intake.layout import Layout
from engine.intake.rows import ImportedRequest

PROCESS = "whistle"
WITHDRAWN = "whistle.withdrawn"
NOT_RECORDED = "来源文件未记录"
"""The place of a request whose address the source file does not say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One command on a case at a time of the case clock.

    kind: `start` the case, `complete` the open task of `element` (of `unit`'s instance, where several
    departments work side by side), or `withdraw` the whistle by message. variables: what is handed in.
    simulated: nobody recorded this step; it is there so that the flow goes on, and its limit is not assessed.
    """

    kind: Literal["start", "complete", "withdraw"]
    at: datetime
    actor: str
    element: str | None = None
    unit: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


def plan(request: ImportedRequest, layout: Layout, snapshot: datetime) -> tuple[Action, ...]:
    """The commands that bring a whistle case to where the request stood at the snapshot.

    The file records three things: that the request was made, to which agency it was dispatched (taken as
    done at its creation) and when it was closed (which settles the case). Those steps count. Signing for,
    checking in, the lead's report, the confirmation, the call-back and the closing are not recorded: they are
    simulated, the first two at the creation, the others at the close, so that no limit of theirs is ever assessed,
    and their forms say that nothing was recorded instead of a result, a signature or a score. Those that a handler
    must not do are done in another name. The source's own due
    date is the limit of the case; where it has none, the case has none. A request open at the snapshot ends
    with its handling task open.
    """
    actor = f"import:{layout.name}"
    unit = request.agency
    created = request.created_at
    steps = [
        Action(kind="start", at=created, actor=actor, variables=_start(request, layout)),
        _complete("blow_whistle", created, actor, _whistle(request, layout)),
        _complete("dispatch_whistle", created, actor, {"dispatch_decision": "accept", "lead_unit": unit}),
        _complete("sign_for", created, actor, {"sign_for_not_recorded": True}, unit=unit, simulated=True),
        _complete("check_in", created, actor, {"check_in_not_recorded": True}, unit=unit, simulated=True),
    ]
    closed = request.closed_at
    if closed is not None and closed <= snapshot:
        steps += _closing(closed, actor, unit)
    return tuple(steps)


def _closing(closed: datetime, actor: str, unit: str) -> list[Action]:
    confirmed = {"confirmed": "yes", "confirm_not_recorded": True}
    checker = f"{actor}/check"
    return [
        _complete("handle", closed, actor, {"handle_not_recorded": True}, unit=unit),
        _complete("lead_report", closed, actor, {"report_not_recorded": True}, simulated=True),
        _complete("confirm_on_site", closed, checker, confirmed, simulated=True),
        _complete("call_back", closed, checker, {"call_back_not_recorded": True}, simulated=True),
        _complete("close_whistle", closed, actor, {"close_not_recorded": True}, simulated=True),
    ]


def _complete(
    element: str,
    at: datetime,
    actor: str,
    variables: Mapping[str, Any],
    *,
    unit: str | None = None,
    simulated: bool = False,
) -> Action:
    return Action(
        kind="complete",
        at=at,
        actor=actor,
        element=element,
        unit=unit,
        variables=variables,
        simulated=simulated,
    )


def _start(request: ImportedRequest, layout: Layout) -> dict[str, Any]:
    return {
        "case_code": request.code,
        "village": layout.village,
        "units": [{"label": request.agency, "value": request.agency}],
        "imported": True,
        "source": {
            "layout": layout.name,
            "key": request.key,
            "type": request.type,
            "agency": request.agency,
            "status": request.status,
            **request.fields,
        },
        "source_due_at": request.due_at,
    }


def _whistle(request: ImportedRequest, layout: Layout) -> dict[str, Any]:
    return {
        "order_not_recorded": True,
        "title": request.type[:80],
        "whistle_type": layout.whistle_type,
        "place": request.address[:120] or NOT_RECORDED,
        "lead_unit": request.agency,
        "requested_units": [request.agency],
    }
