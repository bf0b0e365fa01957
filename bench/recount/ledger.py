"""双考核: what each department did with whistles, and how each village whistles."""

from __future__ import annotations

from collections.abc import Iterator

from bench.recount.formulas import Formulas
from bench.recount.log import Case, Work
from bench.recount.tree import Tree

Entry = tuple[str, str, str, int]
"""A table, a row of it, a column, and what is added there."""

FLOW = "whistle"
_ROLES = frozenset({"sign", "arrive", "handle", "lead", "redo", "confirm", "dispatch"})


def entries(case: Case, formulas: Formulas, tree: Tree, place: str, snapshot: int) -> Iterator[Entry]:
    """What a whistle adds. place: where it is, of the directory."""
    works = [(formulas.role(work), work) for _, work in sorted(case.work.items())]
    works = [(role, work) for role, work in works if role in _ROLES]
    if case.flow != FLOW or not works:
        return
    for role, work in works:
        for column, count in _of_department(role, work, formulas, snapshot):
            yield "departments", work.unit, column, count
    yield from _ratings(works, formulas)
    village = tree.village(place)
    back = any(role == "dispatch" and _is_returned(work, formulas) for role, work in works)
    refused = any(role == "sign" and formulas.answer(work) == "returned" for role, work in works)
    yield "villages", village, "blown", 1
    yield "villages", village, "sent_back", int(back)
    yield "villages", village, "refused", int(refused)
    yield "villages", village, "sound", int(not back and not refused)


def _of_department(role: str, work: Work, formulas: Formulas, snapshot: int) -> Iterator[tuple[str, int]]:
    if role in ("confirm", "dispatch") or work.how in ("returned", "recalled"):
        return
    late = work.due is not None and work.due < (snapshot if work.ended is None else work.ended)
    done = work.how == "completed"
    yield "summoned", int(role == "sign")
    if role == "sign":
        yield "refused", int(formulas.answer(work) == "returned")
        yield "signed_late", int(late)
    elif role == "arrive":
        yield "arrived", int(done)
        yield "late", int(late)
    elif role == "handle":
        yield "handled", int(done)
        yield "handled_late", int(late)
    elif role == "redo":
        yield "rework", 1


def _ratings(works: list[tuple[str, Work]], formulas: Formulas) -> Iterator[Entry]:
    """A village rates whoever reported or did it over last before it was asked."""
    for role, work in works:
        score = formulas.score(work)
        if role != "confirm" or score is None:
            continue
        before = [
            (each.ended, each.unit)
            for said, each in works
            if said in ("lead", "redo")
            and each.how == "completed"
            and each.ended is not None
            and each.ended <= work.opened
        ]
        if before:
            _, unit = max(before)
            yield "departments", unit, "ratings", 1
            yield "departments", unit, "stars", score


def _is_returned(work: Work, formulas: Formulas) -> bool:
    return "returned" in (work.how, formulas.answer(work))
