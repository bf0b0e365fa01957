"""撤回 one's own vote while the countersign is open: the member's part of a multi-instance task is done again.

A vote that did not decide has no successor, but where members vote one after another the next one is. Which vote it
was, and what the member had entered, is read from the case's log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.errors import Refusal
from engine.model.definition import Node
from engine.runtime import undone
from engine.runtime.lineage import ACTS, ITEM_EFFECTS, PastEvent
from engine.runtime.session import Session
from engine.runtime.verbs import countersign
from engine.state import Scope, Token, WorkItem
from engine.state.items import ACTIVE, READY
from engine.state.scope import INSTANCE

_ACTS = ACTS - {"fire-timer"}
"""What counts as acting in the next member's part; a timer there is only a limit's."""


@dataclass(kw_only=True, slots=True)
class Vote:
    """A completed member's task of a multi-instance.

    instance, index: its scope and place in the collection; body: the token of the whole, in the scope `scope`.
    variables: of the member when it was done. before, after: the counts of the whole around it. later: instances
    opened since, and whether somebody acted in them. thrown: whether it let anything happen elsewhere.
    """

    task: int
    element: str
    actor: str
    groups: tuple[str, ...]
    instance: int
    index: int
    scope: int
    body: int
    variables: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    later: set[int] = field(default_factory=set)
    acted: bool = False


def vote_of(session: Session, task: int) -> Vote | None:
    """The vote given with a task; None when it was no member's task, or was not completed."""
    reader = _Reader(task=task)
    for event in session.past():
        reader.add(event)
    return reader.vote


def judge(session: Session, vote: Vote) -> Refusal | None:
    """Why a vote may not be recalled any more, or None."""
    place = _body(session, vote)
    if place is None:
        return _no_recall("recall.gone", "会签已有结论或已重新办理", "the countersign is over")
    node = place[2]
    if node.multi is not None and node.multi.throws:
        return _no_recall("recall.acted", "表决已触发其他环节", "the vote has set off something else")
    if vote.acted or len(vote.later) > 1:
        return _no_recall("recall.acted", "下一位会签人已经办理", "the next member has acted already")
    return None


def take_back(session: Session, actor: str, vote: Vote) -> None:
    """Open the member's part again, with what was entered; the vote no longer counts."""
    place = _body(session, vote)
    assert place is not None
    scope, token, node = place
    task = session.tasks[token.id]
    undone.lay_by_one(session, actor, scope, vote.task, session.past())
    data = dict(token.data or {})
    for instance in sorted({vote.instance, *vote.later} & session.state.scopes.keys()):
        session.forget(instance)
        session.emit(["scope-", instance, "recalled"])
    data["done"] -= 1
    data["active"] += 1 - len(vote.later)
    data["next"] -= len(vote.later)
    if countersign.rule_of(node) is not None:
        data["votes"] = _without(data.get("votes", [0, 0]), vote)
    session.emit(["note", "recalled", {"element": vote.element, "task": vote.task}])
    session.change(task, token.status, data)
    member = session.open_scope(
        kind=INSTANCE,
        element=node.id,
        definition=scope.definition,
        variables=vote.variables,
        owner=task,
        index=vote.index,
    )
    placed = session.place(member, node.id)
    hint = {"assignee": vote.actor, "extra": {"recalled": True}}
    session.emit(["token~", member.id, placed.token, READY, {"hint": hint}])


def _body(session: Session, vote: Vote) -> tuple[Scope, Token, Node] | None:
    """The scope, token and node of the whole, if it is still the same and open."""
    scope = session.state.scopes.get(vote.scope)
    token = None if scope is None else scope.tokens.get(vote.body)
    if scope is None or token is None or token.status != ACTIVE or token.element != vote.element:
        return None
    return scope, token, session.program(scope).nodes[token.element]


def _without(votes: list[int], vote: Vote) -> list[int]:
    before, after = vote.before.get("votes", [0, 0]), vote.after.get("votes", [0, 0])
    return [now - (later - earlier) for now, later, earlier in zip(votes, after, before, strict=True)]


def _no_recall(rule: str, zh: str, en: str) -> Refusal:
    return Refusal(rule=rule, message_zh=f"不能撤回：{zh}", message_en=f"it cannot be recalled: {en}")


@dataclass(slots=True)
class _Member:
    """An open instance: who owns it, its place, its variables."""

    scope: int
    body: int
    index: int
    variables: dict[str, Any]


@dataclass(slots=True)
class _Reader:
    """Reads a case's log for the vote given with one task."""

    task: int
    vote: Vote | None = None
    members: dict[int, _Member] = field(default_factory=dict)
    counts: dict[int, dict[str, Any]] = field(default_factory=dict)
    item: tuple[int, WorkItem] | None = None
    assignee: str | None = None

    def add(self, event: PastEvent) -> None:
        """Read one more event."""
        before = dict(self.counts)
        for effect in event.effects:
            self._read(event, effect)
        vote = self.vote
        if vote is not None and not vote.after:
            vote.before, vote.after = before.get(vote.body, {}), self.counts.get(vote.body, {})

    def _read(self, event: PastEvent, effect: list[Any]) -> None:
        kind, vote = effect[0], self.vote
        if kind == "scope+" and effect[4] == INSTANCE:
            self.members[effect[1]] = _Member(effect[2], effect[3], effect[7], dict(effect[8]))
            if vote is not None and effect[3] == vote.body:
                self._opened(vote, event, effect[1], effect[7])
        elif kind == "var" and effect[1] in self.members:
            self.members[effect[1]].variables.update(effect[2])
        elif kind == "token~" and effect[4] is not None and "total" in effect[4]:
            self.counts[effect[2]] = effect[4]
        elif kind == "move" and vote is not None and effect[2] == vote.body:
            # The whole was left, or begins anew: what was voted before is over.
            vote.body = -1
        elif kind == "task+" and effect[2][0] == self.task and effect[1] in self.members:
            self.item = (effect[1], WorkItem(*effect[2]))
            self.assignee = self.item[1].assignee
        elif kind == "task~" and effect[2] == self.task:
            self.assignee = effect[4]
        elif kind == "task-" and effect[2] == self.task and effect[3] == "completed":
            self._voted(event)
        if vote is not None and kind in ITEM_EFFECTS and event.kind in _ACTS and effect[1] in vote.later:
            vote.acted = True

    def _opened(self, vote: Vote, event: PastEvent, instance: int, index: int) -> None:
        if index == vote.index:
            # The vote was recalled before.
            vote.body = -1
        elif event.kind != "recall":
            vote.later.add(instance)

    def _voted(self, event: PastEvent) -> None:
        if self.item is None:
            return
        instance, item = self.item
        member = self.members[instance]
        self.vote = Vote(
            task=self.task,
            element=item.element,
            actor=self.assignee or event.actor,
            groups=tuple(item.groups),
            instance=instance,
            index=member.index,
            scope=member.scope,
            body=member.body,
            variables=member.variables,
        )
