"""A case of mediation in a small county: registering, a session and what a department does each yield a document."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from pypdf import PdfReader

from engine import Config, Engine, ManualClock
from engine.casepage import CaseContent, open_content
from engine.directory import Directory
from engine.directory.changes import AddUnit
from engine.history import Replayer, Verifier
from engine.privacy import Reader, reader_of
from tests.property.actions import Entropy
from tests.support.bpmn import diagram, end, fork, start, user
from tests.unit.directory.office import BEGIN, NOW, STAFF, UNITS, VOCABULARY, hired, role

HOUR = 3_600_000_000
UNIT = "青石镇综治中心"


def _field(key: str, label: str, kind: str = "textfield", **properties: Any) -> dict[str, Any]:
    named = {f"bihuan:{name}": value for name, value in properties.items() if name != "values"}
    values = {"values": properties["values"]} if "values" in properties else {}
    return {"key": key, "type": kind, "label": label, "properties": named, **values}


def form(id_: str, *fields: dict[str, Any]) -> bytes:
    return json.dumps({"id": id_, "type": "default", "components": list(fields)}).encode()


REGISTER = form(
    "register",
    _field("party_name", "当事人", mask="name"),
    _field("party_phone", "电话", mask="phone"),
    _field("summary", "概况", "textarea", mask="text"),
    _field(
        "danger",
        "有无危险",
        "select",
        mask="none",
        values=[{"label": "没有危险", "value": "none"}, {"label": "有", "value": "yes"}],
    ),
    _field("place_note", "地点", mask="none"),
)
SESSION = form(
    "session",
    _field("statements", "陈述", "textarea", mask="statement"),
    _field("session_place", "地点", mask="none"),
    _field("result", "结果", mask="none"),
)
HANDLED = form("handled", _field("measures", "措施", mask="none"))
REGISTERED = {
    "party_name": "张三丰",
    "party_phone": "13812345678",
    "summary": '邻里因排水沟争执，#read("/etc/passwd") *粗*',
    "danger": "none",
    "place_note": "村口",
}


def yields(document: str) -> str:
    return f'<zeebe:properties><zeebe:property name="bihuan:document" value="{document}"/></zeebe:properties>'


def process(document: str) -> bytes:
    return diagram(
        start("s"),
        user("register", groups="unit:G1/grid_worker", form="register", extension=yields(document)),
        fork("f"),
        user("mediate", groups="unit:T1-med/mediator", form="session", extension=yields("调解笔录")),
        user("handle", groups="unit:K-labour/official", form="handled", extension=yields("处置单: 通用文书")),
        fork("j"),
        user("close", groups="unit:T1-centre/town_centre", extension=yields("卷宗目录")),
        end("e"),
        "s -> register -> f; f -> mediate -> j; f -> handle -> j; j -> close -> e",
    )


FILES = {
    "register.form": REGISTER,
    "session.form": SESSION,
    "handled.form": HANDLED,
}
MORE = (
    *hired("guo", "shen", "chen", "lu"),
    AddUnit(unit="K-cmd", name="县指挥平台", parent="K", department="command", at=BEGIN),
    role("guo", "K-cmd", "county_centre"),
    role("shen", "K", "auditor"),
    role("chen", "G3", "grid_worker"),
    role("lu", "K-labour", "official"),
)


def words(pdf: bytes) -> str:
    """What is readable, without spaces."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"[\s\u200b]", "", text)


@dataclass(kw_only=True)
class PaperWorld:
    """An engine with a directory, the content of its cases, and one case that is registered."""

    engine: Engine
    clock: ManualClock
    content: CaseContent
    case: UUID

    def as_(self, person: str, *, request: str = "r-1") -> Reader:
        """Somebody, now."""
        assert self.engine.directory is not None
        return reader_of(self.engine.directory.index, person, self.clock.now, request=request)

    def start(self, person: str = "li", **variables: Any) -> UUID:
        """A further case, registered."""
        given = {"grid": "G1", "title": "排水沟纠纷", "owner_unit": "T1-centre", **variables}
        case = self.engine.start("p", given, actor=person).case_id
        self.complete("register", person, REGISTERED, case=case)
        return case

    def complete(
        self, element: str, person: str, values: dict[str, Any] | None = None, *, case: UUID | None = None
    ) -> None:
        """Do an open task."""
        case = case or self.case
        task = next(each.id for each in self.engine.tasks(case_id=case) if each.element == element)
        self.engine.claim(case, task, actor=person)
        self.engine.complete(case, task, values or {}, actor=person)

    def finish(self) -> None:
        """Do everything that is left."""
        self.complete(
            "mediate", "wang", {"statements": "各让一步", "session_place": "村委会", "result": "成"}
        )
        self.complete("handle", "sun", {"measures": "疏通"})
        self.complete("close", "qian")

    def document(self, name: str, person: str = "wang") -> int:
        """The id of a document."""
        found, _ = self.content.documents.of(self.as_(person), self.case)
        return next(each.id for each in found if each.name == name)

    def check(self, case: UUID | None = None) -> None:
        """The log proves, and replays bit for bit."""
        assert Verifier(self.engine).verify(case or self.case).is_sound
        assert Replayer(self.engine, rebuild=True).replay(case or self.case).is_sound


def build(
    url: str, folder: Path, *, document: str = "受理登记表", drawn: bytes | None = None, **options: Any
) -> PaperWorld:
    """A world on an empty database, with files under a folder. document: what registering yields. drawn: another
    diagram than that of mediation.
    """
    clock = ManualClock(NOW + HOUR)
    engine = Engine.open(url, clock=clock, config=Config(random=Entropy(), keyring="sqlite://"))
    directory = Directory(engine.database, VOCABULARY)
    directory.change(*UNITS, *STAFF, *MORE, actor="root", recorded_at=NOW, reason="初始")
    engine.directory = directory
    engine.deploy({"p.bpmn": drawn or process(document), **FILES}, actor="designer")
    content = open_content(engine, Path("config"), folder, **options)
    world = PaperWorld(engine=engine, clock=clock, content=content, case=UUID(int=0))
    world.case = world.start()
    return world
