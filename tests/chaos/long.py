"""The long form by hand: `python -m tests.chaos.long [--cases N] [--kills N] [--seed N] [--json]`.

Prints what was done to the processes, what they did, and the checker's verdict; exits with 1 when it finds
anything.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from tests.chaos.checker import judge
from tests.chaos.stage import Size, Stage


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.long", description=__doc__)
    parser.add_argument("--cases", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    size = Size(
        cases=given.cases,
        kills=given.kills,
        clerks=4,
        flushes=5,
        redis_restarts=5,
        postgres_restarts=5,
        cuts=20,
        jumps=10,
        rest=(0.5, 1.5),
        pace=0.1,
        patience=900.0,
    )
    began = time.monotonic()
    with Stage(size=size, seed=given.seed) as stage:
        stage.start_actors()
        stage.stir()
        stirred = time.monotonic() - began
        finished = stage.settle()
        settled = time.monotonic() - began
        record = stage.record()
    verdict = judge(record)
    figures = {
        "seed": given.seed,
        "cases": len(record.cases),
        "events": len(record.events),
        "timers fired": sum(event.kind == "fire-timer" for event in record.events),
        "side effects noted": len(record.effects),
        "done to them": dict(sorted(stage.did.items())),
        "seconds stirred": round(stirred, 1),
        "seconds until all was done": round(settled, 1),
        "seconds with checking": round(time.monotonic() - began, 1),
        "all done in time": finished,
        "findings": len(verdict),
    }
    if given.json:
        print(json.dumps({**figures, "verdict": verdict}, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
        for finding in verdict[:50]:
            print(f"  {finding}")
    return 1 if verdict else 0


if __name__ == "__main__":
    sys.exit(main())
