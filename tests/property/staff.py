"""Random staff who handle a case with all its verbs, and willing staff who end it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any, Self
from uuid import UUID

from engine import Engine, ManualClock
from engine.errors import BihuanError, Conflict, NotFound, Refusal
from engine.model.definition import EventKind, NodeKind
from engine.runtime.marking import reachable_with
from engine.runtime.session import OUT_OF_STEPS
from engine.runtime.verbs.items import HELD
from engine.state import CaseState, Scope, Subscription, WorkItem
from engine.state.case import ACTIVE, SUSPENDED
from engine.state.items import ARMED, CONDITION, WAITING
from tests.property.actions import HOUR, variables
from tests.property.models import MESSAGES, SIGNALS, Model
from tests.property.witness import Shares, Witness

PEOPLE = ("zhang", "li", "wang", "sun")
MOST_ENDING_STEPS = 400
JOINS = (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)
COUNTER = re.compile(r"\bn_\d+")
SOBER: dict[str, Any] = {
    "a": 1,
    "b": 3,
    "flag": False,
    "items": [1, 2],
    "agree": True,
    "made": "x",
    "item": 1,
}


@dataclass(kw_only=True, slots=True)
class Handled:
    """A case being handled, with two witnesses of its log. counts: how often each verb was allowed or refused."""

    engine: Engine
    clock: ManualClock
    case: UUID
    random: Random
    counts: dict[str, int]
    witness: Witness
    shares: Shares
    said: list[str]
    sober: dict[str, Any]

    @classmethod
    def of(
        cls,
        drawn: Model,
        engine: Engine,
        clock: ManualClock,
        case: UUID,
        random: Random,
        counts: dict[str, int],
    ) -> Self:
        """A case of a model that was just started."""
        ending = {
            node.id
            for digest in map(engine.definitions.latest, ("p", "c1", "c2"))
            if digest is not None
            for node in engine.definitions.programs.get(digest).nodes.values()
            if node.event is not None and node.event.kind is EventKind.TERMINATE
        }
        made = cls(
            engine=engine, clock=clock, case=case, random=random, counts=counts, witness=Witness(),
            shares=Shares(ending), said=[], sober=SOBER | dict.fromkeys(COUNTER.findall(drawn.files["p.bpmn"].decode()), 99),
        )  # fmt: skip
        made.look()
        return made

    @property
    def state(self) -> CaseState:
        return self.engine.queries.state(self.case)

    @property
    def is_open(self) -> bool:
        return self.engine.case(self.case).status in (ACTIVE, SUSPENDED)

    def command(self, kind: str, actor: str, **given: Any) -> BihuanError | None:
        """Run a command; the refusal or other typed error it met."""
        self.said.append(f"{kind} {given} by {actor}")
        try:
            self.engine.command(self.case, kind, given, actor=actor)
        except BihuanError as error:
            self.said[-1] += f": {error.code} {getattr(error, 'rule', '')}"
            return error
        finally:
            self.look()
        return None

    def look(self) -> None:
        """Let the witnesses read on."""
        for event in self.engine.queries.events(self.case, self.witness.seq):
            self.witness.add(event)
            self.shares.add(event)
        assert not self.shares.wrong, self.shares.wrong

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def items(self, shelf: str) -> list[tuple[Scope, Any]]:
        """Everything of a kind that is open, oldest first."""
        found = [
            (scope, item) for scope in self.state.scopes.values() for item in getattr(scope, shelf).values()
        ]
        return sorted(found, key=lambda pair: pair[1].id)

    def act(self) -> None:
        """One random thing."""
        moves = {
            self.work: 10, self.hand_back: 5, self.take_back: 5, self.leap: 2, self.arrange: 5, self.happen: 4,
            self.pause: 1,
        }  # fmt: skip
        self.random.choices(list(moves), weights=list(moves.values()))[0]()
        if self.is_open:
            self.check_marking()

    # -- random staff ------------------------------------------------------------------------------

    def someone(self, item: WorkItem) -> str:
        """Mostly whoever has a task."""
        if item.assignee and self.random.random() < 0.95:
            return item.assignee
        return self.random.choice(PEOPLE)

    def a_task(self) -> WorkItem | None:
        tasks = self.items("tasks")
        return self.random.choice(tasks)[1] if tasks else None

    def work(self) -> None:
        """Complete or claim a task."""
        item = self.a_task()
        if item is None:
            self.happen()
            return
        values = {**variables(self.random), "agree": self.random.random() < 0.7}
        if self.random.random() < 0.2:
            self.command(self.random.choice(("claim", "unclaim")), self.someone(item), task=item.id)
        else:
            self.command("complete", self.someone(item), task=item.id, variables=values)

    def hand_back(self) -> None:
        """退回: what was answered before is what happens, for every earlier step."""
        tasks = [item for _, item in self.items("tasks")]
        if not tasks:
            return
        for item in self.random.sample(tasks, min(3, len(tasks))):
            targets = self.engine.return_targets(self.case, item.id)
            if any(target.legal for target in targets):
                break
        actor = item.assignee or self.random.choice(PEOPLE)
        for target in targets:
            if not target.legal:
                self.expect_refusal(target.rule, "return", actor, task=item.id, to=target.element)
        legal = [target for target in targets if target.legal]
        if not legal:
            error = self.command("return", actor, task=item.id)
            assert isinstance(error, Refusal), error
            return
        target = self.random.choice(legal)
        assert target.rule == ""
        to = None if target is legal[0] and self.random.random() < 0.5 else target.element
        mode = self.random.choice(("redo", "redo", "back"))
        before = self.witness.seq
        error = self.command("return", actor, task=item.id, to=to, mode=mode)
        assert error is None, error
        self.count(f"return {mode}")
        event = next(self.engine.queries.events(self.case, before))
        assert target.element in [effect[4] for effect in event.open().effects if effect[0] == "move"]

    def take_back(self) -> None:
        """撤回: allowed exactly when the witness knows of nobody who acted since."""
        forbidden = {
            node.id
            for digest in {scope.definition for scope in self.state.scopes.values()}
            for node in self.engine.definitions.programs.get(digest).nodes.values()
            if node.properties.get("bihuan:recall") == "forbidden"
        }
        throwing = {
            node.id
            for digest in {scope.definition for scope in self.state.scopes.values()}
            for node in self.engine.definitions.programs.get(digest).nodes.values()
            if node.multi is not None and node.multi.throws
        }
        verdicts = self.witness.legal_recalls(forbidden, throwing)
        if self.state.status == SUSPENDED:
            verdicts = dict.fromkeys(verdicts, "suspended")
        legal = [task for task, why in verdicts.items() if not why]
        if not verdicts:
            return
        pool = legal if legal and self.random.random() < 0.7 else list(verdicts)
        done = self.witness.completions[self.random.choice(pool)]
        if verdicts[done.task]:
            before = self.state.digest()
            error = self.command("recall", done.actor, task=done.task)
            assert isinstance(error, Refusal | NotFound), (verdicts[done.task], error)
            assert self.state.digest() == before
            rule = getattr(error, "rule", "")
            assert rule.partition(".")[2] in ("", "gone", verdicts[done.task]), (rule, verdicts[done.task])
            self.count(f"recall refused: {verdicts[done.task]}")
            return
        self.expect_refusal("recall.own", "recall", "stranger", task=done.task)
        error = self.command("recall", done.actor, task=done.task)
        assert error is None, error
        self.count("recall")

    def leap(self) -> None:
        """Jump: any token to any node of its level; most are refused."""
        scope, token = self.random.choice(list(self.state.tokens()))
        nodes = self.engine.definitions.programs.get(scope.definition).nodes
        near = [node.id for node in nodes.values() if node.container == nodes[token.element].container]
        for _ in range(3):
            before = self.state.digest()
            error = self.command("jump", "admin", token=token.id, to=self.random.choice(near))
            if error is None:
                self.count("jump")
                return
            assert isinstance(error, Refusal), error
            assert self.state.digest() == before

    def arrange(self) -> None:
        """转办, 委派, 加签, 减签, 催办, 抄送, 延期."""
        item = self.a_task()
        if item is None:
            return
        other = self.random.choice(PEOPLE)
        given: dict[str, dict[str, Any]] = {
            "transfer": {"to": other, "superior": self.random.random() < 0.3},
            "delegate": {"to": other},
            "add-sign": {
                "users": self.random.sample(PEOPLE, self.random.choice((1, 2))),
                "mode": self.random.choice(("before", "after", "beside")),
                "ordered": self.random.random() < 0.5,
            },
            "remove-sign": {"user": other},
            "urge": {},
            "copy": {"users": [other]},
            "extend": {"due": self.clock.now + 99 * HOUR, "approved_by": "boss"},
        }
        kind = self.random.choice([*given, "add-sign", "add-sign", "delegate"])
        actor = self.someone(item)
        if item.assignee is None:
            self.command("claim", actor, task=item.id)
        error = self.command(kind, actor, task=item.id, **given[kind])
        if error is None:
            self.count(kind)

    def happen(self) -> None:
        """Something that is no person's doing."""
        items = [
            (shelf, *pair)
            for shelf in ("jobs", "timers", "subscriptions", "incidents")
            for pair in self.items(shelf)
        ]
        if not items:
            return
        shelf, _scope, item = self.random.choice(items)
        if shelf == "jobs":
            kind = self.random.choice(("complete-job", "complete-job", "fail-job", "throw-job-error"))
            extra = {"code": "e1"} if kind == "throw-job-error" else {"variables": variables(self.random)}
            self.command(kind, "worker", job=item.id, **({} if kind == "fail-job" else extra))
        elif shelf == "timers":
            self.clock.now = max(self.clock.now, item.due)
            self.engine.run_due()
            self.look()
        elif shelf == "incidents":
            self.command("retry", "admin", incident=item.id)
        elif item.kind == "condition":
            scope = self.random.choice([scope for scope in self.state.scopes.values() if not scope.closed])
            self.command("set-variables", "admin", scope=scope.id, variables=variables(self.random))
        elif item.kind == "message":
            self.engine.send_message(
                self.random.choice((item.name, *MESSAGES)), item.key, variables(self.random)
            )
            self.look()
        else:
            self.engine.broadcast_signal(self.random.choice((item.name, *SIGNALS)), variables(self.random))
            self.look()

    def pause(self) -> None:
        """Suspend or resume; a suspended case refuses everything else."""
        self.command("resume" if self.state.status == SUSPENDED else "suspend", "admin", reason="")

    # -- what must hold ----------------------------------------------------------------------------

    def expect_refusal(self, rule: str, kind: str, actor: str, **given: Any) -> None:
        """The command is refused by this rule, and nothing changes."""
        before = self.state.digest()
        error = self.command(kind, actor, **given)
        assert isinstance(error, Refusal), (rule, error)
        assert error.rule == rule
        assert self.state.digest() == before
        self.count(f"{kind} refused: {rule}")

    def check_marking(self) -> None:
        """Every level's tokens stand where they can come to stand by the moves of BPMN; items are where tokens are."""
        for scope in self.state.scopes.values():
            for item in scope.tasks.values():
                assert scope.tokens[item.token].element == item.element, item.row()
            if scope.kind == "instance" or scope.closed:
                continue
            program = self.engine.definitions.programs.get(scope.definition)
            positions = [
                (token.element, token.flow) for token in scope.tokens.values() if token.status != ARMED
            ]
            assert reachable_with(program, scope.element, positions) is not False, (scope.element, positions)

    # -- willing staff -----------------------------------------------------------------------------

    def end(self) -> None:
        """Everybody does what is asked: the case must complete.

        Only what sets itself off again (a signal that starts what sends it) goes on for ever; then nobody may be
        left waiting at a join.
        """
        for _ in range(MOST_ENDING_STEPS):
            if not self.is_open:
                return
            if not self._one_willing_step():
                raise AssertionError(f"nobody can go on: {self.state.row()}")
        self.count("endless")
        for scope, token in self.state.tokens():
            node = self.engine.definitions.programs.get(scope.definition).nodes[token.element]
            assert token.status != WAITING or node.kind not in JOINS, f"it does not end: {self.state.row()}"

    def _one_willing_step(self) -> bool:
        if self.state.status == SUSPENDED:
            return self.command("resume", "admin") is None
        incidents = [incident for _, incident in self.items("incidents")]
        for incident in (incident for incident in incidents if incident.kind != OUT_OF_STEPS):
            for number in list(self.state.scopes):
                # What is set may let a condition end a scope.
                if self.is_open and number in self.state.scopes and not self.state.scopes[number].closed:
                    self.command("set-variables", "admin", scope=number, variables=self.sober)
            left = {each.id for _, each in self.items("incidents")} if self.is_open else set()
            return incident.id not in left or self.command("retry", "admin", incident=incident.id) is None
        for _scope, item in self.items("tasks"):
            if item.status != HELD:
                return self._complete(item)
        for _scope, job in self.items("jobs"):
            return self.command("complete-job", "worker", job=job.id, variables={}) is None
        for scope, timer in self.items("timers"):
            if scope.tokens[timer.token].status != ARMED:
                self.clock.now = max(self.clock.now, timer.due)
                return self.command("fire-timer", "clock", timer=timer.id) is None
        for scope, sub in self.items("subscriptions"):
            if scope.tokens[sub.token].status != ARMED:
                return self._bring(sub)
        return bool(incidents) and self.command("retry", "admin", incident=incidents[0].id) is None

    def _bring(self, sub: Subscription) -> bool:
        """What is waited for comes."""
        if sub.kind != CONDITION:
            given = {"subscription": sub.id} if sub.kind == "message" else {"name": sub.name}
            return self.command(sub.kind, "outside", **given, variables={}) is None
        for number in list(self.state.scopes):
            if self.is_open and number in self.state.scopes and not self.state.scopes[number].closed:
                self.command("set-variables", "admin", scope=number, variables={"ready": True})
        return True

    def _complete(self, item: WorkItem) -> bool:
        error = self.command("complete", item.assignee or "zhang", task=item.id, variables=self.sober)
        assert not isinstance(error, Conflict | NotFound), error
        return error is None
