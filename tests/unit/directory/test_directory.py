"""The directory in the database: versions, the log, several processes, moved cases, open work without staff."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine.directory import Confidentiality, Directory
from engine.directory.changes import CloseUnit, EndRole, Leave, MoveUnit, RenameUnit
from engine.directory.draft import Change
from engine.directory.places import place_case
from engine.directory.vacancies import departed_assignees, unstaffed_groups
from engine.errors import Conflict, InvalidInput
from engine.store import NEVER, Database, insert
from engine.store.tables import case_places, task_candidates, tasks, units
from tests.unit.directory.office import BEGIN, NOW, STAFF, UNITS, VOCABULARY, away, hired, office

CASE = UUID("01890000-0000-7000-8000-000000000001")
OTHER = UUID("01890000-0000-7000-8000-000000000002")


def opened(database: Database, *changes: Change) -> Directory:
    directory = Directory(database, VOCABULARY)
    directory.change(*UNITS, *STAFF, *changes, actor="root", recorded_at=BEGIN, reason="建档")
    return directory


def move(directory: Directory, unit: str, parent: str) -> int:
    return directory.change(
        MoveUnit(unit=unit, parent=parent, at=NOW), actor="root", recorded_at=NOW, reason="区划"
    )


def test_what_is_written_is_what_another_process_reads(database: Database) -> None:
    changes = (
        RenameUnit(unit="V1", name="柳溪社区", at=NOW),
        MoveUnit(unit="T1-centre", parent="K", at=BEGIN),
        away("wang", "sun"),
        EndRole(person="li", unit="G1", role="grid_worker", at=NOW),
    )
    written = opened(database, *changes).index
    read = Directory(database, VOCABULARY).index
    assert read is not written
    assert read.version == written.version == len(UNITS) + len(STAFF) + len(changes)
    assert vars(read.register) == vars(written.register) == vars(office(*changes).register)


def test_rows_are_closed_and_added_and_only_their_end_is_ever_changed(database: Database) -> None:
    directory = opened(database)
    query = sa.select(units).order_by(units.c.unit_id, units.c.change)
    with database.reading() as tx:
        before = {tuple(row[:2]): tuple(row) for row in tx.execute(query)}
    move(directory, "V1", "T2")
    with database.reading() as tx:
        after = {tuple(row[:2]): tuple(row) for row in tx.execute(query)}
    assert set(before) < set(after)
    changed = {key for key, row in before.items() if after[key] != row}
    assert {key[0] for key in changed} == {"V1", "G1"}
    for key in changed:
        assert after[key][:-1] == before[key][:-1]
        assert (before[key][-1], after[key][-1]) == (NEVER, NOW)


def test_the_log_says_who_changed_what_when_and_why(database: Database) -> None:
    directory = opened(database)
    version = move(directory, "V1", "T2")
    (line,) = directory.log(after=version - 1)
    assert (line.change, line.actor, line.kind, line.subject, line.reason) == (
        version,
        "root",
        "MoveUnit",
        "V1",
        "区划",
    )
    assert (line.recorded_at, line.effective_at) == (NOW, NOW)
    assert line.before[0]["parent"] == "T1"
    assert line.after[0] == {
        **line.before[0],
        "parent": "T2",
        "path": "/K/T2/V1/",
        "valid_from": NOW,
        "change": version,
    }
    assert line.after[0]["valid_until"] is None
    assert [entry.kind for entry in directory.log(subject="V1")] == ["AddUnit", "MoveUnit"]
    assert len(directory.log(limit=3)) == 3


@pytest.mark.parametrize(
    "attack", ["UPDATE directory_changes SET actor = 'x'", "DELETE FROM directory_changes"]
)
def test_the_log_only_grows(database: Database, attack: str) -> None:
    opened(database)
    with pytest.raises(sa.exc.DBAPIError, match="append only"), database.transaction() as tx:
        tx.execute(sa.text(attack))


def test_a_refused_change_leaves_nothing_behind(database: Database) -> None:
    directory = opened(database)
    version = directory.index.version
    changes = (RenameUnit(unit="V1", name="甲", at=NOW), CloseUnit(unit="T1", at=NOW))
    with pytest.raises(InvalidInput):
        directory.change(*changes, actor="root", recorded_at=NOW, reason="x")
    assert directory.refresh().version == version
    row = directory.index.unit("V1", NOW)
    assert row is not None
    assert row.name == "柳溪村"


def test_a_change_needs_a_reason(database: Database) -> None:
    directory = Directory(database, VOCABULARY)
    with pytest.raises(InvalidInput):
        directory.change(*hired("li"), actor="root", recorded_at=NOW, reason=" ")


def test_a_process_sees_changes_of_another_when_it_refreshes(database: Database) -> None:
    ours = opened(database)
    theirs = Directory(database, VOCABULARY)
    before = theirs.index
    ours.change(Leave(person="li", at=NOW), actor="root", recorded_at=NOW, reason="离职")
    assert theirs.index is before
    with database.reading() as tx:
        assert theirs.refresh(tx).groups_of("li", NOW) == []
    assert theirs.refresh() is theirs.index
    assert (
        theirs.change(*hired("new"), actor="root", recorded_at=NOW, reason="入职") == ours.index.version + 1
    )


def test_of_two_changes_at_once_one_has_to_be_made_again(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    directory = opened(database)
    with (
        pytest.raises(Conflict, match="重试"),
        directory.drafting(actor="a", recorded_at=NOW, reason="x") as draft,
    ):
        draft.apply(RenameUnit(unit="V1", name="甲", at=NOW))
        # As if another process had taken the number meanwhile.
        draft.log[0] = replace(draft.log[0], change=1)
    assert directory.refresh().unit("V1", NOW) == office().unit("V1", NOW)
    database.close()


def test_moved_units_take_their_cases_along(database: Database) -> None:
    directory = opened(database)
    with database.transaction() as tx:
        index = directory.refresh(tx)
        normal = Confidentiality.NORMAL
        place_case(tx, index, CASE, at=NOW, place="G1", owner="T1-med", confidentiality=normal)
        place_case(tx, index, OTHER, at=NOW, place="V8", owner=None, confidentiality=normal)
    move(directory, "V1", "T2")
    move(directory, "T1-centre", "K")
    query = sa.select(case_places.c.place_path, case_places.c.owner_path).order_by(case_places.c.case_id)
    with database.reading() as tx:
        assert [tuple(row) for row in tx.execute(query)] == [
            ("/K/T2/V1/G1/", "/K/T1-centre/T1-med/"),
            (None, None),
        ]


def test_open_work_without_staff_is_found(database: Database) -> None:
    directory = opened(database)
    task = {
        "case_id": CASE, "task_id": 1, "token_id": 1, "definition_key": "x", "element_id": "x", "name": "x",
        "form": None, "status": "claimed", "assignee": "li", "due_at": NEVER, "priority": 50, "created_at": 1,
        "soon_at": NEVER, "urged": 0, "provisional": 0,
    }  # fmt: skip
    waiting = {"free": 1, "soon_at": 1, "priority": 50, "grade": 3, "confidentiality": 0, "flow": "x"}
    groups = ("unit:T1-med/*", "unit:T1-med/leader", "unit:G1/grid_worker", "platform")
    with database.transaction() as tx:
        tx.write_many(insert(tasks), [task, {**task, "task_id": 2, "assignee": "wang"}])
        tx.write_many(
            insert(task_candidates),
            [
                {
                    "case_id": CASE,
                    "task_id": 3,
                    "kind": "group",
                    "candidate": group,
                    "due_at": 1,
                    "created_at": 1,
                    "element_id": "x",
                    **waiting,
                }
                for group in groups
            ],
        )
    directory.change(Leave(person="li", at=NOW), actor="root", recorded_at=NOW, reason="离职")
    with database.reading() as tx:
        index = directory.refresh(tx)
        assert departed_assignees(tx, index, NOW - 1) == []
        assert departed_assignees(tx, index, NOW) == ["li"]
        assert unstaffed_groups(tx, index, NOW - 1) == ["unit:T1-med/leader"]
        assert unstaffed_groups(tx, index, NOW) == ["unit:G1/grid_worker", "unit:T1-med/leader"]
