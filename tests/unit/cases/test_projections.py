"""Commands write down whom a case concerns and what lists show of it; a rebuild comes to the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.cases.codes import is_code
from engine.cases.grams import grams, pairs, plain
from engine.cases.rebuilding import PROJECTIONS, all_cases
from engine.directory import Directory, Index
from engine.directory.changes import MoveUnit
from engine.errors import InvalidInput
from engine.history import Verifier
from engine.inbox import Box, CaseFilters, Cases, Filters, Inbox, Sort, Tail, viewer_of
from engine.runtime import Settings
from engine.store import NEVER
from engine.store.probe import Counter
from engine.store.tables import (
    case_headers,
    case_parties_units,
    case_people,
    case_places,
    done_tasks,
    inbox_changes,
    task_candidates,
    tasks,
)
from tests.support.bpmn import diagram, end, start, user
from tests.unit.directory.office import BEGIN, DAY, NOW, STAFF, UNITS, VOCABULARY

WORK = (
    start("s"),
    user("first", groups="unit:G1/grid_worker"),
    user("second", groups="unit:T1-med/mediator"),
)


@dataclass
class Place:
    """An engine with the small directory, one process of two tasks, and a clock."""

    engine: Engine
    clock: ManualClock

    @property
    def index(self) -> Index:
        assert self.engine.directory is not None
        return self.engine.directory.index

    def begin(self, actor: str = "li", **variables: Any) -> UUID:
        return self.engine.start("p", variables, actor=actor).case_id

    def task(self, case_id: UUID) -> int:
        return self.engine.tasks(case_id=case_id)[0].id

    def rows(self, table: sa.Table, *columns: str) -> list[tuple[Any, ...]]:
        query = sa.select(*(table.c[name] for name in columns))
        with self.engine.database.reading() as tx:
            return sorted((tuple(row) for row in tx.execute(query)), key=repr)

    def header(self, case_id: UUID) -> dict[str, Any]:
        query = sa.select(case_headers).where(case_headers.c.case_id == case_id)
        with self.engine.database.reading() as tx:
            return dict(tx.execute(query).one()._mapping)


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    clock = ManualClock(NOW)
    with Engine.open(database_url, clock=clock) as engine:
        engine.directory = Directory(engine.database, VOCABULARY)
        engine.directory.change(*UNITS, *STAFF, actor="x", recorded_at=BEGIN, reason="x")
        engine.deploy({"p.bpmn": diagram(*WORK, end("e"), "s -> first -> second -> e")}, actor="x")
        yield Place(engine, clock)


def test_a_case_gets_a_code_of_its_own_and_shows_its_plain_variables(place: Place) -> None:
    case_id = place.begin(title=" 邻里 纠纷 ", category=["民生", "住房"], grade="red", source="grid")
    found = place.header(case_id)
    assert is_code(found["case_code"])
    assert found["case_code"].startswith("P-19750624-")
    assert (found["title"], found["category"], found["grade"]) == ("邻里 纠纷", "民生/住房", 0)
    assert (found["lifecycle"], found["received_at"], found["due_at"]) == ("open", NOW, NEVER)
    assert place.header(place.begin())["case_code"] != found["case_code"]


def test_a_slip_in_a_code_is_noticed(place: Place) -> None:
    code = place.header(place.begin())["case_code"]
    letters = [position for position, letter in enumerate(code) if letter != "-"][-10:]
    for position in letters:
        wrong = "0" if code[position] != "0" else "1"
        assert not is_code(code[:position] + wrong + code[position + 1 :])
    assert is_code(code.lower())
    assert is_code(code[:-6] + code[-5:])
    assert not is_code("P-19750624")


def test_a_code_given_is_kept_but_never_shared(place: Place) -> None:
    first, second = place.begin(case_code="JF-1"), place.begin(case_code="JF-1")
    assert place.header(first)["case_code"] == "JF-1"
    assert is_code(place.header(second)["case_code"])


def test_a_header_follows_its_variables_to_the_end(place: Place) -> None:
    case_id = place.begin(title="甲")
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    place.engine.set_variables(case_id, {"title": "乙", "due_at": moment, "grade": "orange"}, actor="li")
    found = place.header(case_id)
    assert (found["title"], found["grade"], found["due_at"]) == ("乙", 1, 1772409600000000)
    assert place.rows(task_candidates, "grade") == [(1,)]
    place.engine.set_variables(case_id, {"settled_at": moment}, actor="li")
    assert place.header(case_id)["lifecycle"] == "monitoring"
    for _ in range(2):
        place.engine.complete(case_id, place.task(case_id), {}, actor="wang")
    found = place.header(case_id)
    assert (found["lifecycle"], found["closed_at"], found["received_at"]) == ("closed", NOW, NOW)
    cancelled = place.begin()
    place.engine.cancel(cancelled, actor="li")
    assert place.header(cancelled)["lifecycle"] == "cancelled"


def test_what_a_request_is_follows_its_variable_and_is_made_again_from_the_log(place: Place) -> None:
    case_id, untyped = place.begin(request_type="complaint"), place.begin()
    assert (place.header(case_id)["request_type"], place.header(untyped)["request_type"]) == ("complaint", "")
    place.engine.set_variables(case_id, {"request_type": "consult"}, actor="li")
    assert place.header(case_id)["request_type"] == "consult"
    with place.engine.database.transaction() as tx:
        # As a case of before has it.
        tx.execute(case_headers.update().values(request_type=""))
    [found] = Verifier(place.engine).verify(case_id).findings
    assert found.place == "case_headers.request_type"
    assert place.engine.projections.rebuild(case_id)
    assert place.header(case_id)["request_type"] == "consult"
    assert Verifier(place.engine).verify(case_id).is_sound


def test_a_value_of_another_kind_is_not_shown(place: Place) -> None:
    found = place.header(place.begin(title=7, grade=["red"], category=None, due_at="soon", received_at=3))
    assert (found["title"], found["grade"], found["category"], found["due_at"]) == ("p", 3, "", NEVER)


def test_whom_a_case_concerns(place: Place) -> None:
    case_id = place.begin(grid="G1", owner_unit="T1-med", owner_user="qian", confidentiality="敏感")
    assert place.rows(case_places, "place_path", "owner_unit", "confidentiality") == [
        ("/K/T1/V1/G1/", "T1-med", "sensitive")
    ]
    first = place.task(case_id)
    place.engine.claim(case_id, first, actor="li")
    place.engine.copy(case_id, first, ["zhao"], actor="li")
    place.engine.complete(case_id, first, {}, actor="li")
    place.engine.complete(case_id, place.task(case_id), {}, actor="wang")
    assert place.rows(case_people, "person_id", "part") == [
        ("li", "handler"), ("li", "submitter"), ("qian", "owner"), ("wang", "handler"), ("zhao", "copied"),
    ]  # fmt: skip
    assert place.rows(case_parties_units, "unit_id") == [("G1",), ("T1-med",)]
    assert place.rows(done_tasks, "person", "element_id") == [("li", "first"), ("wang", "second")]


def test_owners_change_and_consent_is_withdrawn(place: Place) -> None:
    case_id = place.begin(grid="G1", owner_user="qian")
    place.engine.set_variables(case_id, {"owner_user": "wang", "grid": "G3"}, actor="li")
    assert ("wang", "owner") in place.rows(case_people, "person_id", "part")
    assert ("qian", "owner") not in place.rows(case_people, "person_id", "part")
    assert place.rows(case_places, "place_path") == [("/K/V3/G3/",)]
    place.engine.set_variables(case_id, {"withdrawn_units": ["G1", "T1-med"]}, actor="li")
    assert place.rows(case_parties_units, "unit_id") == []
    place.engine.complete(case_id, place.task(case_id), {}, actor="li")
    assert place.rows(case_parties_units, "unit_id") == []


def test_an_unknown_word_for_confidentiality_is_the_highest(place: Place) -> None:
    place.begin(grid="G1", confidentiality="secret!")
    assert place.rows(case_places, "confidentiality") == [("confidential",)]


def test_a_recalled_completion_is_not_done(place: Place) -> None:
    case_id = place.begin(grid="G1")
    first = place.task(case_id)
    place.engine.claim(case_id, first, actor="li")
    place.engine.complete(case_id, first, {}, actor="li")
    assert len(place.rows(done_tasks, "person")) == 1
    place.engine.recall(case_id, first, actor="li")
    assert place.rows(done_tasks, "person") == []


def test_a_taken_task_leaves_the_boxes_of_the_others(place: Place) -> None:
    case_id = place.begin(grid="G1")
    inbox = Inbox(place.engine.database)
    li = viewer_of(place.index, "li", NOW)
    assert inbox.counts(li)[Box.CLAIMABLE] == 1
    place.engine.claim(case_id, place.task(case_id), actor="li")
    counts = inbox.counts(li)
    assert (counts[Box.CLAIMABLE], counts[Box.TODO], counts[Box.STARTED]) == (0, 1, 1)
    place.engine.unclaim(case_id, place.task(case_id), actor="li")
    assert inbox.counts(li)[Box.CLAIMABLE] == 1
    place.engine.complete(case_id, place.task(case_id), {}, actor="li")
    counts = inbox.counts(li)
    assert (counts[Box.TODO], counts[Box.DONE]) == (0, 1)
    row = inbox.page(li, Box.DONE).rows[0]
    assert (row.step, row.completed_at, row.overdue) == ("first", NOW, False)
    mediators = inbox.page(viewer_of(place.index, "wang", NOW), Box.TODO).rows
    assert [(row.case_id, row.step, row.unit, row.place) for row in mediators] == [
        (case_id, "second", "T1-med", "G1")
    ]


def test_a_rebuild_comes_to_the_same_rows(place: Place) -> None:
    case_id = place.begin(grid="G1", title="甲", case_code="JF-9", owner_user="qian")
    place.engine.claim(case_id, place.task(case_id), actor="li")
    place.engine.complete(case_id, place.task(case_id), {}, actor="li")
    place.engine.transfer(case_id, place.task(case_id), "zhao", actor="wang", superior=True)
    assert place.engine.projections.differences(case_id) == []
    with place.engine.database.transaction() as tx:
        for table in PROJECTIONS:
            tx.execute(table.delete())
        tx.execute(task_candidates.update().values(flow="?", grade=0))
    assert len(place.engine.projections.differences(case_id)) == len(PROJECTIONS) + 1
    assert [place.engine.projections.rebuild(found) for found in all_cases(place.engine.database)] == [True]
    assert place.engine.projections.differences(case_id) == []
    assert place.header(case_id)["case_code"] == "JF-9"
    assert place.rows(task_candidates, "flow", "grade", "free") == [("p", 3, 0)]
    assert not place.engine.projections.rebuild(UUID(int=1))


def test_a_moved_unit_takes_its_cases_along(place: Place) -> None:
    place.begin(grid="G1")
    assert place.engine.directory is not None
    move = MoveUnit(unit="V1", parent="T2", at=NOW)
    place.engine.directory.change(move, actor="x", recorded_at=NOW, reason="x")
    assert place.rows(case_places, "place_path") == [("/K/T2/V1/G1/",)]


def test_without_a_directory_there_are_headers_and_nothing_else(place: Place) -> None:
    place.engine.directory = None
    case_id = place.begin(grid="G1")
    place.engine.complete(case_id, place.task(case_id), {}, actor="li")
    assert place.header(case_id)["title"] == "p"
    for table in (case_places, case_people, case_parties_units, done_tasks, inbox_changes):
        assert place.rows(table, "case_id") == []


def test_a_completion_costs_few_statements(place: Place) -> None:
    case_id = place.begin(grid="G1")
    place.engine.claim(case_id, place.task(case_id), actor="li")
    counter = Counter()
    task = place.task(case_id)
    with place.engine.database.probed(counter):
        place.engine.complete(case_id, task, {}, actor="li", idempotency_key="k")
    assert len(counter.statements) <= 15
    if place.engine.database.dialect == "postgresql":
        assert len(counter.statements) <= 12
        assert counter.round_trips <= 2


def test_who_follows_hears_of_each_change_once(place: Place) -> None:
    tail = Tail(place.engine.database, place.clock)
    case_id = place.begin(grid="G1")
    place.clock.advance(1)
    (change,) = tail.read()
    assert change.case_id == case_id
    assert change.concerns(viewer_of(place.index, "li", NOW))
    assert not change.concerns(viewer_of(place.index, "sun", NOW))
    assert tail.read() == []
    place.engine.set_variables(case_id, {"x": 1}, actor="li")
    assert tail.read() == []
    place.engine.claim(case_id, place.task(case_id), actor="li")
    assert [change.people for change in tail.read()] == [frozenset({"li"})]
    assert tail.prune(place.clock() + 1) == 2
    assert place.rows(inbox_changes, "seq") == []


def test_search_finds_words_in_titles_and_codes(place: Place) -> None:
    case_id = place.begin(grid="G1", title="柳溪 Ａ栋噪声扰民", case_code="JF-7")
    other = place.begin(grid="G1", title="100%_欠薪")
    lists, li = Cases(place.engine.database), viewer_of(place.index, "li", NOW)

    def found(text: str) -> set[UUID]:
        return {row.case_id for row in lists.page(li, CaseFilters(text=text)).rows}

    assert found("噪声") == found("扰民 柳溪") == found("jf-7") == {case_id}
    assert found("00%") == found("00%_欠薪") == {other}
    assert found("00__欠薪") == set()
    assert found("噪扰") == set()
    for short in ("噪", " ", "", "!"):
        with pytest.raises(InvalidInput):
            found(short)


def test_pairs_of_characters() -> None:
    assert pairs("邻里，纠纷") == ["邻里", "里纠", "纠纷"]
    assert pairs("Ａb c") == ["ab", "bc"]
    assert pairs("好") == ["好"]
    assert pairs("…") == []
    assert grams("啊啊啊", "啊啊") == ["啊啊"]
    assert plain("ＡＢ-１") == "ab1"


def test_only_what_a_list_offers_is_accepted(place: Place) -> None:
    inbox, li = Inbox(place.engine.database), viewer_of(place.index, "li", NOW)
    for _ in range(3):
        place.begin(grid="G1")
    cursor = inbox.page(li, Box.TODO, limit=1).next
    assert cursor is not None
    assert len(inbox.page(li, Box.TODO, cursor=cursor).rows) == 2
    wrong: list[dict[str, Any]] = [
        {"box": Box.DONE, "sort": Sort.GRADE},
        {"box": Box.TODO, "limit": 0},
        {"box": Box.TODO, "limit": 201},
        {"box": Box.CLAIMABLE, "cursor": cursor},
        {"box": Box.TODO, "sort": Sort.GRADE, "cursor": cursor},
        {"box": Box.TODO, "cursor": cursor + "A"},
        {"box": Box.TODO, "cursor": "é"},
        {"box": Box.TODO, "cursor": "W10"},
        {"box": Box.TODO, "cursor": "x" * 10_000},
        {"box": Box.TODO, "filters": Filters(grade="green")},
    ]
    for options in wrong:
        with pytest.raises(InvalidInput):
            inbox.page(li, **options)


def test_due_soon_is_from_the_last_reminder_or_a_day_before(place: Place) -> None:
    due = datetime.fromtimestamp((NOW + 3 * DAY) // 1_000_000, UTC)
    parts = (start("s"), user("a", groups="unit:G1/grid_worker", due="=due"), end("e"), "s -> a -> e")
    place.engine.deploy({"q.bpmn": diagram(*parts, key="q")}, actor="x")
    place.engine.start("q", {"due": due, "grid": "G1"}, actor="li")
    inbox = Inbox(place.engine.database)

    def counted(at: int) -> tuple[int, int]:
        counts = inbox.counts(viewer_of(place.index, "li", at))
        return counts[Box.DUE_SOON], counts[Box.OVERDUE]

    assert counted(NOW) == (0, 0)
    assert counted(NOW + 2 * DAY) == (1, 0)
    assert counted(NOW + 3 * DAY) == (0, 1)
    row = inbox.page(viewer_of(place.index, "li", NOW + 2 * DAY), Box.DUE_SOON).rows[0]
    assert (row.due_soon, row.overdue, row.due_at) == (True, False, NOW + 3 * DAY)


def test_a_header_that_was_altered_is_found(place: Place) -> None:
    case_id = place.begin(title="甲", grade="red", received_at=datetime(2026, 3, 2, tzinfo=UTC))
    place.engine.set_variables(case_id, {"received_at": None, "title": "乙"}, actor="li")
    verifier = Verifier(place.engine)
    assert verifier.verify(case_id).is_sound
    with place.engine.database.transaction() as tx:
        tx.execute(case_headers.update().values(title="丙", due_at=7))
    found = verifier.verify(case_id).findings
    assert [(each.rule, each.place) for each in found] == [
        ("row.case_headers", "case_headers.title"),
        ("row.case_headers", "case_headers.due_at"),
    ]
    place.engine.projections.rebuild(case_id)
    assert verifier.verify(case_id).is_sound
    with place.engine.database.transaction() as tx:
        tx.execute(case_headers.delete())
    assert [each.place for each in verifier.verify(case_id).findings] == ["case_headers"]


def test_how_long_before_its_end_a_task_is_due_soon_is_configured() -> None:
    clock = ManualClock(NOW)
    hour = 3_600 * 1_000_000
    parts = (start("s"), user("u", due='=now() + duration("PT10H")'), end("e"), "s -> u -> e")
    for hours, soon in ((1, NOW + 9 * hour), (24, NOW)):
        config = Config(settings=Settings(soon_seconds=hours * 3_600))
        with Engine.open("sqlite://", clock=clock, config=config) as engine:
            engine.deploy({"p.bpmn": diagram(*parts)}, actor="x")
            case_id = engine.start("p", {}, actor="li").case_id
            assert engine.projections.differences(case_id) == []
            with engine.database.reading() as tx:
                assert tx.execute(sa.select(tasks.c.soon_at)).scalars().all() == [soon]
