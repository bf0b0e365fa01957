"""An installation for tests of the API: a small county with staff of every role, a flow, and who signs in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from api.auth.gate import gate
from engine.accounts.office import Office
from engine.accounts.permissions import Permissions
from engine.accounts.scopes import SCOPES
from engine.accounts.security_log import Origin
from engine.accounts.sessions import csrf_token
from engine.directory.changes import AddUnit, AssignRole, Hire
from engine.directory.draft import Change
from engine.directory.index import Index
from engine.facade import Engine
from engine.installation import open_engine
from engine.settings import ServiceSettings
from tests.support import bpmn

BEGIN = 1_700_000_000_000_000
NOW = 1_763_776_800_000_000
"""2025-11-22T02:00:00Z."""
US = Origin(address="", agent="", actor="tests")
PASSWORD = "correct horse battery"

UNITS: tuple[Change, ...] = (
    AddUnit(unit="K", name="青禾县", parent=None, level="county", at=BEGIN),
    AddUnit(unit="K-command", name="县指挥中心", parent="K", department="command", at=BEGIN),
    AddUnit(unit="K-housing", name="县住建局", parent="K", department="housing", at=BEGIN),
    AddUnit(unit="K-court", name="县法院", parent="K", department="court", at=BEGIN),
    AddUnit(unit="T1", name="青石镇", parent="K", level="town", at=BEGIN),
    AddUnit(unit="T1-centre", name="青石镇综治中心", parent="T1", department="centre", at=BEGIN),
    AddUnit(unit="T1-med", name="青石镇调委会", parent="T1", department="mediation", at=BEGIN),
    AddUnit(unit="T1-police", name="青石镇派出所", parent="T1", department="police", at=BEGIN),
    AddUnit(unit="T1-service", name="青石镇社工站", parent="T1", department="service", at=BEGIN),
    AddUnit(unit="V1", name="柳溪村", parent="T1", level="village", at=BEGIN),
    AddUnit(unit="G1", name="柳溪村第一网格", parent="V1", level="grid", at=BEGIN),
    AddUnit(unit="T2", name="白马镇", parent="K", level="town", at=BEGIN),
    AddUnit(unit="T2-centre", name="白马镇综治中心", parent="T2", department="centre", at=BEGIN),
    AddUnit(unit="V2", name="上坪村", parent="T2", level="village", at=BEGIN),
    AddUnit(unit="G2", name="上坪村第一网格", parent="V2", level="grid", at=BEGIN),
)
POSTS: Mapping[str, tuple[str, str]] = {
    "grid": ("G1", "grid_worker"),
    "grid2": ("G2", "grid_worker"),
    "village": ("V1", "village_lead"),
    "observer": ("V1", "observer"),
    "town": ("T1-centre", "town_centre"),
    "colleague": ("T1-centre", "town_centre"),
    "town2": ("T2-centre", "town_centre"),
    "mediator": ("T1-med", "mediator"),
    "police": ("T1-police", "police_officer"),
    "official": ("K-housing", "official"),
    "county": ("K-command", "county_centre"),
    "court": ("K-court", "court_officer"),
    "social": ("T1-service", "social_worker"),
    "leader": ("T1", "leader"),
    "duty": ("K", "duty_leader"),
    "liaison": ("T1", "liaison"),
    "auditor": ("K", "auditor"),
    "designer": ("K", "designer"),
    "admin": ("K", "admin"),
}
"""People by their ids, which are their logins too: unit and role."""


class EveryPermission(Permissions):
    """Whatever is asked for is allowed."""

    def of_person(self, index: Index, person: str, at: int) -> frozenset[str]:
        """All there is."""
        return frozenset(SCOPES)


FORM = {
    "id": "register",
    "type": "default",
    "components": [
        {
            "type": "textfield",
            "key": "title",
            "label": "标题",
            "validate": {"required": True, "maxLength": 50},
        },
        {"type": "number", "key": "people_count", "label": "人数"},
        {"type": "datetime", "subtype": "date", "key": "happened_on", "dateLabel": "发生日期"},
        {
            "type": "textfield",
            "key": "caller_phone",
            "label": "电话",
            "properties": {"bihuan:mask": "phone"},
        },
    ],
}


def matter() -> dict[str, bytes]:
    """The flow: the grid worker registers, the town handles, the same town's leader closes."""
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.user("register", form="register", extension=_properties(candidate="网格/网格员")),
        bpmn.user("handle", extension=_properties(candidate="镇/综治中心")),
        bpmn.user("close", extension=_properties(candidate="镇/领导", separation="handle")),
        bpmn.end("e"),
        "s -> register -> handle -> close -> e",
        key="matter",
    )
    return {"matter.bpmn": diagram, "register.form": json.dumps(FORM).encode()}


