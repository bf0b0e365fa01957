"""The boxes of an inbox, and how a box is filtered and sorted."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.directory import Confidentiality
from engine.store.tables import UNGRADED

GRADES: dict[str, int] = {"red": 0, "orange": 1, "yellow": 2, "unassessed": UNGRADED}
"""Grades by their rank; the most urgent sorts first."""

GRADE_NAMES = {rank: name for name, rank in GRADES.items()}
CONFIDENTIALITY_NAMES = {level.rank: level.value for level in Confidentiality}


class Box(StrEnum):
    """待办, 待签收, 即将超期, 超期, 已办, 抄送, 我发起.

    To do are the tasks I have and those I may take; due soon and overdue are parts of them. Done lists tasks, cc and
    started list cases.
    """

    TODO = "todo"
    CLAIMABLE = "claimable"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    DONE = "done"
    CC = "cc"
    STARTED = "started"


OPEN = frozenset({Box.TODO, Box.CLAIMABLE, Box.DUE_SOON, Box.OVERDUE})
"""The boxes of open tasks."""


class Sort(StrEnum):
    """By due time (what has no limit comes last), newest first, by grade and then due time, by priority and due time.

    Boxes of what is past know only newest first.
    """

    DUE = "due"
    CREATED = "created"
    GRADE = "grade"
    PRIORITY = "priority"


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a box is narrowed to; None is no narrowing.

    flow: key of the process the case was started from. step: element id. grade: a name of `GRADES`. category: as in
    the case's header, or its beginning. unit: cases a unit or one below answers for. grid: cases in an area.
    Ranges are microseconds since 1970 UTC, from the first to before the second. text: part of the title, or the
    beginning of the code; at least two characters.
    """

    flow: str | None = None
    step: str | None = None
    grade: str | None = None
    category: str | None = None
    confidentiality: Confidentiality | None = None
    unit: str | None = None
    grid: str | None = None
    created_from: int | None = None
    created_until: int | None = None
    due_from: int | None = None
    due_until: int | None = None
    text: str | None = None


UNFILTERED = Filters()


def default_sort(box: Box) -> Sort:
    """How a box is sorted unless told."""
    return Sort.DUE if box in OPEN else Sort.CREATED
