"""Many whistles at once: when each is blown, what about, and what has happened by a given moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.intake.drive import Action
from engine.samples.draw import Draw
from engine.samples.staff import LOCAL, Shift
from engine.samples.world import World

SPAN = timedelta(days=45)
"""How far before the given moment the first whistle is blown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleCase:
    """One whistle: its code and, in order of time, what was done to it."""

    code: str
    actions: tuple[Action, ...]


def sample_cases(
    world: World, *, count: int, until: datetime, seed: str = "whistle"
) -> tuple[SampleCase, ...]:
    """`count` whistles of the last weeks as they stand at `until`: some closed, some open, some just blown."""
    draw = Draw(seed)
    cases = []
    for number in range(1, count + 1):
        own = draw.fork(number)
        opened = until - SPAN * (1 - (number - own.fraction()) / count)
        shift = Shift(
            draw=own,
            world=world,
            matter=own.pick(world.matters),
            village=own.pick(list(world.villages)),
            code=f"CS{opened.astimezone(LOCAL):%Y%m%d}-{number:04d}",
            opened=opened.replace(microsecond=0),
        )
        happened = tuple(action for action in shift.play() if action.at <= until)
        cases.append(SampleCase(code=shift.code, actions=happened))
    return tuple(cases)


def in_order(cases: tuple[SampleCase, ...]) -> tuple[tuple[str, Action], ...]:
    """The actions of all cases with their case codes, in order of time."""
    steps = [(case.code, action) for case in cases for action in case.actions]
    return tuple(sorted(steps, key=lambda step: step[1].at))
