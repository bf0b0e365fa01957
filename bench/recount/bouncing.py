"""推诿往返: one step that units send away again and again, with nobody doing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bench.recount.formulas import Formulas
from bench.recount.log import Case, Work

Trip = tuple[str, str, str]


def bounces(case: Case, formulas: Formulas) -> tuple[list[Trip], int]:
    """How a case went to and fro, from unit to unit, and how often at most a step was sent away in a row."""
    works = [work for _, work in sorted(case.work.items())]
    away = {id(work) for work in works if "returned" in (work.how, formulas.answer(work))}
    if not away:
        return [], 0
    steps: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.unit and work.how != "recalled":
            steps[work.element].append(work)
    trips = [trip for had in steps.values() for trip in _trips(had, away)]
    return trips, max((_in_a_row(had, works, away) for had in steps.values()), default=0)


def _trips(had: list[Work], away: set[int]) -> Iterator[Trip]:
    """Unit A had the step and sent it away, then B, who sent it away, then A again."""
    stays: list[Work] = []
    for work in had:
        if stays and stays[-1].unit == work.unit:
            stays.pop()
        stays.append(work)
    for a, b, again in zip(stays, stays[1:], stays[2:], strict=False):
        one_by_one = _after(a, b) and _after(b, again)
        if a.unit == again.unit and one_by_one and id(a) in away and id(b) in away:
            yield a.unit, b.unit, again.unit


def _in_a_row(had: list[Work], works: list[Work], away: set[int]) -> int:
    """Returns to somebody else, each after the other, with nobody having done the step between two of them."""
    most = row = 0
    last: Work | None = None
    for work in had:
        if id(work) not in away or _next_unit(work, works) == work.unit:
            continue
        goes_on = last is not None and _after(last, work) and not _done_between(last, work, had, away)
        row = row + 1 if goes_on else 1
        last, most = work, max(most, row)
    return most


def _done_between(first: Work, second: Work, had: list[Work], away: set[int]) -> bool:
    since, until = first.ended or 0, second.opened
    return any(
        each.how == "completed" and id(each) not in away and since <= (each.ended or 0) <= until
        for each in had
    )


def _next_unit(work: Work, works: list[Work]) -> str | None:
    later = [each for each in works if each is not work and _after(work, each)]
    return min(later, key=lambda each: each.opened).unit if later else None


def _after(first: Work, second: Work) -> bool:
    """Whether the first was over when the second began."""
    return first.ended is not None and first.ended <= second.opened
