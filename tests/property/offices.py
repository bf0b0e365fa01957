"""Random organisations with random cases, and who may see which: told naively, by walking parents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from engine.cases.grams import grams
from engine.directory import Confidentiality, Directory
from engine.directory.changes import (
    AddUnit,
    AssignRole,
    CloseUnit,
    EndRole,
    Hire,
    Leave,
    MoveUnit,
    Substitute,
)
from engine.directory.draft import Change
from engine.directory.places import PARTS, address_case, involve, place_case
from engine.directory.records import Unit, at_moment
from engine.directory.vocabulary import Role, Sees
from engine.errors import InvalidInput
from engine.store import NEVER, Database, Transaction, insert
from engine.store.tables import case_headers, cases, task_candidates, tasks
from tests.unit.directory.office import BEGIN, DAY, NOW, VOCABULARY
from tests.unit.store.rows import case as case_row

LEVELS = list(VOCABULARY.levels.by_code)
DEPARTMENTS = list(VOCABULARY.departments.by_code)[:4]
ROLES = list(VOCABULARY.roles.by_code)
FREE = 99
"""The number of a case's task that waits for its candidates."""

WORDS = ("邻里", "纠纷", "噪声", "欠薪", "路灯")
_INSERT_HEADER = insert(case_headers)
_INSERT_CASE, _INSERT_TASK, _INSERT_CANDIDATE = insert(cases), insert(tasks), insert(task_candidates)


@dataclass(kw_only=True, slots=True)
class Matter:
    """A case as the oracle knows it. place, owner: None or unknown units leave it in no subtree by them."""

    id: UUID
    placed: bool
    place: str | None
    owner: str | None
    confidentiality: Confidentiality
    assignees: set[str] = field(default_factory=set)
    candidates: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    title: str = ""
    grade: int = 3
    flow: str = "p"
    due: int = NEVER

    @property
    def code(self) -> str:
        """The code of the case."""
        return f"AJ-{self.id.int & 0xFFFF:05d}"


@dataclass(kw_only=True, slots=True)
class Office:
    """A random organisation in a database, and its cases."""

    directory: Directory
    people: list[str]
    matters: list[Matter]


def random_office(random: Random, database: Database, *, units: int, people: int, matters: int) -> Office:
    """Make an organisation with a history, and cases that were placed in the middle of it."""
    directory = Directory(database, VOCABULARY)
    tree = _tree(random, units)
    names = [f"p{number}" for number in range(people)]
    staff = [Hire(person=name, name=name, login=name, at=BEGIN) for name in names]
    directory.change(*tree, *staff, actor="x", recorded_at=BEGIN, reason="x")
    codes = [change.unit for change in tree]
    _try(directory, [_posting(random, names, codes) for _ in range(3 * people)], BEGIN)
    found = [_matter(random, number, names, codes) for number in range(matters)]
    with database.transaction() as tx:
        index = directory.refresh(tx)
        for matter in found:
            tx.write(_INSERT_CASE, case_row(matter.id))
            tx.write(_INSERT_HEADER, _header(matter))
            if matter.placed:
                place_case(
                    tx, index, matter.id, at=NOW, place=matter.place, owner=matter.owner,
                    confidentiality=matter.confidentiality,
                )  # fmt: skip
            for unit in matter.units:
                address_case(tx, matter.id, unit)
            for person in matter.people:
                involve(tx, matter.id, person, random.choice(PARTS))
            _open_tasks(tx, matter)
    _try(directory, [_event(random, names, codes) for _ in range(units)], NOW)
    return Office(directory=directory, people=names, matters=found)


