"""Every endpoint about a case or task, by every role, on cases of its own, of others and too confidential for it.

What is expected is what docs/permissions.md says: both come from `api.auth.document`.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from api.auth.document import RELATIONS, Endpoint, clearance, endpoints
from api.spec import PATH
from engine.directory import Confidentiality
from engine.directory.changes import AddUnit
from engine.directory.places import address_case, place_case
from engine.entitlement import SUPERVISING, Part
from tests.api.endpoints import Endpoint as Address
from tests.api.place import BEGIN, NOW, POSTS, Place
from tests.api.test_every_endpoint import _body
from tests.support import bpmn
from tests.unit.directory.office import VOCABULARY

CAST = {role: person for person, (_, role) in POSTS.items() if person not in ("colleague", "grid2", "town2")}
"""Somebody of every role, all of the same county."""
CLERK = "town"
"""Who has the tasks."""
OBJECTS = {
    "own": ("G1", Confidentiality.NORMAL),
    "confidential": ("G1", Confidentiality.CONFIDENTIAL),
    "foreign": ("L", Confidentiality.NORMAL),
}


@pytest.fixture(scope="module")
def objects(place: Place) -> dict[str, str]:
    """The task of a case of each kind: the clerk's, but for the foreign one."""
    assert place.engine.directory is not None
    place.engine.directory.change(
        AddUnit(unit="L", name="临江县", parent=None, level="county", at=BEGIN),
        actor="tests", recorded_at=NOW, reason="another county",
    )  # fmt: skip
    properties = '<zeebe:properties><zeebe:property name="bihuan:candidate" value="=&quot;镇/综治中心&quot;"/></zeebe:properties>'
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.user("handle", extension=properties),
        bpmn.end("e"),
        "s -> handle -> e",
        key="quiet",
    )
    place.engine.deploy({"quiet.bpmn": diagram}, actor="tests", package="quiet")
    return {
        name: started(place, grid, level, claim=name != "foreign") for name, (grid, level) in OBJECTS.items()
    }


def started(place: Place, grid: str | None, level: Confidentiality, *, claim: bool = False) -> str:
    """The task of a new case that nobody of the staff started."""
    variables = {"grid": grid, "confidentiality": level.value, "title": "t"}
    case = place.engine.start("quiet", variables, actor="tests").case_id
    task = place.engine.tasks(case_id=case)[0]
    if claim:
        place.engine.claim(case, task.id, actor=CLERK)
    return f"{case}.{task.id}"


def expected(endpoint: Endpoint, role: str, kind: str, scopes: frozenset[str]) -> str:
    """What docs/permissions.md says of it."""
    if not endpoint.admits(scopes):
        return "no scope"
    if endpoint.part == "own":
        return "in"
    cleared = clearance(VOCABULARY.roles[role], "area")
    grid, level = OBJECTS[kind]
    if grid == "L" or cleared is None or level.rank > cleared.rank:
        return "hidden"
    has_it, leads = CAST[role] == CLERK, role in SUPERVISING
    holds = {
        Part.READER: True,
        Part.HANDLER: has_it,
        Part.HOLDER: has_it,
        Part.SUPERIOR: leads and not has_it,
        Part.SUPERVISOR: leads or has_it,
    }[Part(endpoint.part)]
    return "in" if holds else "not theirs"


def about(place: Place) -> Iterator[Endpoint]:
    """The endpoints with a case or task in their address."""
    yield from (each for each in endpoints(place.app) if each.part)


def answered(place: Place, endpoint: Endpoint, person: str, task: str, other: str) -> str:
    """What came of it, nothing being changed: no case has the tag that is asked for."""
    rule = endpoint.rule.removeprefix(PATH)
    address = Address(method=endpoint.method, rule=rule, view="")
    case = task.partition(".")[0]
    answer = place.sign_in(person).send(
        endpoint.method,
        address.path(case=case, task=task),
        headers={"If-Match": f'"{"0" * 64}"'},
        **_body(rule, endpoint.method, other),
    )
    code = (answer.get_json(silent=True) or {}).get("code", "")
    named = {
        (403, "auth.scope"): "no scope",
        (404, "case.unknown"): "hidden",
        (403, "not_entitled"): "not theirs",
    }
    return named.get((answer.status_code, code), "in")


@pytest.mark.parametrize("role", CAST)
def test_a_role_gets_what_the_document_says(place: Place, objects: dict[str, str], role: str) -> None:
    scopes = place.office.permissions.of([role])
    wrong, other = [], started(place, "G1", Confidentiality.NORMAL).partition(".")[0]
    for endpoint in about(place):
        for kind, task in objects.items():
            found = answered(place, endpoint, CAST[role], task, other)
            told = expected(endpoint, role, kind, scopes)
            if found != told:
                wrong.append(f"{endpoint.method} {endpoint.rule} {kind}: {found}, not {told}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_case_is_there_for_a_role_up_to_its_clearance(
    place: Place, objects: dict[str, str], relation: str
) -> None:
    assert objects
    for level in Confidentiality:
        for role, person in CAST.items():
            case = UUID(started(place, "G1" if relation == "area" else None, level).partition(".")[0])
            unit = POSTS[person][0]
            with place.engine.database.transaction() as tx:
                if relation == "unit":
                    assert place.engine.directory is not None
                    place_case(
                        tx,
                        place.engine.directory.index,
                        case,
                        at=NOW,
                        place=None,
                        owner=unit,
                        confidentiality=level,
                    )
                elif relation == "addressed":
                    address_case(tx, case, unit)
            cleared = clearance(VOCABULARY.roles[role], relation)
            sees = cleared is not None and level.rank <= cleared.rank
            if "cases:read" in place.office.permissions.of([role]):
                answer = place.sign_in(person).get(f"/cases/{case}/header")
                assert answer.status_code == (200 if sees else 404), f"{role} {relation} {level}"
