"""The indicators of DOMAIN §5, each a cohort, whom it counts in it, and which of them it is about.

Each is a condition on the rows of facts, so that the same words count, group and list the cases behind a number. What
every one leaves out: cases not taken on (不予受理, 并案, 注销). What each leaves out beside stands with its conditions and
in docs/reports.md. A missing due time makes every comparison unknown, so it is never overdue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from engine.reports.rules import Rules
from engine.store.tables import case_episodes, case_facts

Condition = sa.ColumnElement[bool]
DAY: Final = 86_400_000_000

_case: Final = case_facts.c
_step: Final = case_episodes.c


class Cohort(StrEnum):
    """Which cases, steps or follow-ups belong to a period: by the moment that lies in it."""

    RECEIVED = "received"
    DUE = "due"
    SETTLED = "settled"
    FIRST_SETTLED = "first_settled"
    STEP_DUE = "step_due"
    STEP_OPENED = "step_opened"
    STEP_ENDED = "step_ended"

    @property
    def column(self) -> sa.ColumnElement[Any]:
        """The moment."""
        return _COLUMNS[self]

    @property
    def of_steps(self) -> bool:
        """Whether it is of steps and not of whole cases."""
        return self in (Cohort.STEP_DUE, Cohort.STEP_OPENED, Cohort.STEP_ENDED)

    @property
    def past_only(self) -> bool:
        """Whether only what lies before the snapshot belongs to it: what is due tomorrow is not late today."""
        return self in (Cohort.DUE, Cohort.STEP_DUE)


_COLUMNS: Final[Mapping[Cohort, sa.ColumnElement[Any]]] = {
    Cohort.RECEIVED: _case.received_at,
    Cohort.DUE: _case.due_at,
    Cohort.SETTLED: _case.settled_at,
    Cohort.FIRST_SETTLED: _case.first_settled_at,
    Cohort.STEP_DUE: _step.due_at,
    Cohort.STEP_OPENED: _step.opened_at,
    Cohort.STEP_ENDED: _step.ended_at,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Indicator:
    """part of whole, over a cohort. ranked: better the higher (1), the lower (-1), or neither (0)."""

    name: str
    cohort: Cohort
    whole: Callable[[Rules], Condition]
    part: Callable[[Rules], Condition]
    better: int = 1


def _always(_: Rules) -> Condition:
    return sa.true()


def _on_time(_: Rules) -> Condition:
    return sa.and_(_case.settled_at.is_not(None), _case.settled_at <= _case.due_at)


def _overdue(_: Rules) -> Condition:
    return sa.or_(_case.settled_at.is_(None), _case.settled_at > _case.due_at)


def _was_due(_: Rules) -> Condition:
    """Without those that ended unsettled (撤回) before they were due."""
    return sa.not_(
        sa.and_(_case.settled_at.is_(None), _case.ended_at.is_not(None), _case.ended_at <= _case.due_at)
    )


def _role(role: str) -> Callable[[Rules], Condition]:
    """Steps that were to be done: those returned or taken back go on in another, those that went before they were due
    never had to be done."""

    def condition(_: Rules) -> Condition:
        return sa.and_(
            _step.kind == "task",
            _step.role == role,
            sa.or_(
                _step.ending.in_(("", "completed")),
                sa.and_(_step.ending.not_in(("returned", "recalled")), _step.ended_at > _step.due_at),
            ),
        )

    return condition


def _in_time(_: Rules) -> Condition:
    return sa.and_(_step.ending == "completed", _step.ended_at <= _step.due_at)


def _both(*given: Callable[[Rules], Condition]) -> Callable[[Rules], Condition]:
    return lambda rules: sa.and_(*(each(rules) for each in given))


def _visits(_: Rules) -> Condition:
    return sa.and_(_step.kind == "visit", _step.answer != "nobody")


def _reached(_: Rules) -> Condition:
    return sa.and_(_step.kind == "visit", _step.ending == "completed", _step.answer == "reached")


def _stated(rules: Rules) -> Condition:
    """Reached, and with an opinion; without kinds that enforce the law."""
    return sa.and_(
        _reached(rules), _step.satisfaction != "", _case.category.not_in(rules.excluded_categories or ("",))
    )


def _signed(_: Rules) -> Condition:
    return sa.and_(_step.kind == "task", _step.role == "sign", _step.ending.in_(("", "completed")))


_RESOLVED: Final = ("written", "oral")
_TRIED: Final = (*_RESOLVED, "failed", "to_case")

INDICATORS: Final[Mapping[str, Indicator]] = {
    each.name: each
    for each in (
        Indicator(name="accepted", cohort=Cohort.RECEIVED, whole=_always, part=_always, better=0),
        Indicator(name="on_time", cohort=Cohort.DUE, whole=_was_due, part=_on_time),
        Indicator(name="overdue", cohort=Cohort.DUE, whole=_was_due, part=_overdue, better=-1),
        Indicator(
            name="settled",
            cohort=Cohort.RECEIVED,
            whole=_always,
            part=lambda _: _case.settled_at.is_not(None),
        ),
        Indicator(
            name="closed",
            cohort=Cohort.SETTLED,
            whole=_always,
            part=lambda _: _case.closed_at.is_not(None),
        ),
        Indicator(
            name="resolved",
            cohort=Cohort.SETTLED,
            whole=lambda _: _case.outcome.in_(_TRIED),
            part=lambda _: _case.outcome.in_(_RESOLVED),
        ),
        Indicator(name="followed_up", cohort=Cohort.STEP_OPENED, whole=_visits, part=_reached),
        Indicator(
            name="satisfied",
            cohort=Cohort.STEP_ENDED,
            whole=_stated,
            part=lambda _: _step.satisfaction.in_(("satisfied", "fairly")),
        ),
        Indicator(name="responded", cohort=Cohort.STEP_DUE, whole=_role("contact"), part=_in_time),
        Indicator(
            name="solved",
            cohort=Cohort.STEP_ENDED,
            whole=lambda rules: sa.and_(_reached(rules), _step.solved.in_(("yes", "no"))),
            part=lambda _: _step.solved == "yes",
        ),
        Indicator(name="signed_in_time", cohort=Cohort.STEP_DUE, whole=_role("sign"), part=_in_time),
        Indicator(
            name="dispatched_right",
            cohort=Cohort.STEP_OPENED,
            whole=_signed,
            part=lambda _: _step.answer != "returned",
        ),
        Indicator(name="arrived_in_time", cohort=Cohort.STEP_DUE, whole=_role("arrive"), part=_in_time),
        Indicator(
            name="reworked", cohort=Cohort.SETTLED, whole=_always, part=lambda _: _case.reworks > 0, better=-1
        ),
        Indicator(
            name="reopened",
            cohort=Cohort.FIRST_SETTLED,
            whole=_always,
            part=lambda rules: _case.reopened_at <= _case.first_settled_at + rules.reopen_days * DAY,
            better=-1,
        ),
        Indicator(
            name="performed",
            cohort=Cohort.STEP_DUE,
            whole=lambda _: sa.and_(_step.kind == "term", _step.ending != "gone"),
            part=lambda _: _step.answer == "performed",
        ),
        Indicator(
            name="confirmed",
            cohort=Cohort.SETTLED,
            whole=lambda _: _case.outcome == "written",
            part=lambda _: _case.confirmed == 1,
        ),
        Indicator(
            name="escalated",
            cohort=Cohort.STEP_OPENED,
            whole=lambda _: _step.kind == "level",
            part=lambda _: _step.answer == "raised",
            better=0,
        ),
        Indicator(
            name="red_in_time",
            cohort=Cohort.STEP_DUE,
            whole=_both(_role("contact"), lambda _: _step.red == 1),
            part=_in_time,
        ),
    )
}
"""All rates by name, in the order in which reports print them."""

THREE: Final = ("on_time", "followed_up", "satisfied")
"""三率: shown as trends."""
