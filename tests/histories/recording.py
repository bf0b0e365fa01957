"""Recording a case's history into a file, and reading it back without a database.

    python -m tests.histories.recording

records the cases below anew. That is done for a release, or when the recorded behaviour was never released; a
recorded history of a release is kept as it is, and `engine.cases.BEHAVIOUR` goes up when it no longer replays.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from engine import Engine
from engine.cases import EventHead, StoredEvent
from engine.cases.definitions import read_stored
from engine.errors import Refusal
from engine.history import Replayer
from engine.history.fold import fold
from engine.model.definition import Definition
from engine.runtime import Programs
from tests.support.bpmn import (
    boundary,
    call,
    catch,
    diagram,
    end,
    event_sub,
    fork,
    inclusive,
    message,
    parallel,
    race,
    script,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.support.driving import Case, World

FOLDER = Path(__file__).parent / "recorded"


def whistle_like() -> Case:
    """Departments side by side, a reminder, a withdrawn one, rework."""
    world = World()
    world.deploy(
        start("s"), user("whistle"), xor("again"),
        sub("unit", start("u1"), user("sign"), user("handle"), end("u2"), "u1 -> sign -> handle -> u2",
            multi=parallel("=units", "unit", collect="reports", output="=found")),
        user("confirm"), xor("ok"), end("e"),
        event_sub("withdrawn", start("w1", message("withdrawn", "=code")), end("w2"), "w1 -> w2"),
        "s -> whistle -> again -> unit -> confirm -> ok; ok -> e if confirmed; ok -> again else",
    )  # fmt: skip
    case = world.start(units=["住建", "城管"], code="C1")
    case.complete("whistle", place="路口")
    for element in ("sign", "sign", "handle", "handle"):
        case.complete(element, found=element)
    case.complete("confirm", confirmed=False)
    for element in ("sign", "sign", "handle", "handle"):
        case.complete(element, found=element)
    return case.complete("confirm", confirmed=True)


def everything_waits() -> Case:
    """Timers, a race, an inclusive join, a called process, a script."""
    world = World()
    world.deploy(
        level_bpmn=diagram(start("l1"), user("x"), end("l2"), "l1 -> x -> l2", key="level"),
        p_bpmn=diagram(
            start("s"), inclusive("i"), user("a"), boundary("late", "a", timer(cycle="R2/PT1H"), interrupting=False),
            end("told"), script("count", "=n + 1", "n"), call("called", "level"), inclusive("j"), race("r"),
            catch("came", message("news", "=code")), catch("waited", timer(duration="P1D")), end("e"),
            "s -> i; i -> a if n > 0; i -> count -> called else; a -> j; called -> j -> r; late -> told",
            "r -> came -> e; r -> waited -> e",
        ),
    )  # fmt: skip
    case = world.start(n=1, code="C2")
    world.later(hours=3)
    case.complete("a")
    world.later(days=2)
    return case


def to_and_fro() -> Case:
    """Return, recall, transfer, signatures, a refusal, parallel branches."""
    world = World()
    world.deploy(
        start("s"), user("a"), fork("f"), user("b"), user("c"), fork("j"), user("z"), end("e"),
        "s -> a -> f; f -> b -> j; f -> c -> j -> z -> e",
    )  # fmt: skip
    case = world.start()
    engine = world.engine

    def task(element: str) -> int:
        return case._item("tasks", element, 0)

    engine.claim(case.id, task("a"), actor="li")
    engine.add_sign(case.id, task("a"), ["wang"], "before", actor="li")
    engine.complete(case.id, case._item("tasks", "a", 1), {}, actor="wang")
    done = task("a")
    engine.complete(case.id, done, {"note": 1}, actor="li")
    engine.recall(case.id, done, actor="li")
    engine.complete(case.id, task("a"), {"note": 2}, actor="li")
    engine.claim(case.id, task("b"), actor="sun")
    engine.transfer(case.id, task("b"), "zhao", actor="sun")
    with suppress(Refusal):
        engine.return_task(case.id, task("b"), actor="zhao")
    engine.complete(case.id, task("b"), {}, actor="zhao")
    engine.complete(case.id, task("c"), {}, actor="zhou")
    engine.return_task(case.id, task("z"), actor="wu", to="a", mode="back")
    engine.complete(case.id, task("a"), {"note": 3}, actor="li")
    engine.complete(case.id, task("z"), {}, actor="wu")
    return case


CASES: dict[str, Callable[[], Case]] = {
    "whistle-like": whistle_like,
    "everything-waits": everything_waits,
    "to-and-fro": to_and_fro,
}


def record(engine: Engine, case_id: UUID) -> dict[str, Any]:
    """A case's definitions and log as plain data."""
    files = {digest: engine.definitions.files(digest) for digest, _, _ in engine.definitions.all()}
    return {
        "case": str(case_id),
        "definitions": {
            digest: {name: base64.b64encode(data).decode() for name, data in found.items()}
            for digest, found in files.items()
        },
        "events": [
            [*event.head.row()[1:], base64.b64encode(event.content).decode(), event.hash.hex()]
            for event in engine.queries.events(case_id)
        ],
    }


def events_of(recorded: dict[str, Any]) -> list[StoredEvent]:
    """The events of a recorded history."""
    found = []
    for seq, recorded_at, effective_at, kind, actor, on_behalf_of, content, event_hash in recorded["events"]:
        head = EventHead(
            case_id=UUID(recorded["case"]),
            seq=seq,
            recorded_at=recorded_at,
            effective_at=effective_at,
            kind=kind,
            actor=actor,
            on_behalf_of=on_behalf_of,
        )
        found.append(
            StoredEvent(head=head, content=base64.b64decode(content), hash=bytes.fromhex(event_hash))
        )
    return found


def findings(recorded: dict[str, Any], *, rebuild: bool = False) -> list[str]:
    """The rules that verifying and replaying a recorded history break."""
    events = events_of(recorded)
    _, verified = fold(UUID(recorded["case"]), events)
    with Engine.open("sqlite://") as engine:
        engine.definitions.programs = Programs(lambda digest: _definition(recorded, digest))
        report = Replayer(engine, rebuild=rebuild).replay_events(UUID(recorded["case"]), events)
    return [finding.rule for finding in [*verified, *report.findings]]


def _definition(recorded: dict[str, Any], digest: str) -> Definition:
    files = {name: base64.b64decode(data) for name, data in recorded["definitions"][digest].items()}
    return next(found for found in read_stored(files).definitions if found.digest == digest)


def main() -> None:
    """Record all cases."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in CASES.items():
        case = make()
        recorded = record(case.world.engine, case.id)
        text = json.dumps(recorded, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(name, case.status, len(recorded["events"]), "events")


if __name__ == "__main__":
    main()
