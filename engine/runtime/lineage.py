"""Which steps a token has behind it: what return and recall are decided on.

A case's log tells how tokens move, fork and merge. Going back from a token to a step is legal exactly when
nothing but that token has come of the step since, and nothing foreign has gone into it:

* if the step's token forked and another branch of it still lives, going back would run that branch twice;
* if a branch that did not come from the step was merged into the token, going back would lose it, and the join
  would wait for ever;
* if an inclusive join went on without the token because it could not come any more, going back to where it could
  come again would let the join fire twice.

This is an argument on what happened (a cut of the causal order), not on the drawing, so it holds in loops,
unstructured diagrams and after pruning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.state.items import ACTIVE, ARMED, READY, WAITING
from engine.state.scope import INSTANCE

ACTS = frozenset(
    {
        "claim",
        "complete",
        "fire-timer",
        "message",
        "signal",
        "complete-job",
        "fail-job",
        "throw-job-error",
        "return",
        "jump",
        "transfer",
        "delegate",
        "add-sign",
    }
)
"""Commands by which somebody or something acts on what a token does."""

PUTS_BACK = frozenset({"return", "recall", "jump"})
"""Commands that put a token elsewhere. What else moves one without a flow sends it straight back to a returner."""

ITEM_EFFECTS = frozenset({"task~", "task=", "task-", "timer-", "sub-", "job-", "job~"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PastEvent:
    """What verbs need of an event of the log. at: the case clock, microseconds since 1970 UTC."""

    seq: int
    kind: str
    actor: str
    effects: list[list[Any]]
    on_behalf_of: str | None = None
    at: int = 0


@dataclass(kw_only=True, slots=True, eq=False)
class Step:
    """The latest completion of an activity: a user task, or one that held user tasks, as a whole.

    order: its place among the steps. threads: the tokens that have come of it and still live. foreign: tokens from
    elsewhere merged into them. passed: joins that have gone on since without any of them. touched: the first event
    after it by which somebody acted on what came of it. task: the user task, if one. back: it was done again for
    somebody who wants the case straight back (as `wanted_back` of `engine.runtime.nodes.base` says). groups: whose task
    it was when it opened.
    """

    order: int
    seq: int
    scope: int
    element: str
    actor: str
    task: int | None
    back: Any
    threads: set[int]
    groups: tuple[str, ...] = ()
    foreign: set[int] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    touched: int | None = None


@dataclass(slots=True)
class _Item:
    """An open task, timer, subscription or job; only a task is somebody's."""

    token: int
    element: str
    assignee: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(slots=True)
class _Level:
    """An open scope: the token that owns it, its kind, its tokens, and the steps completed in it."""

    owner: int | None
    kind: str
    tokens: set[int] = field(default_factory=set)
    steps: dict[Step, None] = field(default_factory=dict)


