"""The limit of a case as a whole: started by its process, stopped when it is settled, moved as its rule allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.calendars import Timetable
from engine.calendars.case_clock import case_clock_providers
from engine.errors import Conflict, Refusal
from engine.history import TaskClock, task_clocks
from engine.store import NEVER
from engine.store.tables import case_headers
from tests.support.bpmn import end, file, process, properties, start, user
from tests.support.driving import check, micros

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONFIG = Path(__file__).parents[2] / "config"
ROW = """
[[limit]]
name = "{name}"
title = "全案"
title_en = "the case"
starts_at = "started"
stops_at = "settled"
value = {value}
unit = "workDay"
restarts = {restarts}
source = "default"
effective_from = 2020-01-01
pauses = [{{ reason = "appraisal" }}]
extension = {{ approver = "leader", longest = "3 workDay", times = 1 }}
"""
LIMITS = "".join(
    (
        ROW.format(name="case.daily", value=5, restarts="false"),
        ROW.format(name="case.hard", value=10, restarts="false"),
        ROW.format(name="case.again", value=5, restarts="true"),
        ROW.format(name="step.daily", value=2, restarts="false"),
    )
)
FLOW = "s -> first -> second -> e"
BY_KIND = '=if kind = null then null else "case." + kind'


@dataclass
class Office:
    """An engine with a calendar and limits of cases. Monday 2 March 2026, 09:00."""

    engine: Engine
    clock: ManualClock
    timetables: list[Timetable]

    def run(self, limit: str = "case.daily", begins: str = "", step: str = "", **variables: Any) -> UUID:
        """Deploy a process of two tasks whose cases have a limit, and start one."""
        said = {"bihuan:limit": limit, **({"bihuan:limit_start": begins} if begins else {})}
        second = user("second", extension=properties({"bihuan:limit": step}) if step else "")
        parts = (start("s"), user("first"), second, end("e"), FLOW)
        self.engine.deploy({"p.bpmn": file(process("p", *parts, extension=properties(said)))}, actor="d")
        return self.engine.start("p", variables, actor="li").case_id

    def at(self, day: int, hour: int = 9) -> None:
        """Let it be a moment of March 2026 in Shanghai."""
        self.clock.now = micros(datetime(2026, 3, day, hour, tzinfo=SHANGHAI))

    def due(self, case: UUID) -> str | None:
        """What the header of a case says it is due, in Shanghai."""
        query = sa.select(case_headers.c.due_at).where(case_headers.c.case_id == case)
        with self.engine.database.reading() as tx:
            due = tx.execute(query).scalar_one()
        if due == NEVER:
            return None
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=due)
        return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")

    def set(self, case: UUID, **variables: Any) -> None:
        """Correct variables."""
        self.engine.set_variables(case, variables, actor="li")

    def settle(self, case: UUID) -> None:
        """Say that it is settled now."""
        self.set(case, settled_at=datetime.fromtimestamp(self.clock.now / 1e6, tz=UTC))

    def complete(self, case: UUID) -> None:
        """Do the open task."""
        (task,) = self.engine.tasks(case_id=case)
        self.engine.complete(case, task.id, {}, actor="li")

    def told(self, case: UUID) -> TaskClock | None:
        """The account of the case's own limit."""
        found = task_clocks(self.engine, self.timetables[-1], case, self.clock.now)
        return next((clock for clock in found if clock.task is None), None)


def calendars(more: str = "") -> dict[str, bytes]:
    files = {path.name: path.read_text(encoding="utf-8") for path in (CONFIG / "calendars").glob("*.toml")}
    files["cn.toml"] += more
    return {name: text.encode() for name, text in files.items()}


@pytest.fixture
def office() -> Iterator[Office]:
    timetables = [Timetable.read(calendars(), {"limits.toml": LIMITS.encode()})]
    clock = ManualClock(micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)))
    config = Config(providers=case_clock_providers(lambda: timetables[-1]))
    with Engine.open("sqlite://", clock=clock, config=config) as engine:
        yield Office(engine, clock, timetables)
        for case_id in engine.case_ids():
            check(engine, case_id)
            assert engine.projections.differences(case_id) == []


def test_a_case_is_due_by_the_limit_of_its_process(office: Office) -> None:
    case = office.run()
    assert office.due(case) == "03-09 18:00"
    office.at(4)
    office.complete(case)
    assert office.due(case) == "03-09 18:00"
    told = office.told(case)
    assert told is not None
    assert (told.element, told.limit, told.stopped) == ("p", "case.daily", None)


def test_without_the_property_nothing_is_due(office: Office) -> None:
    parts = (start("s"), user("first"), end("e"), "s -> first -> e")
    office.engine.deploy({"p.bpmn": file(process("p", *parts))}, actor="d")
    case = office.engine.start("p", {}, actor="li").case_id
    assert office.due(case) is None
    assert office.told(case) is None