def may_see(office: Office, person: str, matter: Matter, at: int) -> bool:
    """DOMAIN §2, word by word: (own subtree ∪ assigned to me ∪ addressed to my unit) ∩ confidentiality."""
    register = office.directory.index.register
    if at_moment(register.people.get(person, ()), at) is None:
        return False
    if person in matter.assignees | matter.candidates | matter.people:
        return True
    chains = [_chain(office, unit) for unit in (matter.place, matter.owner) if unit and matter.placed]
    for unit, role in _posts(office, person, at):
        groups = {f"unit:{unit}/{role.code}", f"unit:{unit}/*"}
        if (
            role.acts
            and (unit in matter.units or groups & matter.groups)
            and _cleared(role.addressed, matter)
        ):
            return True
        if role.sees is not Sees.NONE and matter.placed and _cleared(role.clearance, matter):
            top = _area(office, unit, at) if role.sees is Sees.AREA else unit
            if any(top in chain for chain in chains):
                return True
    return False


def may_take(office: Office, person: str, matter: Matter, at: int) -> bool:
    """Whether the free task of a case is one that somebody may take: named, or by a role cleared for the case."""
    if at_moment(office.directory.index.register.people.get(person, ()), at) is None:
        return False
    return person in matter.candidates or any(
        role.acts
        and {f"unit:{unit}/{role.code}", f"unit:{unit}/*"} & matter.groups
        and _cleared(role.addressed, matter)
        for unit, role in _posts(office, person, at)
    )


def _cleared(clearance: Confidentiality, matter: Matter) -> bool:
    order = ["normal", "sensitive", "confidential"]
    if not matter.placed:
        return clearance == "confidential"
    return order.index(matter.confidentiality) <= order.index(clearance)


def _posts(office: Office, person: str, at: int) -> list[tuple[str, Role]]:
    register = office.directory.index.register
    rows = [row for rows in register.roles_of.values() for row in rows if row.holds(at)]
    absences = [row for rows in register.absences.values() for row in rows if row.holds(at)]
    own = [row for row in rows if row.person == person]
    others = [
        row
        for row in rows
        for absence in absences
        if absence.stand_in == person and absence.absent == row.person and absence.role in ("*", row.role)
    ]
    return [(row.unit, VOCABULARY.roles[row.role]) for row in own + others]


def _chain(office: Office, unit: str) -> list[str]:
    """A unit and all above it as they are, or were last, now."""
    chain = []
    row = _last(office, unit)
    while row is not None:
        chain.append(row.id)
        row = _last(office, row.parent) if row.parent else None
    return chain


def _last(office: Office, unit: str) -> Unit | None:
    # A row that never held counts when it is the last one: the unit was closed at the moment it was moved.
    rows = office.directory.index.register.units.get(unit, ())
    return rows[-1] if rows else None


def _area(office: Office, unit: str, at: int) -> str:
    row = at_moment(office.directory.index.register.units[unit], at)
    while row is not None and row.department is not None and row.parent is not None:
        row = at_moment(office.directory.index.register.units[row.parent], at)
    assert row is not None
    return row.id


def _tree(random: Random, size: int) -> list[AddUnit]:
    made = [AddUnit(unit="u0", name="u0", parent=None, level=random.choice(LEVELS[:2]), at=BEGIN)]
    for number in range(1, size):
        parent = random.choice(made)
        if parent.department is not None or parent.level == LEVELS[-1] or random.random() < 0.3:
            level, department = None, random.choice(DEPARTMENTS)
        else:
            assert parent.level is not None
            level, department = random.choice(LEVELS[LEVELS.index(parent.level) + 1 :]), None
        name = f"u{number}"
        made.append(
            AddUnit(unit=name, name=name, parent=parent.unit, level=level, department=department, at=BEGIN)
        )
    return made


def _posting(random: Random, people: Sequence[str], units: Sequence[str]) -> Change:
    if random.random() < 0.25:
        absent, stand_in = random.choice(people), random.choice(people)
        role = random.choice(["*", *ROLES])
        until = NOW + random.choice([-1, 1, 10]) * DAY
        return Substitute(absent=absent, stand_in=stand_in, role=role, at=BEGIN, until=until, reason="x")
    until = random.choice([NEVER, NEVER, NOW + DAY, NOW - DAY])
    return AssignRole(
        person=random.choice(people),
        unit=random.choice(units),
        role=random.choice(ROLES),
        at=BEGIN,
        until=until,
    )


