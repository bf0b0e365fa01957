"""Export of logs as JSON Lines: one event a line, with all that was entered and all that came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, BinaryIO
from uuid import UUID

import orjson

from engine.cases.log import EventContent, StoredEvent
from engine.history.verify import Opened

Moment = Callable[[int], str | None]


def export_lines(
    engine: Opened,
    target: BinaryIO,
    case_ids: Iterable[UUID],
    *,
    moment: Moment,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Write the logs of cases, each event as one line; how many events. One event at a time is held in memory.

    A line is what `told` tells, with the case and its process before it, and in `processes` which process every
    definition is that the event opened a scope of. What a form marks as personal is a reference into the vault in the
    log, and stays one. moment: how times are written. progress: called with the number of cases done.
    """
    written = 0
    key_of = engine.definitions.programs
    for number, case_id in enumerate(case_ids, start=1):
        case = engine.queries.case(case_id)
        about = {
            "case": str(case_id),
            "process": case.key,
            "version": case.version,
            "business_key": case.business_key,
        }
        for event in engine.queries.events(case_id):
            content = event.open()
            opened = sorted({effect[6] for effect in content.effects if effect[0] == "scope+"})
            line = {
                **about,
                **told(event, content, moment),
                "processes": {digest: key_of.get(digest).definition.key for digest in opened},
            }
            target.write(orjson.dumps(line) + b"\n")
            written += 1
        if progress is not None:
            progress(number)
    return written


def told(event: StoredEvent, content: EventContent, moment: Moment) -> dict[str, Any]:
    """An event for programs: who did what and when, what was entered, and the changes it made, in wire form."""
    head = event.head
    return {
        "seq": head.seq,
        "recorded_at": moment(head.recorded_at),
        "effective_at": moment(head.effective_at),
        "kind": head.kind,
        "actor": head.actor,
        "on_behalf_of": head.on_behalf_of,
        "input": content.input,
        "effects": content.effects,
        "state_hash": content.state_hash,
        "hash": event.hash.hex(),
    }
