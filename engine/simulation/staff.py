"""What somebody does with a task in front of them, and how long they take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from engine.samples.draw import Draw

OPENS, CLOSES = time(8, 30), time(17, 30)
WEEKEND = 5
ON_SHIFT = timedelta(hours=6)
"""What is due sooner than this is done by those on shift."""


class Move(StrEnum):
    """What is done with a task."""

    COMPLETE = "complete"
    RETURN = "return"
    TRANSFER = "transfer"
    DELEGATE = "delegate"
    ADD_SIGN = "add-sign"
    URGE = "urge"
    COPY = "copy"
    EXTEND = "extend"
    SUSPEND = "suspend"


@dataclass(frozen=True, kw_only=True, slots=True)
class Habits:
    """How people behave, as shares from 0 to 1 of the tasks they touch.

    absent: the task waits for somebody who is on leave. content: yes/no answers that are yes; the rest is what
    sends cases round again. early, close: of the tasks with a limit, those done well before its end and just before;
    the rest is late. pace: the usual time for a task without one.
    """

    returned: float = 0.05
    transferred: float = 0.04
    delegated: float = 0.03
    signed: float = 0.02
    urged: float = 0.03
    absent: float = 0.04
    copied: float = 0.01
    extended: float = 0.02
    suspended: float = 0.01
    recalled: float = 0.02
    content: float = 0.8
    early: float = 0.86
    close: float = 0.09
    pace: timedelta = timedelta(hours=5)
    leave: timedelta = timedelta(days=5)


class Staff:
    """Decides for one case; everything it does follows from its draws."""

    def __init__(
        self, draw: Draw, habits: Habits, office: Callable[[datetime], datetime] | None = None
    ) -> None:
        self._draw = draw
        self._habits = habits
        self._office = office or in_office

    def delay(self, opened: datetime, due: datetime | None = None) -> datetime:
        """When somebody gets to a task that opened at a moment: during office hours, now and then much later.

        due: by then it should be done: mostly well before, sometimes just so, now and then too late. What has to be
        done within hours is done by those on shift, at any time of day.
        """
        if due is not None and due > opened:
            return self._within(opened, due - opened)
        wait = self._habits.pace * (0.1 + 1.8 * self._draw.fraction() ** 2)
        if self._draw.chance(self._habits.absent):
            wait += self._habits.leave * (0.3 + self._draw.fraction())
        return self._office(opened + wait)

    def _within(self, opened: datetime, span: timedelta) -> datetime:
        luck, part = self._draw.fraction(), self._draw.fraction()
        if luck < self._habits.early:
            share = 0.03 + 0.57 * part**1.5
        elif luck < self._habits.early + self._habits.close:
            share = 0.6 + 0.35 * part
        else:
            share = 1.05 + 0.75 * part
        when = opened + span * share
        return when if span <= ON_SHIFT else self._office(when)

    def move(self) -> Move:
        """What is done with the task."""
        habits = self._habits
        shares = (
            (Move.RETURN, habits.returned),
            (Move.TRANSFER, habits.transferred),
            (Move.DELEGATE, habits.delegated),
            (Move.ADD_SIGN, habits.signed),
            (Move.URGE, habits.urged),
            (Move.COPY, habits.copied),
            (Move.EXTEND, habits.extended),
            (Move.SUSPEND, habits.suspended),
        )
        point = self._draw.fraction()
        for move, share in shares:
            if point < share:
                return move
            point -= share
        return Move.COMPLETE

    def person(self, place: str, avoid: tuple[str | None, ...] = ()) -> str:
        """Somebody of a place's staff, not one of those to avoid."""
        first = self._draw.whole(1, 6)
        for step in range(6):
            name = f"{place}-{(first + step) % 6 + 1}"
            if name not in avoid:
                return name
        return f"{place}-7"

    def recalls(self) -> bool:
        """Whether somebody takes back what they have just done."""
        return self._draw.chance(self._habits.recalled)

    def away_for(self, days: tuple[float, float]) -> timedelta:
        """How long something takes, between so many days."""
        return self._draw.span(timedelta(days=days[0]), timedelta(days=days[1]))

    def one_of(self, people: Sequence[str], avoid: tuple[str | None, ...] = ()) -> str | None:
        """One of some people, not one of those to avoid; None when nobody is left."""
        left = [person for person in people if person not in avoid]
        return self._draw.pick(left) if left else None

    def straight_back(self) -> bool:
        """Whether a return wants the case straight back."""
        return self._draw.chance(0.4)


def in_office(moment: datetime) -> datetime:
    """The moment itself during office hours, else the next opening."""
    while True:
        if moment.weekday() >= WEEKEND or moment.time() >= CLOSES:
            moment = datetime.combine(moment.date() + timedelta(days=1), OPENS, moment.tzinfo)
        elif moment.time() < OPENS:
            return datetime.combine(moment.date(), OPENS, moment.tzinfo)
        else:
            return moment