def test_a_due_time_that_is_given_goes_before(office: Office) -> None:
    case = office.run(source_due_at=datetime(2026, 3, 20, 4, tzinfo=UTC))
    assert office.due(case) == "03-20 12:00"


def test_settling_stops_it_and_it_goes_on_when_that_is_taken_back(office: Office) -> None:
    case = office.run()
    office.at(4)
    office.settle(case)
    stopped = office.told(case)
    assert stopped is not None
    assert stopped.stopped == office.clock.now
    office.at(6)
    office.set(case, settled_at=None)
    assert office.due(case) == "03-11 18:00"
    told = office.told(case)
    assert told is not None
    assert told.stopped is None
    assert sum(each.seconds for each in told.ledger.segments) == 4 * 24 * 3600


def test_it_begins_anew_after_a_reopening_where_its_rule_says_so(office: Office) -> None:
    case = office.run("case.again")
    office.at(4)
    office.settle(case)
    office.at(16)
    office.set(case, settled_at=None)
    assert office.due(case) == "03-23 18:00"


def test_it_stands_with_the_case_only_for_reasons_its_rule_allows(office: Office) -> None:
    case = office.run()
    for reason, day, due in (("busy", 3, "03-09 18:00"), ("appraisal", 5, "03-10 18:00")):
        office.at(day)
        office.engine.suspend(case, reason_code=reason, actor="li")
        office.at(day + 1)
        office.engine.resume(case, actor="li")
        assert office.due(case) == due


def test_settled_while_it_stands_still(office: Office) -> None:
    case = office.run()
    office.engine.suspend(case, reason_code="appraisal", actor="li")
    office.at(5)
    office.engine.cancel(case, actor="li")
    told = office.told(case)
    assert told is not None
    assert told.stopped == office.clock.now


def test_it_follows_what_is_known_of_the_case(office: Office) -> None:
    case = office.run(BY_KIND)
    assert office.due(case) is None
    office.at(4)
    office.set(case, kind="daily")
    assert office.due(case) == "03-09 18:00"
    office.engine.suspend(case, reason_code="appraisal", actor="li")
    office.at(5)
    office.engine.resume(case, actor="li")
    office.set(case, kind="hard")
    assert office.due(case) == "03-17 18:00"
    office.set(case, kind=None)
    assert office.due(case) is None


def test_it_may_begin_at_a_milestone(office: Office) -> None:
    case = office.run(begins="=admitted_at")
    assert office.due(case) is None
    office.at(4)
    office.set(case, admitted_at=datetime(2026, 3, 3, 2, tzinfo=UTC))
    assert office.due(case) == "03-10 18:00"
    office.set(case, admitted_at=datetime(2026, 3, 4, 2, tzinfo=UTC))
    assert office.due(case) == "03-11 18:00"


def test_a_limit_nobody_configured_keeps_nobody_from_work(office: Office) -> None:
    case = office.run("ghost")
    assert office.due(case) is None
    (event,) = office.engine.queries.events(case)
    assert [effect[1] for effect in event.open().effects if effect[0] == "note"] == ["limit.failed"]
    office.complete(case)
    with pytest.raises(Conflict):
        office.engine.extend(case, None, more="1 workDay", approved_by="wang", actor="li")


def test_it_is_extended_by_somebody_else_as_its_rule_allows(office: Office) -> None:
    case = office.run()
    with pytest.raises(Refusal, match="以外的人"):
        office.engine.extend(case, None, more="3 workDay", approved_by="li", actor="li")
    with pytest.raises(Refusal) as refused:
        office.engine.extend(case, None, more="4 workDay", approved_by="wang", actor="li")
    assert refused.value.rule == "limit.extension.longest"
    office.engine.extend(case, None, more="3 workDay", approved_by="wang", actor="li")
    assert office.due(case) == "03-12 18:00"
    with pytest.raises(Refusal) as twice:
        office.engine.extend(case, None, more="1 workDay", approved_by="wang", actor="li")
    assert twice.value.rule == "limit.extension.times"


def test_it_has_the_time_its_steps_are_given(office: Office) -> None:
    case = office.run(step="step.daily")
    office.complete(case)
    (task,) = office.engine.tasks(case_id=case)
    office.engine.extend(case, task.id, more="2 workDay", approved_by="wang", actor="li")
    assert office.due(case) == "03-11 18:00"


def test_a_corrected_calendar_moves_it(office: Office) -> None:
    case = office.run()
    settled = office.engine.start("p", {}, actor="li").case_id
    office.settle(settled)
    holiday = '[[days]]\ndate = 2026-03-05\nkind = "holiday"\nname = "地方放假"\nsource = "通知"\n'
    office.timetables.append(Timetable.read(calendars(holiday), {"limits.toml": LIMITS.encode()}))
    (moved,) = office.engine.recalculate(actor="admin", reason="3月5日地方放假")
    assert moved.case_id == case
    assert office.due(case) == "03-10 18:00"
    assert office.engine.recalculate(actor="admin", reason="again") == []