def _event(random: Random, people: Sequence[str], units: Sequence[str]) -> Change:
    kind = random.randrange(4)
    unit, person = random.choice(units), random.choice(people)
    if kind == 0:
        return Leave(person=person, at=NOW)
    if kind == 1:
        return EndRole(person=person, unit=unit, role=random.choice(ROLES), at=NOW)
    if kind == 2:
        return CloseUnit(unit=unit, at=NOW)
    return MoveUnit(unit=unit, parent=random.choice(units), at=NOW)


def _try(directory: Directory, changes: Sequence[Change], recorded_at: int) -> None:
    """Make those of the changes that are sound."""
    with directory.drafting(actor="x", recorded_at=recorded_at, reason="x") as draft:
        for change in changes:
            try:
                draft.apply(change)
            except InvalidInput:
                continue


def _matter(random: Random, number: int, people: Sequence[str], units: Sequence[str]) -> Matter:
    places = [None, "nowhere", *units, *units]
    matter = Matter(
        id=UUID(int=0x01890000_0000_7000_8000_000000000000 + number),
        placed=random.random() < 0.85,
        place=random.choice(places),
        owner=random.choice(places),
        confidentiality=random.choice(list(Confidentiality)),
        title="".join(random.choice(WORDS) for _ in range(random.randint(1, 3))),
        grade=random.randrange(4),
        flow=random.choice(["p", "q"]),
        due=random.choice([NEVER, NOW - DAY, NOW + DAY, NOW + 10 * DAY]),
    )
    for names in (matter.assignees, matter.candidates, matter.people):
        names.update(person for person in people if random.random() < 0.04)
    matter.units.update(unit for unit in units if random.random() < 0.05)
    groups = [f"unit:{unit}/{role}" for unit in units for role in ("*", *ROLES)]
    matter.groups.update(group for group in groups if random.random() < 0.01)
    return matter


def _header(matter: Matter) -> dict[str, Any]:
    return {
        "case_id": matter.id, "definition_key": matter.flow, "flow_name": matter.flow, "case_code": matter.code,
        "title": matter.title, "category": "", "grade": matter.grade, "confidentiality": _secrecy(matter),
        "lifecycle": "open", "source": "", "request_type": "", "received_at": NOW, "due_at": matter.due, "settled_at": None,
        "closed_at": None, "grams": grams(matter.title),
    }  # fmt: skip


def _secrecy(matter: Matter) -> int:
    # What nobody placed is not known to be less than confidential.
    return matter.confidentiality.rank if matter.placed else Confidentiality.CONFIDENTIAL.rank


def _open_tasks(tx: Transaction, matter: Matter) -> None:
    """A claimed task for each assignee, numbered from 0, and task 99, free for the candidates."""
    soon = NEVER if matter.due == NEVER else matter.due - 2 * DAY
    task = {
        "case_id": matter.id, "token_id": 1, "definition_key": "x", "element_id": "x", "name": "x", "form": None,
        "due_at": matter.due, "priority": 50, "created_at": NOW - DAY, "soon_at": soon, "urged": 0, "provisional": 0,
    }  # fmt: skip
    for number, assignee in enumerate(sorted(matter.assignees)):
        tx.write(_INSERT_TASK, {**task, "task_id": number, "status": "claimed", "assignee": assignee})
    named = [("user", name) for name in sorted(matter.candidates)]
    named += [("group", name) for name in sorted(matter.groups)]
    if named:
        tx.write(_INSERT_TASK, {**task, "task_id": FREE, "status": "open", "assignee": None})
    for kind, name in named:
        tx.write(
            _INSERT_CANDIDATE,
            {
                "case_id": matter.id, "task_id": FREE, "kind": kind, "candidate": name, "due_at": matter.due,
                "created_at": NOW - DAY, "free": 1, "soon_at": soon, "priority": 50, "grade": matter.grade,
                "confidentiality": _secrecy(matter), "flow": matter.flow, "element_id": "x",
            },
        )  # fmt: skip
