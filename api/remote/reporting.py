"""`bihuan --server URL report`: reports as the server counts them for whoever the token stands for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from api.remote.connection import connected
from engine.cli.commands.report import FILES, Wanted, check_output, hand_out, keep, this_month
from engine.cli.desk import Desk
from engine.reports.report import from_json
from engine.runtime.session import EPOCH


def show(desk: Desk, **given: Any) -> None:
    """`report show`: on the screen from what the server tells, or the server's own file with its watermark.

    `stored` means nothing here: a server's facts are kept up by its workers.
    """
    wanted = Wanted(**given)
    check_output(desk, wanted.output)
    by = None if wanted.by == "none" else wanted.by
    narrowed = {**wanted.narrowed, "provenance": wanted.provenance, "by": by}
    query = {key: value for key, value in narrowed.items() if value is not None}
    month, kind = wanted.period or this_month(desk), desk.chosen.format
    with connected(desk) as client:
        if kind in FILES:
            keep(desk, client.report_file(wanted.name, month, kind, **query), wanted.output)
            return
        told = client.report(wanted.name, month, **query)
    if kind == "json" and wanted.output is None:
        desk.screen.json(told)
        return
    snapshot = datetime.fromisoformat(told["statement"]["snapshot"])
    told["statement"]["snapshot"] = (snapshot - EPOCH) // timedelta(microseconds=1)
    hand_out(desk, desk.zone, from_json(told), wanted.output)
