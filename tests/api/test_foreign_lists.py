"""Lists, counts, search and exports over HTTP never tell of a case that is not somebody's: random offices and cases."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from api.app import create_app
from engine.inbox import Box, CaseSort
from engine.inbox.boxes import GRADES
from engine.installation import open_engine
from engine.settings import ServiceSettings
from tests.api.place import US, Caller, Clock, Place
from tests.property.offices import WORDS, Office, may_see, random_office
from tests.unit.directory.office import NOW


def opened(seed: int) -> tuple[Place, Office]:
    """A random organisation with an application."""
    random = Random(seed)
    clock = Clock(now=NOW)
    engine = open_engine("sqlite://", Path("config"), clock=clock, create=True)
    office = random_office(random, engine.database, units=random.randint(2, 10), people=3, matters=9)
    assert engine.directory is not None
    engine.directory.refresh()
    app = create_app(ServiceSettings(log_requests=False, log_level="critical"), engine=engine)
    return Place(engine=engine, app=app, clock=clock), office


def walk(caller: Caller, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    """All rows of a list, page after page."""
    cursor: dict[str, Any] = {}
    while True:
        answer = caller.get(path, limit=3, **query, **cursor)
        assert answer.status_code == 200, answer.text
        page = answer.get_json()
        yield from page["items"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


def machine(place: Place, person: str) -> Caller:
    """Whoever works for somebody with every permission: what is shown is decided by scope alone."""
    scopes = ("cases:read", "tasks:read", "audit:export", "incidents:read", "audit:read")
    _, secret = place.office.tokens.make(f"machine {person}", scopes, 30, US, person=person)
    return Caller(client=place.app.test_client(), headers={"Authorization": f"Bearer {secret}"})


def check(place: Place, office: Office) -> None:
    """Compare everything a list says with a naive reading of the scope."""
    for person in office.people:
        caller = machine(place, person)
        if office.directory.index.person(person, NOW) is None:
            assert caller.get("/cases").status_code == 401
            continue
        visible = {matter.id for matter in office.matters if may_see(office, person, matter, NOW)}
        everything = {matter.id for matter in office.matters}
        for sort in CaseSort:
            found = {UUID(row["case_id"]) for row in walk(caller, "/cases", sort=sort.value)}
            assert found <= visible
            assert sort is CaseSort.DUE or found == visible
        for word in WORDS[:2]:
            found = {UUID(row["case_id"]) for row in walk(caller, "/cases", text=word)}
            assert found == {each.id for each in office.matters if each.id in visible and word in each.title}
        boxes = {box: list(walk(caller, "/tasks", box=box.value)) for box in Box}
        assert {UUID(row["case_id"]) for rows in boxes.values() for row in rows} <= visible
        assert caller.get("/tasks/counts").get_json() == {box.value: len(rows) for box, rows in boxes.items()}
        counts = caller.get("/cases/counts").get_json()
        assert counts["total"] in (len(visible), None)
        for name, cell in counts["counts"].items():
            alike = sum(each.grade == GRADES[name] and each.id in visible for each in office.matters)
            assert cell in (alike, None)
        table = caller.get("/exports/cases.csv").text.removeprefix("\ufeff")
        assert {UUID(row["案件标识"]) for row in csv.DictReader(io.StringIO(table))} == visible
        for path in ("/incidents", "/audit/access"):
            assert caller.get(path).get_json()["items"] == []
        for case in everything:
            status = caller.get(f"/cases/{case}/header").status_code
            assert status == (200 if case in visible else 404)
            if case not in visible:
                assert caller.get(f"/audit/cases/{case}/verify").status_code == 404
                assert caller.get("/cases", code=_code(office, case)).get_json()["items"] == []


def _code(office: Office, case: UUID) -> str:
    return next(matter.code for matter in office.matters if matter.id == case)


@settings(max_examples=4, deadline=None, phases=(Phase.generate,))
@given(seed=st.integers(0, 10**9))
def test_no_list_tells_of_a_foreign_case(seed: int) -> None:
    place, office = opened(seed)
    with place.everybody_may():
        check(place, office)
    place.engine.close()
