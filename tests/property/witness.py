"""What happened in a case, told a second time from its log, without the engine's own way of looking back.

Every stay of a token at a node is a *visit*; visits follow one another as a graph. Whether somebody has acted since
a completion is then a question of what can be reached in that graph, and whether anything ran twice a question of
shares: a fork divides the share of a token, a join adds them up, and where a path ends the whole must be there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.cases.log import StoredEvent

SUBJECTS = {
    "claim": "task", "complete": "task", "transfer": "task", "delegate": "task", "add-sign": "task",
    "return": "task", "fire-timer": "timer", "message": "subscription", "complete-job": "job", "fail-job": "job",
    "throw-job-error": "job",
}  # fmt: skip
"""By which commands somebody or something acts, and what their input names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A user task that was completed: by whom, in which event, at which visit."""

    task: int
    element: str
    actor: str
    seq: int
    visit: int


@dataclass(slots=True)
class Visit:
    """A token at a node. before: the visit it follows, if any; after: those that follow it."""

    token: int
    element: str
    scope: int
    before: int | None
    after: list[int] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class Birth:
    """How an instance of a multi-instance was opened: by which visit of the whole, in which event of which kind."""

    owner: int
    seq: int
    kind: str


class Witness:
    """The visits of a case. Fed with the log's events in order."""

    def __init__(self) -> None:
        self.completions: dict[int, Completion] = {}
        self.seq = 0
        self._visits: list[Visit] = []
        self._now: dict[int, int] = {}
        self._hosts: dict[int, int] = {}
        self._scopes: dict[int, tuple[int | None, str]] = {}
        self._items: dict[int, list[int]] = {}
        self._signals: dict[int, str] = {}
        self._holders: dict[int, str | None] = {}
        self._merges: list[tuple[int, int]] = []
        self._born: dict[int, Birth] = {}
        self._status: dict[int, str] = {}
        self._acts: dict[int, int] = {}

    def add(self, event: StoredEvent) -> None:
        """Read one more event."""
        content, self.seq = event.open(), event.head.seq
        self._kind, self._actor = event.head.kind, event.head.actor
        if self._kind == "refused":
            return
        self._note_act(content.input, content.effects)
        for effect in content.effects:
            handle = getattr(self, _HANDLERS.get(effect[0], ""), None)
            if handle is not None:
                handle(effect)

    def legal_recalls(self, forbidden: set[str], throwing: set[str]) -> dict[int, str]:
        """For every completed task that was not taken back: the reason it may not be recalled, or an empty text.

        throwing: the multi-instance activities whose members' completions throw events.
        """
        return {task: self._judge(one, forbidden, throwing) for task, one in self.completions.items()}

    def _judge_member(self, one: Completion, forbidden: set[str], throwing: set[str]) -> str:
        """Of a member's task: the whole must be open, and nobody have acted in what was opened after it."""
        body = self._born[self._visits[one.visit].scope].owner
        if body not in self._now.values() or self._status.get(self._visits[body].token) != "active":
            return "gone"
        if one.element in forbidden:
            return "forbidden"
        if one.element in throwing:
            return "acted"
        later = {
            scope
            for scope, born in self._born.items()
            if born.owner == body and born.seq >= one.seq and born.kind != "recall"
        }
        own = self._visits[one.visit].scope
        acted = any(
            visit.scope in later - {own} and self._acts.get(number, 0) > one.seq
            for number, visit in enumerate(self._visits)
        )
        return "acted" if acted else ""

    def _judge(self, one: Completion, forbidden: set[str], throwing: set[str]) -> str:
        scope = self._visits[one.visit].scope
        if scope in self._born:
            return self._judge_member(one, forbidden, throwing)
        if scope not in self._scopes:
            return "gone"
        came_of = self._reach(one.visit)
        if not any(visit in came_of for visit in self._now.values()):
            return "gone"
        if one.element in forbidden:
            return "forbidden"
        if any(self._acts.get(visit, 0) > one.seq for visit in came_of):
            return "acted"
        for left, right in self._merges:
            if self._is_of(left, one.visit, came_of) != self._is_of(right, one.visit, came_of):
                return "merged"
        return ""

    def _is_of(self, visit: int, first: int, came_of: set[int]) -> bool:
        return visit == first or self._visits[visit].before in came_of

    def _reach(self, first: int) -> set[int]:
        found, stack = {first}, [first]
        while stack:
            for following in self._visits[stack.pop()].after:
                if following not in found:
                    found.add(following)
                    stack.append(following)
        return found

    # -- acting ------------------------------------------------------------------------------------

    def _note_act(self, given: dict[str, Any], effects: list[list[Any]]) -> None:
        subjects = [given[SUBJECTS[self._kind]]] if self._kind in SUBJECTS else []
        names = {effect[2]["name"] for effect in effects if effect[0] == "out" and effect[1] == "signal"}
        if self._kind == "signal":
            names.add(given["name"])
        subjects += [item for item, name in self._signals.items() if name in names]
        living = set(self._now.values())
        visits = [visit for item in subjects for visit in self._items.get(item, ()) if visit in living]
        if self._kind == "jump":
            visits.append(self._now[given["token"]])
        fired = [effect[2]["token"] for effect in effects if effect[:2] == ["note", "condition"]]
        fired = [self._hosts.get(token, token) for token in fired]
        visits += [self._now[token] for token in fired if token in self._now]
        for visit in visits:
            at: int | None = visit
            while at is not None:
                self._acts[at] = self.seq
                at = self._scopes[self._visits[at].scope][0]

    # -- effects -----------------------------------------------------------------------------------

    def _visit(self, token: int, element: str, scope: int, before: int | None) -> None:
        number = len(self._visits)
        self._visits.append(Visit(token, element, scope, before))
        if before is not None:
            self._visits[before].after.append(number)
        self._now[token] = number

    def _open(self, effect: list[Any]) -> None:
        _, scope, _parent, owner, kind, *_ = effect
        self._scopes[scope] = (None if owner is None else self._now[owner], kind)
        if kind == "instance":
            self._born[scope] = Birth(owner=self._now[owner], seq=self.seq, kind=self._kind)

    def _close(self, effect: list[Any]) -> None:
        self._drop(effect[1])

    def _drop(self, scope: int) -> None:
        del self._scopes[scope]
        for token in [token for token, visit in self._now.items() if self._visits[visit].scope == scope]:
            self._leave(token)

    def _leave(self, token: int) -> None:
        visit = self._now.pop(token)
        self._hosts.pop(token, None)
        for scope in [scope for scope, (owner, _) in self._scopes.items() if owner == visit]:
            self._drop(scope)

    def _place(self, effect: list[Any]) -> None:
        _, scope, token, element, status, flow, host, parent = effect
        if status == "armed":
            self._visit(token, element, scope, None)
            if host is not None:
                self._hosts[token] = host
        elif parent is None:
            self._visit(token, element, scope, None)
        elif flow is None:
            self._visit(token, element, scope, self._now[self._hosts.get(parent, parent)])
        else:
            self._visit(token, element, scope, self._visits[self._now[parent]].before)

    def _change(self, effect: list[Any]) -> None:
        _, scope, token, status, _data = effect
        self._status[token] = status
        if status == "ready" and token in self._hosts:
            host = self._hosts.pop(token)
            self._visit(token, self._visits[self._now[token]].element, scope, self._now[host])

    def _move(self, effect: list[Any]) -> None:
        _, scope, token, _flow, element = effect
        self._visit(token, element, scope, self._now[token])

    def _end(self, effect: list[Any]) -> None:
        _, _scope, token, _reason, into = effect
        if into is not None:
            left, right = self._now[token], self._now[into]
            self._merges.append((left, right))
            self._visits[left].after.append(right)
        self._leave(token)

    def _add_item(self, effect: list[Any]) -> None:
        row = effect[2]
        token = row[1]
        owner = self._scopes[effect[1]][0]
        if token in self._hosts:
            self._items[row[0]] = [self._now[self._hosts[token]]]
        else:
            self._items[row[0]] = [self._now[token]] if owner is None else [self._now[token], owner]
        if effect[0] == "task+":
            self._holders[row[0]] = row[4]
        elif effect[0] == "sub+" and row[3] == "signal":
            self._signals[row[0]] = row[4]

    def _drop_item(self, effect: list[Any]) -> None:
        self._signals.pop(effect[2], None)

    def _hold(self, effect: list[Any]) -> None:
        self._holders[effect[2]] = effect[4]

    def _done(self, effect: list[Any]) -> None:
        _, _scope, task, reason = effect
        if reason == "completed":
            visit = self._items[task][0]
            self.completions[task] = Completion(
                task=task,
                element=self._visits[visit].element,
                actor=self._holders[task] or self._actor,
                seq=self.seq,
                visit=visit,
            )

    def _fact(self, effect: list[Any]) -> None:
        if effect[1] == "recalled":
            del self.completions[effect[2]["task"]]


