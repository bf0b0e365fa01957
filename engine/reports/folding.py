"""From the log of a case to the facts reports count; nothing but the log, the rules and the calendar goes in.

Times are those of the case clock (`effective_at`). What was taken back (撤回) or returned (退回) does not count as done;
members who sign along with somebody are no steps of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final

from engine.calendars.calendar import Calendar
from engine.calendars.working_time import worked
from engine.cases.headers import due_of, header_of, moment_of
from engine.cases.log import REFUSED, EventContent, StoredEvent
from engine.errors import LimitExceeded
from engine.model.definition import Definition
from engine.reports.days import end_of_day
from engine.reports.facts import CaseFacts, Episode, Facts
from engine.reports.passing import Passing
from engine.reports.rules import Rules
from engine.reports.visits import Visits
from engine.state import CaseState, Scope, WorkItem, apply
from engine.state.case import CANCELLED, COMPLETED, SUSPENDED
from engine.store import NEVER

RED: Final = 0
TASK: Final = "task"
TERM: Final = "term"
LEVEL: Final = "level"

COMPLETED_TASK: Final = "completed"
GONE: Final = "gone"
RECALLED: Final = "recalled"

SUPERVISED: Final = (
    "parent_code", "parent_step", "reason", "unit", "level", "blocker", "order_due", "times_in_quarter",
    "whistle_type", "lead_unit",
)  # fmt: skip
"""Variables of a case that lists show beside its facts."""

Events = Iterable[tuple[StoredEvent, EventContent]]


def fold_facts(
    events: Events, rules: Rules, definition_of: Callable[[str], Definition], calendar: Calendar
) -> Facts | None:
    """The facts of a case. definition_of: a digest's definition. None for an empty log."""
    folding = Folding(rules, definition_of)
    for event, content in events:
        folding.take(event, content)
    return folding.facts(calendar) if folding.case.seq else None


