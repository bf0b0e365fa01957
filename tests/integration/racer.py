"""One of two processes that race: does what it is told at the moment it is told, and reports what came of it.

Run as `python -m tests.integration.racer <database> <keyring>`; one JSON order a line in, one JSON answer a line
out. An order is `[moment, kind, arguments]`; both racers begin at the same moment (seconds since 1970).
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from engine import Config, Engine
from engine.cases import Outcome
from engine.errors import BihuanError

Answer = dict[str, Any]


def outcome(done: Outcome) -> Answer:
    return {"case": str(done.case_id), "seq": done.seq, "status": done.status, "repeated": done.repeated}


ORDERS: dict[str, Callable[..., Any]] = {
    "ready": lambda engine: {},
    "claim": lambda engine, case, task, actor: outcome(engine.claim(UUID(case), task, actor=actor)),
    "complete": lambda engine, case, task, actor, key=None: outcome(
        engine.complete(UUID(case), task, {"done_by": actor}, actor=actor, idempotency_key=key)
    ),
    "fire": lambda engine, case, timer: outcome(
        engine.command(UUID(case), "fire-timer", {"timer": timer}, actor="timers")
    ),
    "due": lambda engine: {"done": engine.run_due()},
    "start": lambda engine, key: outcome(
        engine.start("p", {"key": key}, actor="starter", idempotency_key=key)
    ),
    "send": lambda engine, name, key, message: {
        "delivered": [outcome(one) for one in engine.send_message(name, key, {}, message_id=message)]
    },
}


def answer(engine: Engine, order: list[Any]) -> Answer:
    moment, kind, arguments = order
    while time.time() < moment:
        pass
    try:
        return {"ok": ORDERS[kind](engine, **arguments)}
    except BihuanError as error:
        return {"error": type(error).__name__, "code": error.code}
    except Exception as error:  # noqa: BLE001 - a crash is an answer, too: the test must see it
        return {"crash": f"{type(error).__name__}: {error}"}


def main() -> None:
    url, keyring = sys.argv[1:]
    with Engine.open(url, config=Config(keyring=keyring)) as engine:
        for line in sys.stdin:
            print(json.dumps(answer(engine, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
