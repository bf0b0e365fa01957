"""Cases brought to the point where a command can be given: one scenario a kind of command."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine import Config, Engine, ManualClock
from engine.cases import Outcome
from tests.property.actions import NOON, Entropy
from tests.support.bpmn import (
    boundary,
    diagram,
    end,
    error,
    fork,
    message,
    parallel,
    receive,
    script,
    service,
    signal,
    start,
    sub,
    timer,
    user,
    xor,
)

HOUR = 3_600_000_000
Act = Callable[[], Outcome]
Scenario = Callable[[Engine, ManualClock], Act]

FORM = json.dumps(
    {
        "id": "report",
        "type": "default",
        "components": [
            {"key": "name", "type": "textfield", "properties": {"bihuan:mask": "name"}},
            {"key": "result", "type": "textfield", "properties": {"bihuan:mask": "none"}},
        ],
    }
).encode()

LIMITED = '<zeebe:properties><zeebe:property name="bihuan:limit" value="handle.daily"/></zeebe:properties>'

PROCESS = diagram(
    start("s"),
    fork("f"),
    user("first", groups="clerks,leads", form="report", due='=now() + duration("P1D")'),
    boundary("late", "first", timer(cycle="R3/PT1H"), interrupting=False),
    script("count", "=if late = null then 1 else late + 1", "late"),
    end("le"),
    user("second"),
    service("work", "mail"),
    boundary("failed", "work", error()),
    receive("wait", "answer", "=key"),
    boundary("alarmed", "wait", signal("alarm")),
    sub(
        "many",
        start("ms"),
        user("each"),
        end("me"),
        "ms -> each -> me",
        multi=parallel("=[1, 2, 3]", "item", collect="all", output="=item"),
    ),
    xor("w"),
    xor("a"),
    user("timed", extension=LIMITED),
    fork("j"),
    user("last"),
    end("e", message("done", "=key")),
    "s -> f -> first -> second -> j; late -> count -> le; f -> work -> w -> j; failed -> w",
    "f -> wait -> a -> j; alarmed -> a; f -> many -> j; f -> timed -> j; j -> last -> e",
)


FILE = {
    "filename": "现场照片.jpg",
    "content_type": "image/jpeg",
    "size": 3,
    "sha256": "ab" * 32,
    "kind": "evidence",
    "blob": "b-1",
}


def opened(url: str, *, cache_size: int = 100) -> tuple[Engine, ManualClock]:
    """An engine on an empty database, with everything deployed; the same ids in every run."""
    clock = ManualClock(NOON)
    config = Config(
        random=Entropy(), cache_size=cache_size, keyring="sqlite://", providers={"clock.due": clock_due}
    )
    engine = Engine.open(url, clock=clock, config=config)
    engine.deploy({"p.bpmn": PROCESS, "report.form": FORM}, actor="designer")
    return engine, clock


def clock_due(key: dict[str, Any]) -> dict[str, Any]:
    """The end of a limit: a calendar that is corrected after the first moment gives one more hour."""
    corrected = key["now"] > NOON
    at = key["start"] + (11 if corrected else 10) * HOUR
    facts = {"row": 1, "profile": "civil", "original": at, "provisional": False, "pausable": ["等材料"]}
    return {**facts, "at": at, "calendar": 2 if corrected else 1, "points": [[50, at - 5 * HOUR]]}


def begin(engine: Engine) -> UUID:
    """A case with everything open."""
    return engine.start("p", {"key": "k-1", "a": 1}, actor="starter", business_key="案-1").case_id


def item(engine: Engine, case: UUID, shelf: str, element: str) -> int:
    """The id of an open task, job, timer, subscription or incident."""
    for scope in engine.queries.state(case).scopes.values():
        for found in getattr(scope, shelf).values():
            if found.element == element:
                return int(found.id)
    raise AssertionError(f"{element} has no open {shelf}")


def _command(
    kind: str, shelf: str, element: str, *, name: str = "", actor: str = "zhang", **given: Any
) -> Scenario:
    """A command on an item that is open from the start of the case."""

    def prepare(engine: Engine, clock: ManualClock) -> Act:
        case = begin(engine)
        clock.advance(HOUR)
        known = {name or shelf.removesuffix("s"): item(engine, case, shelf, element)}
        return lambda: engine.command(case, kind, {**known, **given}, actor=actor, idempotency_key="once")

    return prepare


def _whole(kind: str, *, before: str = "", **given: Any) -> Scenario:
    """A command on the whole case, perhaps after another one."""

    def prepare(engine: Engine, clock: ManualClock) -> Act:
        case = begin(engine)
        if before:
            engine.command(case, before, {}, actor="admin")
        return lambda: engine.command(case, kind, given, actor="admin", idempotency_key="once")

    return prepare


def _start(engine: Engine, clock: ManualClock) -> Act:
    return lambda: engine.start("p", {"key": "k-1", "name": "张三"}, actor="starter", idempotency_key="once")


def _retry(engine: Engine, clock: ManualClock) -> Act:
    case = begin(engine)
    engine.fail_job(case, item(engine, case, "jobs", "work"), "坏了", actor="mailer", retries=0)
    incident = item(engine, case, "incidents", "work")
    return lambda: engine.retry(case, incident, actor="admin", idempotency_key="once")


def _recalculate(engine: Engine, clock: ManualClock) -> Act:
    case = begin(engine)
    clock.advance(HOUR)
    given = {"reason": "补班"}
    return lambda: engine.command(case, "recalculate", given, actor="admin", idempotency_key="once")


def _after_claim(kind: str, **given: Any) -> Scenario:
    """A verb on a task that `zhang` has."""

    def prepare(engine: Engine, clock: ManualClock) -> Act:
        case = begin(engine)
        task = item(engine, case, "tasks", "first")
        engine.claim(case, task, actor="zhang")
        return lambda: engine.command(
            case, kind, {"task": task, **given}, actor="zhang", idempotency_key="once"
        )

    return prepare


def _after_first(kind: str) -> Scenario:
    """Going back to `first`, which `zhang` completed."""

    def prepare(engine: Engine, clock: ManualClock) -> Act:
        case = begin(engine)
        first = item(engine, case, "tasks", "first")
        engine.complete(case, first, {"name": "李四", "result": "办好"}, actor="zhang")
        second = item(engine, case, "tasks", "second")
        token = next(
            token.id for _, token in engine.queries.state(case).tokens() if token.element == "second"
        )
        given = {
            "recall": {"task": first, "reason": "写错了"},
            "return": {"task": second, "to": "first", "mode": "redo", "reason": "材料不全"},
            "jump": {"token": token, "to": "first", "reason": "补办"},
        }[kind]
        return lambda: engine.command(case, kind, given, actor="zhang", idempotency_key="once")

    return prepare


def _attach(engine: Engine, clock: ManualClock) -> Act:
    case = begin(engine)
    given = {**FILE, "task": item(engine, case, "tasks", "first")}
    return lambda: engine.command(case, "attach", given, actor="zhang", idempotency_key="once")


def _detach(engine: Engine, clock: ManualClock) -> Act:
    case = begin(engine)
    number = engine.command(case, "attach", FILE, actor="zhang").seq
    given = {"attachment": number, "reason": "传错了"}
    return lambda: engine.command(case, "detach", given, actor="zhang", idempotency_key="once")


def _linking(kind: str, *, before: bool = False) -> Scenario:
    """A link to a case that does not get the news in this transaction."""

    def prepare(engine: Engine, clock: ManualClock) -> Act:
        case, other = begin(engine), begin(engine)
        given = {"case": str(other), "kind": "duplicate", "reason": "同一地址"}
        if before:
            engine.command(case, "link", given, actor="zhang")
        return lambda: engine.command(case, kind, given, actor="zhang", idempotency_key="once")

    return prepare


def _remove_sign(engine: Engine, clock: ManualClock) -> Act:
    case = begin(engine)
    task = item(engine, case, "tasks", "first")
    engine.claim(case, task, actor="zhang")
    engine.add_sign(case, task, ["wang", "zhao"], "before", actor="zhang")
    return lambda: engine.remove_sign(case, task, "zhao", actor="zhang", idempotency_key="once")


SCENARIOS: dict[str, Scenario] = {
    "start": _start,
    "claim": _command("claim", "tasks", "first"),
    "unclaim": _after_claim("unclaim"),
    "complete": _command("complete", "tasks", "first", variables={"name": "李四", "result": "办好"}),
    "fire-timer": _command("fire-timer", "timers", "late"),
    "message": _command("message", "subscriptions", "wait", variables={"b": 2}),
    "signal": _whole("signal", name="alarm", variables={"c": 3}),
    "complete-job": _command("complete-job", "jobs", "work", variables={"sent": True}),
    "fail-job": _command("fail-job", "jobs", "work", message="坏了", retries=0),
    "throw-job-error": _command("throw-job-error", "jobs", "work", code="e", variables={}),
    "suspend": _whole("suspend", reason="等材料"),
    "resume": _whole("resume", before="suspend"),
    "cancel": _whole("cancel", reason="撤诉"),
    "retry": _retry,
    "recalculate": _recalculate,
    "set-variables": _whole("set-variables", variables={"a": 2}),
    "return": _after_first("return"),
    "recall": _after_first("recall"),
    "jump": _after_first("jump"),
    "transfer": _after_claim("transfer", to="li", reason="出差"),
    "delegate": _after_claim("delegate", to="li", reason="请核实"),
    "add-sign": _after_claim("add-sign", users=["wang"], mode="before", reason="会商"),
    "remove-sign": _remove_sign,
    "urge": _after_claim("urge", message="请尽快"),
    "copy": _after_claim("copy", users=["sun"]),
    "extend": _after_claim("extend", due=NOON + 999 * HOUR, approved_by="li", reason="复杂"),
    "comment": _command("comment", "tasks", "first", text="请核实", to=["sun"], audience="case"),
    "attach": _attach,
    "detach": _detach,
    "link": _linking("link"),
    "unlink": _linking("unlink", before=True),
}
