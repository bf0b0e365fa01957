"""Playing the sample whistles on an engine: every step at its own time, timers firing in between."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush

from engine.facade import Engine
from engine.intake.player import Case, micros
from engine.samples.whistles import SampleCase, in_order

Progress = Callable[[int, int], None]
"""Called with the steps done and the steps in all."""


def play(engine: Engine, cases: tuple[SampleCase, ...], *, progress: Progress | None = None) -> int:
    """Play sample cases as simulated cases, all of them side by side in order of time; how many are new.

    The whistle flow must be deployed. A case that an earlier run has played is left as it is. What falls due
    after the last step is left to the caller.
    """
    steps = in_order(cases)
    running: dict[str, Case] = {}
    due: list[int] = []
    for done, (code, action) in enumerate(steps, start=1):
        at = micros(action.at)
        if due and due[0] <= at:
            engine.run_due(at)
            while due and due[0] <= at:
                heappop(due)
        if action.kind == "start":
            case, known = Case.start(engine, action, provenance="simulated", key=f"sample/{code}")
            if not known:
                running[code] = case
        elif code in running:
            running[code].do(action)
        if code in running:
            for moment in running[code].new_timers():
                heappush(due, moment)
        if progress is not None:
            progress(done, len(steps))
    return len(running)
