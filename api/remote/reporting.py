"""`bihuan --server URL report`: reports as the server counts them for whoever the token stands for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from api.remote.connection import connected
from engine.cli.commands.report import FILES, check_output, hand_out, keep, this_month
from engine.cli.desk import Desk
from engine.reports.report import from_json
from engine.runtime.session import EPOCH


def show(
    desk: Desk,
    name: str,
    period: str | None,
    unit: str | None,
    department: str | None,
    process: str | None,
    category: str | None,
    provenance: str | None,
    by: str,
    step: str,
    definition: str | None,
    output: Path | None,
    *,
    stored: bool,
) -> None:
    """`report show`: on the screen from what the server tells, or the server's own file with its watermark.

    stored: means nothing here, a server's facts are kept up by its workers.
    """
    check_output(desk, output)
    given = {
        "unit": unit, "department": department, "flow": process, "category": category, "provenance": provenance,
        "by": None if by == "none" else by, "step": step, "definition": definition,
    }  # fmt: skip
    query = {key: value for key, value in given.items() if value is not None}
    month, kind = period or this_month(desk), desk.chosen.format
    with connected(desk) as client:
        if kind in FILES:
            keep(desk, client.report_file(name, month, kind, **query), output)
            return
        told = client.report(name, month, **query)
    if kind == "json" and output is None:
        desk.screen.json(told)
        return
    snapshot = datetime.fromisoformat(told["statement"]["snapshot"])
    told["statement"]["snapshot"] = (snapshot - EPOCH) // timedelta(microseconds=1)
    hand_out(desk, desk.zone, from_json(told), output)
