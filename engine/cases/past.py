"""A case's log as the verbs look back on it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from engine.cases.log import StoredEvent
from engine.cases.reading import read_events
from engine.runtime.lineage import PastEvent
from engine.store import Reading


def past_events(tx: Reading, case_id: UUID) -> Iterator[PastEvent]:
    """The events of a case so far, in order."""
    for event in read_events(tx, case_id):
        yield past_event(event)


def past_event(event: StoredEvent) -> PastEvent:
    """What lineage needs of an event."""
    head = event.head
    return PastEvent(
        seq=head.seq,
        kind=head.kind,
        actor=head.actor,
        on_behalf_of=head.on_behalf_of,
        effects=event.open().effects,
        at=head.effective_at,
    )