_HANDLERS = {
    "scope+": "_open", "scope-": "_close", "token+": "_place", "token~": "_change", "move": "_move",
    "token-": "_end", "task+": "_add_item", "timer+": "_add_item", "sub+": "_add_item", "job+": "_add_item",
    "sub-": "_drop_item", "task~": "_hold", "task-": "_done", "note": "_fact",
}  # fmt: skip


class Shares:
    """The share of its scope each token carries; tokens beside the main path (reminders and the like) have none.

    A jump may take a branch of an inclusive split out of the flow, which is sound but leaves less than the whole: its
    scope is not judged any more. ending: the nodes that end a scope whoever comes to them.
    """

    def __init__(self, ending: Collection[str]) -> None:
        self._ending = ending
        self._jumped: set[int] = set()
        self._at: dict[int, str] = {}
        self.wrong: list[str] = []
        self._of: dict[int, Fraction | None] = {}
        self._hosts: dict[int, int] = {}

    def add(self, event: StoredEvent) -> None:
        """Read one more event."""
        if event.head.kind == "refused":
            return
        effects, caught, taken = event.open().effects, dict[int, int](), Fraction(0)
        for number, effect in enumerate(effects):
            kind = effect[0]
            if kind == "token+":
                self._begin(effect, caught)
            elif kind == "token~" and effect[3] == "ready" and effect[2] in self._hosts:
                caught[self._hosts.pop(effect[2])] = effect[2]
            elif kind == "move":
                self._at[effect[2]] = effect[4]
                if effect[3] is not None:
                    self._fork(effect[2], effects[number + 1 :])
                elif event.head.kind == "jump":
                    self._jumped.add(effect[1])
                elif event.head.kind == "recall":
                    share = self._of[effect[2]]
                    self._of[effect[2]] = None if share is None else share + taken
            elif kind == "token-":
                taken += self._end(effect, caught, event.head.seq)

    def _begin(self, effect: list[Any], caught: dict[int, int]) -> None:
        _, _scope, token, element, status, flow, host, parent = effect
        self._at[token] = element
        if status == "ready" and flow is None and parent is None:
            self._of[token] = Fraction(1)
        elif flow is None:
            self._of[token] = None
            if host is not None:
                self._hosts[token] = host
            elif parent is not None:
                caught[self._hosts.get(parent, parent)] = token

    def _fork(self, token: int, following: list[list[Any]]) -> None:
        children = [token]
        for effect in following:
            if effect[0] != "token+" or effect[5] is None or effect[7] != token:
                break
            children.append(effect[2])
        share = self._of[token]
        for child in children:
            self._of[child] = None if share is None else share / len(children)

    def _end(self, effect: list[Any], caught: dict[int, int], seq: int) -> Fraction:
        _, scope, token, reason, into = effect
        share = self._of.pop(token)
        is_judged = scope not in self._jumped and self._at[token] not in self._ending
        if reason == "end" and share not in (None, 1) and is_judged:
            self.wrong.append(f"event {seq}: token {token} ends with {share} of its scope")
        if reason == "interrupted" and token in caught:
            self._of[caught[token]] = share
        if into is not None:
            other = self._of[into]
            if (share is None) != (other is None) and is_judged:
                self.wrong.append(f"event {seq}: token {token} is merged into {into} from beside the path")
            else:
                self._of[into] = None if share is None or other is None else share + other
        return share or Fraction(0) if reason == "recalled" else Fraction(0)
