"""People of the directory at work on sample cases: each task is taken and completed by somebody who may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from engine.categories import BELOW
from engine.directory import Directory
from engine.errors import BihuanError
from engine.facade import Engine
from engine.runtime.session import EPOCH
from engine.samples.draw import Draw
from engine.simulation.filling import Filler
from engine.simulation.profile import Profile
from engine.simulation.staff import in_office
from engine.state import Scope, WorkItem

TRIES = 6
"""How often a form is filled in again when it is not accepted."""
MICROSECOND = timedelta(microseconds=1)


class Colleagues:
    """Works on simulated cases up to a moment. The same draws do the same.

    until: nothing is done after it, microseconds since 1970 UTC. words: what their texts are taken from, by field.
    """

    def __init__(
        self,
        engine: Engine,
        directory: Directory,
        draw: Draw,
        *,
        until: int,
        words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._draw = draw
        self._until = until
        self._zone = ZoneInfo(engine.settings.zone)
        self._words = Profile(texts=words or {})
        self.steps = 0

    def case(self, process: str, variables: Mapping[str, Any], at: int, steps: int, **options: Any) -> UUID:
        """A case from its start on; at most so many tasks of it are completed, the rest is left to others."""
        starter = self._draw.pick(self._directory.index.members(f"unit:{variables['grid']}/*", at))
        outcome = self._engine.start(
            process, variables, actor=starter, provenance="simulated", at=at, **options
        )
        for _ in range(steps):
            at = self._later(at)
            if at > self._until or not self._step(outcome.case_id, at):
                break
        return outcome.case_id

    def _later(self, at: int) -> int:
        moment = (EPOCH + at * MICROSECOND).astimezone(self._zone)
        moment = in_office(moment + self._draw.span(timedelta(minutes=5), timedelta(hours=9)))
        return (moment - EPOCH) // MICROSECOND

    def _step(self, case_id: UUID, at: int) -> bool:
        """One task completed; False when nobody may, or nothing that is entered is accepted."""
        self._engine.run_due(at, case_id=case_id)
        case = self._engine.case(case_id)
        if case.status != "active" or case.effective_at > at:
            return False
        state = self._engine.queries.state(case_id)
        for scope in state.scopes.values():
            for item in sorted(scope.tasks.values(), key=lambda item: item.id):
                known = {**state.root.variables, **scope.variables}
                if item.status != "held" and self._complete(case_id, scope, item, known, at):
                    self.steps += 1
                    return True
        return False

    def _complete(
        self, case_id: UUID, scope: Scope, item: WorkItem, known: Mapping[str, Any], at: int
    ) -> bool:
        who = [item.assignee] if item.assignee else self._candidates(item, at)
        definition = self._engine.definitions.programs.get(scope.definition).definition
        form = definition.forms.get(item.form) if item.form else None
        now = datetime.fromtimestamp(at / 1_000_000, self._zone)
        below = self._engine.config.providers.get(BELOW)
        filler = Filler(self._draw, now, yes=0.9, profile=self._words, categories=below)
        for person in who[:2]:
            for _ in range(TRIES):
                values = {} if form is None else filler.fill(form.schema, known)
                try:
                    self._engine.complete(case_id, item.id, values, actor=person, at=at)
                except BihuanError:
                    # Not accepted: somebody enters something else, or a rule wants somebody else.
                    continue
                return True
        return False

    def _candidates(self, item: WorkItem, at: int) -> list[str]:
        index = self._directory.index
        found = {person for group in item.groups for person in index.members(group, at)}
        ordered = sorted(found)
        first = self._draw.whole(0, max(len(ordered) - 1, 0))
        return [*ordered[first:], *ordered[:first]]
