"""What everybody in a simulation works on: the cases under way, what is planned for them, what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from heapq import heappush
from typing import Any
from uuid import UUID

from engine.facade import Engine
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.profile import Profile
from engine.simulation.staff import Habits, Staff
from engine.state import CaseState, WorkItem

MICROSECOND = timedelta(microseconds=1)
OPEN = ("active", "suspended")


@dataclass(slots=True)
class Tally:
    """What a simulation did: steps by kind, refusals by rule, cases by how they stand."""

    steps: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    stuck: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A case that is about to begin.

    at: microseconds. key: its business key. profile: how it goes. starter: who reports it; on_the_spot: who does so
    fills in the first form at once.
    """

    at: int
    process: str
    key: str
    variables: Mapping[str, Any]
    profile: Profile
    starter: str = "simulation"
    on_the_spot: bool = False


@dataclass(slots=True)
class Running:
    """A case under way: who handles it, what is planned for it, and its state where that is known."""

    case_id: UUID
    staff: Staff
    draw: Draw
    profile: Profile
    steps: int = 0
    planned: set[int] = field(default_factory=set)
    key: str = ""
    place: str = ""
    done: dict[int, str] = field(default_factory=dict)
    over: bool = False
    state: CaseState | None = None
    children: int = 0


class World:
    """The engine, the cases under way, and the agenda: moment, order, kind, case and item, the earliest first."""

    def __init__(self, engine: Engine, habits: Habits, zone: tzinfo) -> None:
        self.engine = engine
        self.habits = habits
        self.zone = zone
        self.agenda: list[tuple[int, int, str, UUID, int]] = []
        self.cases: dict[UUID, Running] = {}
        self.tally = Tally()
        self._order = 0

    def plan(self, at: int, kind: str, case_id: UUID, item: int) -> None:
        """Put something on the agenda."""
        self._order += 1
        self.cases[case_id].planned.add(item)
        heappush(self.agenda, (at, self._order, kind, case_id, item))

    def again(self, running: Running, item: WorkItem, at: int, days: tuple[float, float] = (0, 0)) -> None:
        """The task is still there: somebody comes back to it, after some days if need be."""
        back = running.staff.delay(self.local(at) + running.staff.away_for(days))
        self.plan(micros(back), "task", running.case_id, item.id)

    def later(self, running: Running, at: int) -> int:
        """When somebody comes to what is there now."""
        return micros(running.staff.delay(self.local(at)))

    def state(self, running: Running) -> CaseState | None:
        """The state of a case that is not over."""
        if running.over:
            return None
        if running.state is None:
            running.state = self.engine.queries.state(running.case_id)
            running.over = running.state.status not in OPEN
        return None if running.over else running.state

    def local(self, micros: int) -> datetime:
        """A moment on the clocks of the place."""
        return (EPOCH + micros * MICROSECOND).astimezone(self.zone)


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND
