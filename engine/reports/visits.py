"""Follow-ups (回访) of a case: attempts in one scope belong to one, until somebody was reached or was tried often enough."""

from __future__ import annotations

from collections.abc import Container, Mapping

from engine.reports.facts import Episode
from engine.reports.rules import Rules

ROLE = "follow_up"
VISIT = "visit"
UNREACHED = "unreached"
GONE = "gone"


class Visits:
    """Puts the attempts together. scopes: in which scope each task stands."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self.scopes: dict[int, int] = {}

    def made(self, tasks: Mapping[int, Episode], alive: Container[int]) -> list[Episode]:
        """The follow-ups, each with how it ended; `ended_at` is empty while it goes on.

        alive: scopes there still are. A follow-up whose scope went away, as when its case was reopened, went with it.
        """
        found: list[Episode] = []
        going: dict[tuple[int, str], tuple[Episode, int]] = {}
        last: dict[tuple[int, str], int] = {}
        for number, task in sorted(tasks.items()):
            if task.role != ROLE or task.ending not in ("", "completed"):
                continue
            place = (self.scopes[number], task.element)
            visit, tried = going.pop(place, (None, 0))
            if visit is None:
                visit = _begun(task)
                found.append(visit)
            tried += 1
            if not self._take(visit, task, tried):
                going[place] = (visit, tried)
            if task.ended_at is not None:
                last[place] = task.ended_at
        for place, (visit, _) in going.items():
            if place[0] not in alive and place in last:
                visit.ended_at, visit.ending = last[place], GONE
        return found

    def _take(self, visit: Episode, task: Episode, tried: int) -> bool:
        """Add an attempt; whether the follow-up is over with it."""
        if task.ended_at is None:
            return False
        visit.answer = task.answer or UNREACHED
        visit.solved, visit.satisfaction = task.solved, task.satisfaction
        step = self._rules.steps[task.element]
        most = self._rules.attempts if step.attempts is None else step.attempts
        if task.answer == UNREACHED and tried < most:
            return False
        visit.ended_at, visit.ending = task.ended_at, "completed"
        if visit.answer != "reached":
            visit.solved = visit.satisfaction = ""
        return True


def _begun(task: Episode) -> Episode:
    # A number no task has: its own, below zero.
    return Episode(
        number=-task.number,
        kind=VISIT,
        role="visit",
        element=task.element,
        unit=task.unit,
        opened_at=task.opened_at,
        red=task.red,
    )
