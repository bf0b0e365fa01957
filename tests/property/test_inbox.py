"""Inboxes, lists, counts and search never tell of a case that is not somebody's: against a naive reading of the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.inbox import Box, CaseFilters, Cases, CaseSort, Filters, Inbox, Page, Sort, Viewer, viewer_of
from engine.inbox.boxes import GRADES
from engine.store import NEVER, Database
from tests.property.offices import FREE, WORDS, Matter, Office, may_see, may_take, random_office
from tests.unit.directory.office import DAY, NOW

MOMENTS = (NOW, NOW + 5 * DAY)
PAST = {Box.DONE, Box.CC, Box.STARTED}


def walk(ask: Callable[[str | None], Page[Any]]) -> Iterator[Any]:
    """All rows of a list, page after page."""
    cursor = None
    while True:
        page = ask(cursor)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return
        assert page.rows


def boxed(inbox: Inbox, viewer: Viewer, box: Box, cursor: str | None) -> Page[Any]:
    """A short page of a box."""
    return inbox.page(viewer, box, cursor=cursor, limit=3)


def mine(office: Office, viewer: Viewer, matter: Matter, box: Box) -> set[tuple[UUID, int]]:
    """The tasks of a case that a box holds."""
    taken = [] if box is Box.CLAIMABLE else sorted(matter.assignees)
    staff = viewer.scope is not None
    found = {
        (matter.id, sorted(matter.assignees).index(name)) for name in taken if name == viewer.person and staff
    }
    if may_take(office, viewer.person, matter, viewer.at):
        found.add((matter.id, FREE))
    if box is Box.OVERDUE and matter.due > viewer.at:
        return set()
    if box is Box.DUE_SOON and not (matter.due > viewer.at >= matter.due - 2 * DAY):
        return set()
    return found


def check(office: Office, database: Database) -> int:
    """Compare for everybody; how many tasks were listed."""
    inbox, lists, listed = Inbox(database), Cases(database), 0
    for person in (*office.people, "stranger"):
        for at in MOMENTS:
            viewer = viewer_of(office.directory.index, person, at)
            visible = {matter.id for matter in office.matters if may_see(office, person, matter, at)}
            counts = inbox.counts(viewer)
            for box in Box:
                rows = list(walk(partial(boxed, inbox, viewer, box)))
                assert {row.case_id for row in rows} <= visible
                assert counts[box] == len(rows)
                if box not in PAST:
                    found = [(row.case_id, row.task_id) for row in rows]
                    expected = set().union(*(mine(office, viewer, matter, box) for matter in office.matters))
                    assert len(found) == len(expected)
                    assert set(found) == expected
                    assert [row.due_at or NEVER for row in rows] == sorted(
                        row.due_at or NEVER for row in rows
                    )
                    listed += len(rows)
            check_filters(office, inbox, viewer)
            check_cases(office, lists, viewer, visible)
    return listed


def check_filters(office: Office, inbox: Inbox, viewer: Viewer) -> None:
    """A filter keeps exactly what it says, in every order."""
    by_id = {matter.id: matter for matter in office.matters}
    everything = [
        (row.case_id, row.task_id) for row in walk(lambda cursor: inbox.page(viewer, Box.TODO, cursor=cursor))
    ]
    filters: dict[str, tuple[Filters, Callable[[Matter], bool]]] = {
        "flow": (Filters(flow="p"), lambda matter: matter.flow == "p"),
        "grade": (Filters(grade="red"), lambda matter: matter.grade == GRADES["red"]),
        "text": (Filters(text=WORDS[0]), lambda matter: WORDS[0] in matter.title),
        "due": (Filters(due_from=NOW, due_until=NEVER), lambda matter: NOW <= matter.due < NEVER),
    }
    for sort in Sort:
        for narrowed, keeps in filters.values():
            rows = walk(
                lambda cursor, narrowed=narrowed, sort=sort: inbox.page(  # type: ignore[misc]
                    viewer, Box.TODO, narrowed, sort=sort, cursor=cursor, limit=2
                )
            )
            found = [(row.case_id, row.task_id) for row in rows]
            assert sorted(found) == sorted(pair for pair in everything if keeps(by_id[pair[0]]))
    best = inbox.next_task(viewer)
    free = [matter for matter in office.matters if may_take(office, viewer.person, matter, viewer.at)]
    assert (best is None) == (not free)
    if best is not None:
        assert GRADES[best.grade] == min(matter.grade for matter in free)


def check_cases(office: Office, lists: Cases, viewer: Viewer, visible: set[UUID]) -> None:
    """Lists, search and counts hold the visible cases and no other."""
    for sort in CaseSort:
        rows = list(walk(lambda cursor, sort=sort: lists.page(viewer, sort=sort, cursor=cursor, limit=4)))  # type: ignore[misc]
        limited = {matter.id for matter in office.matters if matter.due < NEVER}
        assert len(rows) == len({row.case_id for row in rows})
        assert {row.case_id for row in rows} == (visible & limited if sort is CaseSort.DUE else visible)
    for word in WORDS[:2]:
        found = walk(lambda cursor, word=word: lists.page(viewer, CaseFilters(text=word), cursor=cursor))  # type: ignore[misc]
        expected = {matter.id for matter in office.matters if matter.id in visible and word in matter.title}
        assert {row.case_id for row in found} == expected
    for matter in office.matters:
        assert lists.is_visible(viewer, matter.id) == (matter.id in visible)
        assert lists.find(viewer, matter.code) == (matter.id if matter.id in visible else None)
    number = lists.count(viewer)
    assert number == len(visible) if number is not None else 0 < len(visible) < 5
    for name, cell in lists.by_grade(viewer).cells.items():
        alike = sum(matter.grade == GRADES[name] and matter.id in visible for matter in office.matters)
        assert cell in (alike, None)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_nobody_reads_of_a_foreign_case(seed: int) -> None:
    database = Database.open("sqlite://", create=True)
    random = Random(seed)
    office = random_office(random, database, units=random.randint(1, 10), people=3, matters=8)
    check(office, database)
    database.close()


def test_nobody_reads_of_a_foreign_case_on_any_database(database: Database) -> None:
    office = random_office(Random(21), database, units=20, people=6, matters=40)
    assert check(office, database) > 0
