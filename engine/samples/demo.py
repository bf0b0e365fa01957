"""Playing the sample whistles on an engine: every step at its own time, timers firing in between."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappush

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
        while due and due[0] <= at:
            moment = due[0]
            engine.run_due(moment)
            # What fired may have set further timers, such as the grace before somebody is supervised.
            due = [timer["due_at"] for timer in engine.queries.timers() if timer["due_at"] > moment]
        if action.kind == "start":
            case, known = Case.start(engine, action, provenance="simulated", key=f"sample/{code}")
            if not known:
                running[code] = case
        elif code in running:
            running[code].do(action)
        if code in running:
            for timer in running[code].new_timers():
                heappush(due, timer)
        if progress is not None:
            progress(done, len(steps))
    return len(running)