class Folding:
    """A case's log read so far."""

    def __init__(self, rules: Rules, definition_of: Callable[[str], Definition]) -> None:
        self.case = CaseFacts()
        self._rules = rules
        self._definition_of = definition_of
        self._state = CaseState()
        self._tasks: dict[int, Episode] = {}
        self._scopes: dict[int, Episode] = {}
        self._entered: dict[int, dict[str, Any]] = {}
        self._stands: list[tuple[int, int]] = []
        self._stood_since: int | None = None
        self._definition: Definition | None = None
        self._passing = Passing()
        self._visits = Visits(rules)
        self._at = 0

    def take(self, event: StoredEvent, content: EventContent) -> None:
        """Read one event."""
        head = event.head
        self.case.seq = head.seq
        if head.kind == REFUSED:
            return
        self._at = at = head.effective_at
        if head.seq == 1:
            self.case.provenance = content.input.get("provenance", "live")
            self.case.received_at = at
        if head.kind == "complete" and "task" in content.input:
            self._entered.setdefault(content.input["task"], {}).update(content.input.get("variables") or {})
        if head.kind == "recall":
            self._recall(content.input.get("task"))
        told = False
        for effect in content.effects:
            self._before(effect, at)
            apply(self._state, effect)
            told |= self._after(effect, at)
        self._state.changes.clear()
        self._close_gone(at)
        self._passing.settle(self._state, at)
        if told and self._state.scopes:
            self._follow_header()

    def facts(self, calendar: Calendar) -> Facts:
        """What came of it."""
        self._conclude(calendar)
        episodes = [
            *self._tasks.values(),
            *self._scopes.values(),
            *self._visits.made(self._tasks, self._state.scopes),
        ]
        return Facts(case=self.case, episodes=sorted(episodes, key=_number), heat=self._passing.heat)

    # -- single effects ----------------------------------------------------------------------------

    def _before(self, effect: list[Any], at: int) -> None:
        """What can only be seen while the thing is still there."""
        kind = effect[0]
        if kind == "task-":
            episode = self._tasks.get(effect[2])
            if episode is not None:
                episode.ended_at, episode.ending = at, effect[3]
                self._answer(episode)
        elif kind == "scope-":
            self._leave(effect[1], at)
        elif kind in ("move", "token-", "token+"):
            self._passing.before(self._state, effect, at)

    def _after(self, effect: list[Any], at: int) -> bool:
        """Whether the header may read otherwise now."""
        kind = effect[0]
        if kind == "task+":
            self._open(effect[1], WorkItem(*effect[2]), at)
        elif kind == "task~":
            self._claim(effect, at)
        elif kind == "task=":
            self._change(effect[2], effect[3])
        elif kind in ("move", "token+"):
            self._pass(effect, at)
        elif kind == "token~":
            self._passing.change(effect, at)
        elif kind == "scope+":
            self._enter(self._state.scopes[effect[1]], at)
        elif kind == "case":
            self._stand(effect[1], at)
            return True
        elif kind == "var":
            return bool(effect[1] == self._state.root.id)
        return bool(kind in ("clocks", "scope+"))

    def _pass(self, effect: list[Any], at: int) -> None:
        scope = self._state.scopes[effect[1]]
        element = effect[4] if effect[0] == "move" else effect[3]
        self._passing.after(scope, effect, at)
        name = f"{self._key(scope)}.{element}"
        marks = self._rules.marks
        if name in marks.get("not_accepted", ()):
            self.case.accepted = 0
        if name in marks.get("rework", ()):
            self.case.reworks += 1
        if name in marks.get("reopening", ()):
            self.case.reopenings += 1
            self.case.reopened_at = self.case.reopened_at or at
        if name in marks.get("raised", ()):
            self._raise(at)
        for mark in ("performed", "unperformed"):
            if name in marks.get(mark, ()):
                self._perform(scope, mark, at)

    def _open(self, scope_id: int, item: WorkItem, at: int) -> None:
        extra = item.extra or {}
        if "sign_of" in extra:
            return
        scope = self._state.scopes[scope_id]
        element = f"{self._key(scope)}.{item.element}"
        step = self._rules.steps.get(element)
        clock = extra.get("clock") or {}
        self._tasks[item.id] = Episode(
            number=item.id,
            kind=TASK,
            role="" if step is None else step.role,
            element=element,
            unit=unit_of(item.groups),
            level=_text(scope.variables.get("level") or self._state.root.variables.get("level")),
            opened_at=at,
            claimed_at=at if item.status == "claimed" else None,
            due_at=item.due,
            original_due_at=clock.get("original", item.due),
            red=int(self.case.grade == RED),
        )
        self._visits.scopes[item.id] = scope_id

    def _claim(self, effect: list[Any], at: int) -> None:
        episode = self._tasks.get(effect[2])
        if episode is not None and effect[3] == "claimed" and episode.claimed_at is None:
            episode.claimed_at = at

    def _change(self, task: int, fields: dict[str, Any]) -> None:
        episode = self._tasks.get(task)
        if episode is None:
            return
        if "due" in fields:
            episode.due_at = fields["due"]
            if episode.original_due_at is None:
                episode.original_due_at = fields["due"]
        if "groups" in fields:
            episode.unit = unit_of(fields["groups"])

    def _answer(self, episode: Episode) -> None:
        step = self._rules.steps.get(episode.element)
        if step is None or episode.ending != COMPLETED_TASK:
            return
        values = self._entered.get(episode.number, {})
        episode.answer = step.answer(values)
        episode.solved = _text(values.get(step.solved)) if step.solved else ""
        episode.satisfaction = (
            self._rules.satisfied(values.get(step.satisfaction)) if step.satisfaction else ""
        )
        score = values.get(step.score) if step.score else None
        episode.score = score if isinstance(score, int) and not isinstance(score, bool) else None

    def _recall(self, task: Any) -> None:
        episode = self._tasks.get(task)
        if episode is not None:
            episode.ending = RECALLED
            episode.answer = episode.solved = episode.satisfaction = ""
            self._entered.pop(episode.number, None)

    # -- scopes ------------------------------------------------------------------------------------

    def _enter(self, scope: Scope, at: int) -> None:
        if scope.parent is None:
            self._definition = self._definition_of(scope.definition)
            self.case.definition_key = self._definition.key
        if scope.kind != "process":
            return
        kind = self._rules.processes.get(self._key(scope))
        if kind == LEVEL:
            level = _text(scope.variables.get("level"))
            self._scopes[scope.id] = Episode(
                number=scope.id, kind=LEVEL, element=self._key(scope), level=level, opened_at=at
            )
        elif kind == TERM:
            due = _day_end(scope.variables.get("term"), self._zone())
            self._scopes[scope.id] = Episode(
                number=scope.id,
                kind=TERM,
                element=self._key(scope),
                opened_at=at,
                due_at=due,
                original_due_at=due,
            )

    def _leave(self, scope_id: int, at: int) -> None:
        for each in [scope_id, *self._below(scope_id)]:
            episode = self._scopes.get(each)
            if episode is not None and episode.ended_at is None:
                episode.ended_at, episode.ending = at, "ended"

    def _below(self, scope_id: int) -> list[int]:
        scope = self._state.scopes.get(scope_id)
        found: list[int] = []
        for child in sorted(scope.children) if scope is not None else ():
            found += [child, *self._below(child)]
        return found

    def _raise(self, at: int) -> None:
        level = max((each for each in self._scopes.values() if each.kind == LEVEL), key=_number, default=None)
        if level is not None:
            level.answer = "raised"

    def _perform(self, scope: Scope, mark: str, at: int) -> None:
        here: Scope | None = scope
        while here is not None:
            episode = self._scopes.get(here.id)
            if episode is not None and episode.kind == TERM:
                episode.answer, episode.ended_at, episode.ending = mark, at, mark
                return
            here = None if here.parent is None else self._state.scopes.get(here.parent)

    def _stand(self, status: str, at: int) -> None:
        self.case.status = status
        if status == SUSPENDED and self._stood_since is None:
            self._stood_since = at
        elif status != SUSPENDED and self._stood_since is not None:
            self._stands.append((self._stood_since, at))
            self._stood_since = None
        if status in (COMPLETED, CANCELLED):
            self.case.ended_at = at

    def _close_gone(self, at: int) -> None:
        """What an event took away without a word: with its token, or its scope."""
        home = self._state.home
        for task, episode in self._tasks.items():
            if episode.ended_at is None and task not in home:
                episode.ended_at, episode.ending = at, GONE
        for scope_id, episode in self._scopes.items():
            if episode.ended_at is None and scope_id not in self._state.scopes:
                episode.ended_at, episode.ending = at, GONE

    # -- the whole case ----------------------------------------------------------------------------

    def _follow_header(self) -> None:
        state, case = self._state, self.case
        assert self._definition is not None
        variables = state.root.variables
        header = header_of(state, self._definition, ended_at=case.ended_at)
        first, *more = header.category.split("/")
        case.category = first
        case.category_second = "/".join([first, *more[:1]]) if more else None
        case.category_third = "/".join([first, *more[:2]]) if len(more) > 1 else None
        case.grade, case.source = header.grade, header.source
        case.worst_grade = min(case.worst_grade, header.grade)
        case.received_at = header.received_at or case.received_at
        due = due_of(state)
        case.due_at = None if due == NEVER else due
        if case.original_due_at is None:
            case.original_due_at = case.due_at
        case.settled_at = header.settled_at
        if case.first_settled_at is None:
            case.first_settled_at = header.settled_at
        case.outcome = self._rules.outcomes.get(variables.get("outcome", ""), _text(variables.get("outcome")))
        case.closed_at = moment_of(variables, "closed_at") or self._closed_with_its_end()
        case.confirmed = int(self._rules.confirmed(variables))

    def _closed_with_its_end(self) -> int | None:
        """When a case was closed that does not say so itself: as it completed, if it was settled and not given up."""
        case = self.case
        is_closing = case.settled_at is not None and case.outcome not in self._rules.given_up
        return case.ended_at if case.status == COMPLETED and is_closing else None

    def _conclude(self, calendar: Calendar) -> None:
        case = self.case
        if self._stood_since is not None:
            self._stands.append((self._stood_since, max(self._at, self._stood_since)))
        if case.settled_at is not None:
            case.spent, case.spent_office = self._spent(case.received_at, case.settled_at, calendar)
        variables = self._state.root.variables if self._state.scopes else {}
        shown = {name: _text(variables.get(name)) for name in SUPERVISED if _text(variables.get(name))}
        case.detail = json.dumps(shown, ensure_ascii=False, sort_keys=True)
        for episode in self._tasks.values():
            if episode.ended_at is None:
                continue
            begun = episode.claimed_at if episode.claimed_at is not None else episode.ended_at
            episode.waited, episode.waited_office = self._spent(episode.opened_at, begun, calendar)
            episode.worked, episode.worked_office = self._spent(begun, episode.ended_at, calendar)

    def _spent(self, start: int, end: int, calendar: Calendar) -> tuple[int, int | None]:
        """By the clock and in working time, without what the case stood still; None where the calendar does not reach."""
        if end <= start:
            return 0, 0
        parts = [(max(a, start), min(b, end)) for a, b in self._stands if a < end and b > start]
        spent = end - start - sum(b - a for a, b in parts)
        try:
            office = worked(start, end, calendar) - sum(worked(a, b, calendar) for a, b in parts)
        except LimitExceeded:
            return spent, None
        return spent, office

    def _key(self, scope: Scope) -> str:
        return self._definition_of(scope.definition).key

    def _zone(self) -> str:
        return str(self._state.bounds.get("zone", "UTC"))


def unit_of(groups: list[str]) -> str:
    """The unit whose work a task is: of the directory where it is known there, else the group as it is named."""
    for group in groups:
        if group.startswith("unit:"):
            return group.removeprefix("unit:").partition("/")[0]
    return groups[0] if groups else ""


def _number(episode: Episode) -> int:
    return episode.number


def _text(value: Any) -> str:
    """A short plain text of a variable; what is sealed, or no text, is nothing."""
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return ""
    text = str(value)
    return "" if text.startswith("@vault:") else text[:100]


def _day_end(term: Any, zone: str) -> int | None:
    """The end of the day a term of an agreement is due."""
    deadline = term.get("deadline") if isinstance(term, dict) else None
    return end_of_day(deadline, zone)
