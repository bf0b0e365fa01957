"""A case with three tasks in a small county, and the people who look at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from engine import Config, Engine, ManualClock
from engine.casepage import CaseContent, open_content
from engine.directory import Directory
from engine.directory.changes import AddUnit
from engine.privacy import Reader, reader_of
from tests.property.actions import Entropy
from tests.support.bpmn import diagram, end, fork, start, user
from tests.unit.directory.office import BEGIN, NOW, STAFF, UNITS, VOCABULARY, hired, role

HOUR = 3_600_000_000
MINUTE = 60_000_000


def _field(key: str, kind: str = "textfield", **properties: str) -> dict[str, Any]:
    named = {f"bihuan:{name}": value for name, value in properties.items()}
    return {"key": key, "type": kind, "properties": named}


REGISTER = {
    "id": "register",
    "type": "default",
    "components": [
        _field("party_name", mask="name"),
        _field("party_phone", mask="phone"),
        _field("party_id", mask="id"),
        _field("reporter_name", mask="name", party="reporter"),
        _field("summary", "textarea"),
        _field("place_note", mask="none"),
    ],
}
SESSION = {
    "id": "session",
    "type": "default",
    "components": [_field("statements", "textarea", mask="statement"), _field("result", mask="none")],
}
REGISTERED = {
    "party_name": "张三丰",
    "party_phone": "13812345678",
    "party_id": "110101199001011234",
    "reporter_name": "李小明",
    "summary": "邻里因排水沟争执",
    "place_note": "村口",
}

PROCESS = diagram(
    start("s"),
    user("register", groups="unit:G1/grid_worker", form="register"),
    fork("f"),
    user("mediate", groups="unit:T1-med/mediator", form="session"),
    user("handle", groups="unit:K-labour/official"),
    fork("j"),
    end("e"),
    "s -> register -> f; f -> mediate -> j; f -> handle -> j; j -> e",
)

MORE = (
    *hired("guo", "shen", "chen", "lu"),
    AddUnit(unit="K-cmd", name="县指挥平台", parent="K", department="command", at=BEGIN),
    role("guo", "K-cmd", "county_centre"),
    role("shen", "K", "auditor"),
    role("chen", "G3", "grid_worker"),
    role("lu", "K-labour", "official"),
)


@dataclass(kw_only=True)
class World:
    """An engine with a directory, the content of its cases, and one case that is registered."""

    engine: Engine
    clock: ManualClock
    content: CaseContent
    case: UUID
    tasks: dict[str, int]

    def as_(self, person: str, *, request: str = "r-1") -> Reader:
        """Somebody, now."""
        assert self.engine.directory is not None
        return reader_of(self.engine.directory.index, person, self.clock.now, request=request)

    def open_task(self, element: str) -> int:
        """The id of an open task."""
        return next(task.id for task in self.engine.tasks(case_id=self.case) if task.element == element)

    def access(self, **filters: Any) -> list[tuple[str, tuple[str, ...], str]]:
        """The access log, newest first: person, fields, basis."""
        return [(line.person, line.fields, line.basis) for line in self.content.access.page(**filters)]


def build(url: str, folder: Path, *, variables: dict[str, Any] | None = None, **options: Any) -> World:
    """A world on an empty database, with files under a folder."""
    clock = ManualClock(NOW + HOUR)
    engine = Engine.open(url, clock=clock, config=Config(random=Entropy(), keyring="sqlite://"))
    directory = Directory(engine.database, VOCABULARY)
    directory.change(*UNITS, *STAFF, *MORE, actor="root", recorded_at=NOW, reason="初始")
    engine.directory = directory
    files = {
        "p.bpmn": PROCESS,
        "register.form": json.dumps(REGISTER).encode(),
        "session.form": json.dumps(SESSION).encode(),
    }
    engine.deploy(files, actor="designer")
    given = {"grid": "G1", "title": "排水沟纠纷", "owner_unit": "T1-centre", **(variables or {})}
    case = engine.start("p", given, actor="li").case_id
    register = engine.tasks(case_id=case)[0].id
    engine.claim(case, register, actor="li")
    engine.complete(case, register, REGISTERED, actor="li")
    tasks = {task.element: task.id for task in engine.tasks(case_id=case)}
    content = open_content(engine, Path("config"), folder, **options)
    return World(
        engine=engine, clock=clock, content=content, case=case, tasks={"register": register, **tasks}
    )