class Lineage:
    """The completed steps of a case with what has come of each. Fed with the log's events in order.

    Attributes:
        returns: how often each element of a scope was returned.
        over: user tasks whose completion nobody can take back: done again since, or their level has ended.
    """

    def __init__(self) -> None:
        self.returns: dict[tuple[int, str], int] = {}
        self.over: set[int] = set()
        self._levels: dict[int, _Level] = {}
        self._at: dict[int, tuple[int, str]] = {}
        self._steps: dict[int, dict[Step, None]] = {}
        self._of_task: dict[int, Step] = {}
        self._items: dict[int, _Item] = {}
        self._owned: dict[int, set[int]] = {}
        self._worked: set[int] = set()
        self._hosts: dict[int, int] = {}
        self._waiting: set[int] = set()
        self._backs: dict[int, Any] = {}
        self._aside: dict[int, list[tuple[int, list[Step]]]] = {}
        self._order = 0
        self._mode = ""
        self._event = PastEvent(seq=0, kind="", actor="", effects=[])

    @classmethod
    def of(cls, events: Iterable[PastEvent]) -> Lineage:
        """Read a case's log."""
        lineage = cls()
        for event in events:
            lineage.add(event)
        return lineage

    def add(self, event: PastEvent) -> None:
        """Read one more event."""
        self._event = event
        if event.kind in ACTS:
            self._mark_touched(self._acted_on())
        self._mark_touched(
            self._hosts.get(effect[2]["token"], effect[2]["token"])
            for effect in event.effects
            if effect[:2] == ["note", "condition"]
        )
        for effect in event.effects:
            handler = _HANDLERS.get(effect[0])
            if handler is not None:
                handler(self, effect)

    def steps_for(self, scope: int, token: int) -> list[Step]:
        """The completed steps of a scope, latest first; of each element one, the token's own where it has one."""
        level = self._levels.get(scope)
        found: dict[str, Step] = {}
        for step in sorted(
            level.steps if level else (), key=lambda step: (token in step.threads, step.order)
        ):
            found[step.element] = step
        return sorted(found.values(), key=lambda step: -step.order)

    def completion_of(self, task: int) -> Step | None:
        """The step a user task was completed in, while it is its element's latest and its level is open."""
        return self._of_task.get(task)

    # -- who acted ---------------------------------------------------------------------------------

    def _mark_touched(self, tokens: Iterable[int]) -> None:
        acted: set[int] = set()
        for token in tokens:
            acted.update(self._with_owners(token))
        for token in acted:
            for step in self._steps.get(token, ()):
                if step.touched is None:
                    step.touched = self._event.seq

    def _acted_on(self) -> Iterable[int]:
        for effect in self._event.effects:
            kind = effect[0]
            if kind in ITEM_EFFECTS:
                item = self._items.get(effect[2])
                if item is not None and not item.element.startswith("limit:"):
                    yield self._hosts.get(item.token, item.token)
            elif kind == "token+":
                yield from self._begun_by_event(effect)
            elif kind == "move" and effect[3] is None:
                yield effect[2]

    def _begun_by_event(self, effect: list[Any]) -> Iterable[int]:
        """The token beside which a boundary event began, or which owns the scope an event sub-process began in."""
        _, scope, _, _, status, flow, _, parent = effect
        if status == READY and flow is None and parent is not None:
            yield self._hosts.get(parent, parent)
        elif status == ACTIVE and scope in self._levels:
            owner = self._levels[scope].owner
            if owner is not None:
                yield owner

    def _with_owners(self, token: int) -> Iterable[int]:
        """A token and the tokens that own the scopes around it."""
        current: int | None = token
        while current is not None:
            yield current
            place = self._at.get(current)
            current = None if place is None else self._levels[place[0]].owner

    # -- scopes ------------------------------------------------------------------------------------

    def _open_scope(self, effect: list[Any]) -> None:
        scope, owner, kind = effect[1], effect[3], effect[4]
        self._levels[scope] = _Level(owner, kind)
        if owner is not None:
            self._owned.setdefault(owner, set()).add(scope)

    def _close_scope(self, effect: list[Any]) -> None:
        self._drop_scope(effect[1])

    def _drop_scope(self, scope: int) -> None:
        level = self._levels.pop(scope, None)
        if level is None:
            return
        for token in level.tokens:
            self._drop_token(token)
        for step in level.steps:
            self._forget(step, is_over=True)
        if level.owner in self._owned:
            self._owned[level.owner].discard(scope)

    def _drop_token(self, token: int) -> None:
        for scope in list(self._owned.pop(token, ())):
            self._drop_scope(scope)
        self._at.pop(token, None)
        self._hosts.pop(token, None)
        self._waiting.discard(token)
        self._worked.discard(token)
        self._aside.pop(token, None)
        self._backs.pop(token, None)
        for step in self._steps.pop(token, ()):
            step.threads.discard(token)

    # -- tokens ------------------------------------------------------------------------------------

    def _add_token(self, effect: list[Any]) -> None:
        _, scope, token, element, status, _flow, host, parent = effect
        self._at[token] = (scope, element)
        self._levels[scope].tokens.add(token)
        if status == ARMED:
            if host is not None:
                self._hosts[token] = host
        elif parent is not None:
            self._join_threads(self._hosts.get(parent, parent), token)

    def _change_token(self, effect: list[Any]) -> None:
        _, scope, token, status, data = effect
        self._backs[token] = (data or {}).get("back") or ((data or {}).get("hint") or {}).get("back")
        if status == WAITING:
            self._waiting.add(token)
            return
        if status == READY and token in self._hosts:
            self._join_threads(self._hosts.pop(token), token)
        elif status == READY and token in self._waiting:
            for step in self._levels[scope].steps:
                if token not in step.threads:
                    step.passed.add(self._at[token][1])
        self._waiting.discard(token)

    def _join_threads(self, parent: int, token: int) -> None:
        for step in self._steps.get(parent, ()):
            self._attach(step, token)

    def _attach(self, step: Step, token: int) -> None:
        step.threads.add(token)
        self._steps.setdefault(token, {})[step] = None

    def _move_token(self, effect: list[Any]) -> None:
        _, scope, token, flow, target = effect
        if flow is not None:
            if token in self._worked:
                self._complete(scope, self._at[token][1], token)
        elif self._event.kind in PUTS_BACK:
            self._put_back(scope, token, target)
        else:
            if token in self._worked:
                self._complete(scope, self._at[token][1], token)
            self._straight_back(scope, token)
        self._worked.discard(token)
        self._waiting.discard(token)
        self._backs.pop(token, None)
        self._at[token] = (scope, target)

    def _put_back(self, scope: int, token: int, target: str) -> None:
        """A token was put back to a step: it and the steps after it are to be done again, or set aside."""
        again = self._latest(scope, target, token)
        undone: list[Step] = []
        if again is not None:
            undone = [step for step in self._steps[token] if step.order >= again.order]
            for step in undone:
                self._forget(step)
        kind = self._event.kind
        is_kept = kind == "return" and self._mode == "back"
        if again is not None and (is_kept or (kind == "recall" and again.back is not None)):
            between = [step for step in undone if step is not again]
            self._aside.setdefault(token, []).append((again.order, between))
        else:
            self._aside.pop(token, None)

    def _straight_back(self, scope: int, token: int) -> None:
        """The step done again takes its old place; those between it and the returner stand as they did."""
        stack = self._aside.get(token)
        if not stack:
            return
        order, between = stack.pop()
        done = self._latest(scope, self._at[token][1], token)
        if done is not None:
            done.order = order
        for step in between:
            step.threads.clear()
            self._attach(step, token)
            self._levels[scope].steps[step] = None

    def _latest(self, scope: int, element: str, token: int) -> Step | None:
        own = (step for step in self._steps.get(token, ()) if (step.scope, step.element) == (scope, element))
        return max(own, key=lambda step: step.order, default=None)

    def _end_token(self, effect: list[Any]) -> None:
        _, scope, token, _reason, into = effect
        if into is not None:
            self._merge(token, into)
        came_of = list(self._steps.get(token, ()))
        self._levels[scope].tokens.discard(token)
        self._drop_token(token)
        for step in came_of:
            if not step.threads:
                self._forget(step, is_over=True)

    def _merge(self, token: int, into: int) -> None:
        gone, left = self._steps.get(token, {}), self._steps.get(into, {})
        for step in [step for step in left if step not in gone]:
            step.foreign.add(token)
        for step in [step for step in gone if step not in left]:
            step.foreign.add(into)
            self._attach(step, into)

    # -- steps -------------------------------------------------------------------------------------

    def _complete(self, scope: int, element: str, token: int, task: int | None = None) -> None:
        level = self._levels[scope]
        if level.kind == INSTANCE:
            return
        before = self._latest(scope, element, token)
        if before is not None:
            self._forget(before, is_over=True)
        item = None if task is None else self._items.get(task)
        self._order += 1
        step = Step(
            order=self._order,
            seq=self._event.seq,
            scope=scope,
            element=element,
            actor=(item.assignee if item is not None else None) or self._event.actor,
            task=task,
            back=self._backs.get(token),
            threads=set(),
            groups=() if item is None else item.groups,
        )
        self._attach(step, token)
        level.steps[step] = None
        if task is not None:
            self._of_task[task] = step

    def _forget(self, step: Step, *, is_over: bool = False) -> None:
        """A step counts no longer. is_over: not because it is to be done again."""
        for token in step.threads:
            self._steps.get(token, {}).pop(step, None)
        level = self._levels.get(step.scope)
        if level is not None:
            level.steps.pop(step, None)
        if step.task is not None:
            self._of_task.pop(step.task, None)
            if is_over:
                self.over.add(step.task)

    # -- items and facts ---------------------------------------------------------------------------

    def _note(self, effect: list[Any]) -> None:
        if effect[1] == "returned":
            self._mode = effect[2]["mode"]
            key = (effect[2]["scope"], effect[2]["from"])
            self.returns[key] = self.returns.get(key, 0) + 1

    def _add_item(self, effect: list[Any]) -> None:
        row = effect[2]
        self._items[row[0]] = _Item(row[1], row[2])

    def _add_task(self, effect: list[Any]) -> None:
        row = effect[2]
        self._items[row[0]] = _Item(row[1], row[2], row[4], tuple(row[5]))

    def _change_task(self, effect: list[Any]) -> None:
        self._items[effect[2]].assignee = effect[4]

    def _end_task(self, effect: list[Any]) -> None:
        _, scope, task, reason = effect
        item = self._items[task]
        if reason == "completed":
            self._worked.update(owner for owner in self._with_owners(item.token) if owner != item.token)
            self._complete(scope, item.element, item.token, task)
        del self._items[task]


_HANDLERS: dict[str, Callable[[Lineage, list[Any]], None]] = {
    "note": Lineage._note,
    "scope+": Lineage._open_scope,
    "scope-": Lineage._close_scope,
    "token+": Lineage._add_token,
    "token~": Lineage._change_token,
    "move": Lineage._move_token,
    "token-": Lineage._end_token,
    "task+": Lineage._add_task,
    "task~": Lineage._change_task,
    "task-": Lineage._end_task,
    "timer+": Lineage._add_item,
    "sub+": Lineage._add_item,
    "job+": Lineage._add_item,
}
