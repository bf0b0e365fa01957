"""Which steps a token has behind it: what return and recall are decided on.

A case's log tells how tokens move, fork and merge. Going back from a token to a step is legal exactly when
nothing but that token has come of the step since, and nothing foreign has gone into it:

* if the step's token forked and another branch of it still lives, going back would run that branch twice;
* if a branch that did not come from the step was merged into the token, going back would lose it, and the join
  would wait for ever.

This is an argument on what happened (a cut of the causal order), not on the drawing, so it holds in loops,
unstructured diagrams and after pruning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.state.items import ARMED, READY
from engine.state.scope import EVENT_SUB_PROCESS, INSTANCE

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
        "transfer",
        "delegate",
        "add-sign",
    }
)
"""Commands by which somebody or something acts on what a token does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastEvent:
    """What lineage needs of an event of the log."""

    seq: int
    kind: str
    actor: str
    effects: list[list[Any]]
    on_behalf_of: str | None = None


@dataclass(slots=True)
class Step:
    """The latest completion of an activity: a user task, or one that held scopes, as a whole.

    threads: the tokens that have come of it and still live. foreign: tokens from elsewhere merged into them.
    touched: the first event after it by which somebody acted on what came of it. task: the user task, if one.
    """

    seq: int
    scope: int
    element: str
    actor: str
    task: int | None
    threads: set[int]
    foreign: set[int] = field(default_factory=set)
    touched: int | None = None


class Lineage:
    """The completed steps of a case with what has come of each. Fed with the log's events in order."""

    def __init__(self) -> None:
        self.steps: dict[tuple[int, str], Step] = {}
        self.returns: dict[str, int] = {}
        self._at: dict[int, tuple[int, str]] = {}
        self._items: dict[int, tuple[int, str]] = {}
        self._owners: dict[int, tuple[int, str]] = {}
        self._holding: set[int] = set()
        self._hosts: dict[int, int] = {}
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
            self._mark_touched()
        for effect in event.effects:
            handler = _HANDLERS.get(effect[0])
            if handler is not None:
                handler(self, effect)

    def steps_in(self, scope: int) -> list[Step]:
        """The completed steps of a scope, latest first."""
        found = [step for step in self.steps.values() if step.scope == scope]
        return sorted(found, key=lambda step: (-step.seq, step.element))

    def completion_of(self, task: int) -> Step | None:
        """The step a user task was completed in, while it is its element's latest."""
        return next((step for step in self.steps.values() if step.task == task), None)

    def _mark_touched(self) -> None:
        acted: set[int] = set()
        for token in self._acted_on():
            acted |= self._with_owners(token)
        for step in self.steps.values():
            if step.touched is None and not step.threads.isdisjoint(acted):
                step.touched = self._event.seq

    def _acted_on(self) -> set[int]:
        found = set()
        for effect in self._event.effects:
            if effect[0] in ("task~", "task=", "task-", "timer-", "sub-", "job-", "job~"):
                token, element = self._items.get(effect[2], (None, ""))
                if token is not None and not element.startswith("limit:"):
                    found.add(self._hosts.get(token, token))
            elif effect[0] == "token+" and effect[7] in self._hosts:
                found.add(self._hosts[effect[7]])
        return found

    def _with_owners(self, token: int) -> set[int]:
        """A token and the tokens that own the scopes around it."""
        chain = {token}
        while token in self._at and self._at[token][0] in self._owners:
            token = self._owners[self._at[token][0]][0]
            chain.add(token)
        return chain

    def _open_scope(self, effect: list[Any]) -> None:
        scope, owner, kind = effect[1], effect[3], effect[4]
        if owner is not None:
            self._owners[scope] = (owner, kind)
            if kind != EVENT_SUB_PROCESS:
                self._holding.add(owner)

    def _close_scope(self, effect: list[Any]) -> None:
        self._owners.pop(effect[1], None)

    def _add_token(self, effect: list[Any]) -> None:
        _, scope, token, element, status, _flow, host, parent = effect
        self._at[token] = (scope, element)
        if status == ARMED:
            if host is not None:
                self._hosts[token] = host
            return
        if parent is not None:
            self._join_threads(self._hosts.get(parent, parent), token)

    def _change_token(self, effect: list[Any]) -> None:
        _, _scope, token, status, _data = effect
        if status == READY and token in self._hosts:
            self._join_threads(self._hosts.pop(token), token)

    def _join_threads(self, parent: int, token: int) -> None:
        for step in self.steps.values():
            if parent in step.threads:
                step.threads.add(token)

    def _move_token(self, effect: list[Any]) -> None:
        _, scope, token, flow, target = effect
        element = self._at[token][1]
        if flow is None:
            self._go_back(scope, token, target)
        elif token in self._holding:
            self._complete(scope, element, token, None)
        self._holding.discard(token)
        self._at[token] = (scope, target)

    def _go_back(self, scope: int, token: int, target: str) -> None:
        """A token was put back to a step: it and the steps after it are to be done again."""
        again = self.steps.get((scope, target))
        if again is None or token not in again.threads:
            return
        undone = [
            key
            for key, step in self.steps.items()
            if key[0] == scope and token in step.threads and step.seq >= again.seq
        ]
        for key in undone:
            del self.steps[key]

    def _end_token(self, effect: list[Any]) -> None:
        _, scope, token, reason, into = effect
        if reason == "end" and token in self._holding:
            self._complete(scope, self._at[token][1], token, None)
        self._at.pop(token, None)
        self._hosts.pop(token, None)
        self._holding.discard(token)
        for step in self.steps.values():
            if into is not None:
                self._merge(step, token, into)
            step.threads.discard(token)

    def _merge(self, step: Step, token: int, into: int) -> None:
        if (token in step.threads) != (into in step.threads):
            step.foreign.add(token if into in step.threads else into)
            step.threads.add(into)

    def _note(self, effect: list[Any]) -> None:
        if effect[1] == "returned":
            element = effect[2]["from"]
            self.returns[element] = self.returns.get(element, 0) + 1

    def _add_item(self, effect: list[Any]) -> None:
        self._items[effect[2][0]] = (effect[2][1], effect[2][2])

    def _end_task(self, effect: list[Any]) -> None:
        _, scope, task, reason = effect
        token, element = self._items.pop(task)
        if reason == "completed":
            self._complete(scope, element, token, task)

    def _complete(self, scope: int, element: str, token: int, task: int | None) -> None:
        if self._owners.get(scope, (0, ""))[1] == INSTANCE:
            return
        event = self._event
        self.steps[(scope, element)] = Step(event.seq, scope, element, event.actor, task, {token})


_HANDLERS: dict[str, Callable[[Lineage, list[Any]], None]] = {
    "note": Lineage._note,
    "scope+": Lineage._open_scope,
    "scope-": Lineage._close_scope,
    "token+": Lineage._add_token,
    "token~": Lineage._change_token,
    "move": Lineage._move_token,
    "token-": Lineage._end_token,
    "task+": Lineage._add_item,
    "task-": Lineage._end_task,
    "timer+": Lineage._add_item,
    "sub+": Lineage._add_item,
    "job+": Lineage._add_item,
}