def _properties(**named: str) -> str:
    entries = "".join(
        f'<zeebe:property name="bihuan:{name}" value="{value}"/>' for name, value in named.items()
    )
    return f"<zeebe:properties>{entries}</zeebe:properties>"


def errand() -> dict[str, bytes]:
    """A flow with a job."""
    diagram = bpmn.diagram(
        bpmn.start("s"),
        bpmn.service("tell", "send-sms"),
        bpmn.end("e"),
        "s -> tell -> e",
        key="errand",
    )
    return {"errand.bpmn": diagram}


@dataclass(kw_only=True)
class Clock:
    """A clock that stands until it is put forward."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass(kw_only=True)
class Place:
    """An open installation with its application."""

    engine: Engine
    app: Flask
    clock: Clock
    _clients: dict[str, Caller] = field(default_factory=dict)

    @property
    def office(self) -> Office:
        return gate(self.app).office

    def sign_in(self, person: str) -> Caller:
        """Somebody of `POSTS` with a browser."""
        if person not in self._clients:
            account = self.office.register.open(person, US, person=person, password=PASSWORD).account
            with self.engine.database.transaction() as tx:
                secret = self.office.sessions.begin(tx, account.id, US, self.clock())
            client = self.app.test_client()
            client.set_cookie("bihuan", secret)
            self._clients[person] = Caller(
                client=client, headers={"X-CSRF-Token": csrf_token(secret)}, secret=secret
            )
        return self._clients[person]

    def machine(self, *scopes: str) -> Caller:
        """A machine with a token."""
        _, secret = self.office.tokens.make("machine", scopes, 30, US)
        return Caller(client=self.app.test_client(), headers={"Authorization": f"Bearer {secret}"})

    @contextmanager
    def everybody_may(self) -> Iterator[None]:
        """Everybody has every permission, with a role or without: what is seen is decided by the directory alone."""
        before = self.office.permissions
        self.office.permissions = EveryPermission(by_role=before.by_role)
        yield
        self.office.permissions = before

    def nobody(self) -> Caller:
        """Somebody who is not signed in."""
        return Caller(client=self.app.test_client(), headers={})

    def start(self, grid: str = "G1", **variables: Any) -> str:
        """A case at a grid; its id."""
        outcome = self.engine.start(
            "matter", {"grid": grid, **variables}, actor="grid" if grid == "G1" else "grid2"
        )
        return str(outcome.case_id)

    def task(self, case: str, element: str) -> str:
        """The open task of a case at an element."""
        from uuid import UUID

        found = self.engine.tasks(case_id=UUID(case), element=element)
        return f"{case}.{found[0].id}"


@dataclass(kw_only=True)
class Caller:
    """Calls the API under /api/v1."""

    client: FlaskClient
    headers: dict[str, str]
    secret: str = ""

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        given = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.post(f"/api/v1{path}", json={} if body is None else body, headers=given)

    def put(self, path: str, body: Any) -> TestResponse:
        return self.client.put(f"/api/v1{path}", json=body, headers=self.headers)

    def delete(self, path: str, body: Any = None) -> TestResponse:
        return self.client.delete(f"/api/v1{path}", json=body, headers=self.headers)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **options)


def open_place(url: str, data: Path, keyring: str | None = None) -> Place:
    """The installation on a database. keyring: where its keys are; by default in memory."""
    clock = Clock()
    engine = open_engine(url, Path("config"), clock=clock, create=True, keyring=keyring)
    assert engine.directory is not None
    people = [Hire(person=each, name=each, login=each, at=BEGIN) for each in POSTS]
    roles = [AssignRole(person=each, unit=unit, role=role, at=BEGIN) for each, (unit, role) in POSTS.items()]
    engine.directory.change(*UNITS, *people, *roles, actor="tests", recorded_at=NOW, reason="a county")
    engine.deploy(matter(), actor="tests", package="matter")
    engine.deploy(errand(), actor="tests", package="errand")
    settings = ServiceSettings(database=url, log_requests=False, log_level="critical", data=str(data))
    return Place(engine=engine, app=create_app(settings, engine=engine), clock=clock)
