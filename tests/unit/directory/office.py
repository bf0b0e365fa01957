"""A small directory for tests: a county of two towns, three villages and two grids, with a few people."""

from __future__ import annotations

from pathlib import Path

from engine.directory.changes import AddUnit, AssignRole, Hire, Substitute
from engine.directory.draft import Change, Draft
from engine.directory.index import Index
from engine.directory.register import Register
from engine.directory.vocabulary import Vocabulary, read_vocabulary

DAY = 86_400_000_000
BEGIN = 1_000 * DAY
NOW = 2_000 * DAY
VOCABULARY: Vocabulary = read_vocabulary(Path("config/directory.toml").read_bytes())

UNITS: tuple[Change, ...] = (
    AddUnit(unit="K", name="青禾县", parent=None, level="county", at=BEGIN),
    AddUnit(unit="K-labour", name="县人社局", parent="K", department="labour", at=BEGIN),
    AddUnit(unit="T1", name="青石镇", parent="K", level="town", at=BEGIN),
    AddUnit(unit="T1-centre", name="青石镇综治中心", parent="T1", department="centre", at=BEGIN),
    AddUnit(unit="T1-med", name="青石镇调委会", parent="T1-centre", department="mediation", at=BEGIN),
    AddUnit(unit="T2", name="白马镇", parent="K", level="town", at=BEGIN),
    AddUnit(unit="V1", name="柳溪村", parent="T1", level="village", at=BEGIN),
    AddUnit(unit="V2", name="上坪村", parent="T1", level="village", at=BEGIN),
    AddUnit(unit="V3", name="县直社区", parent="K", level="village", at=BEGIN),
    AddUnit(unit="G1", name="第一网格", parent="V1", level="grid", at=BEGIN),
    AddUnit(unit="G3", name="第三网格", parent="V3", level="grid", at=BEGIN),
)


def hired(*people: str) -> tuple[Change, ...]:
    return tuple(Hire(person=person, name=person, login=person, at=BEGIN) for person in people)


def role(person: str, unit: str, role: str, at: int = BEGIN) -> AssignRole:
    return AssignRole(person=person, unit=unit, role=role, at=at)


def away(absent: str, stand_in: str, *, role: str = "*", at: int = NOW, until: int = NOW + DAY) -> Substitute:
    return Substitute(absent=absent, stand_in=stand_in, role=role, at=at, until=until, reason="休假")


STAFF: tuple[Change, ...] = (
    *hired("li", "wang", "zhao", "qian", "sun", "root"),
    role("li", "G1", "grid_worker"),
    role("wang", "T1-med", "mediator"),
    role("zhao", "T1-med", "mediator"),
    role("qian", "T1-centre", "town_centre"),
    role("sun", "K-labour", "official"),
    role("root", "T1-centre", "admin"),
)


def draft(*changes: Change, recorded_at: int = NOW) -> Draft:
    """A draft with these changes made."""
    made = Draft(Register(), VOCABULARY, recorded_at)
    for change in changes:
        made.apply(change)
    return made


def office(*changes: Change) -> Index:
    """The small directory, with further changes."""
    return draft(*UNITS, *STAFF, *changes).index
