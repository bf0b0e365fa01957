"""The ladder of a limit that runs out: reminders, a card, an order, a listing, an interview, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock
from engine.calendars import Timetable
from engine.calendars.case_clock import case_clock_providers
from engine.store.tables import notices
from tests.support.bpmn import diagram, end, start, user
from tests.support.driving import check, micros
from tests.verbs.acting import props
from tests.verbs.test_clocks import CONFIG

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIMITS = """
[[limit]]
name = "handle.daily"
title = "办理"
title_en = "handling"
starts_at = "opened"
stops_at = "completed"
value = 5
unit = "workDay"
reminders = [50, 80, 100]
source = "default"
effective_from = 2020-01-01
pauses = [{ reason = "appraisal" }]
breach = [
    { action = "yellow_card", to = "unit_head" },
    { action = "supervise.order", after = "1 workDay", to = "unit_head" },
    { action = "supervise.listed", after = "3 workDay", to = "county_center" },
    { action = "reclaim" },
]
"""


class Office:
    """An engine whose one task has the limit."""

    def __init__(self, folder: Path) -> None:
        (folder / "limits").mkdir(parents=True)
        (folder / "limits" / "l.toml").write_text(LIMITS)
        (folder / "calendars").symlink_to(CONFIG / "calendars")
        timetable = Timetable.load(folder)
        self.clock = ManualClock(micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)))
        self.engine = Engine.open(
            "sqlite://", clock=self.clock, config=Config(providers=case_clock_providers(lambda: timetable))
        )
        work = user("work", groups="unit:t1/clerk", extension=props(limit="handle.daily"))
        self.engine.deploy({"p.bpmn": diagram(start("s"), work, end("e"), "s -> work -> e")}, actor="d")

    def begin(self) -> UUID:
        return self.engine.start("p", actor="li").case_id

    def at(self, day: int, hour: int = 18) -> None:
        self.clock.now = micros(datetime(2026, 3, day, hour, tzinfo=SHANGHAI))
        self.engine.run_due()

    def told(self) -> list[tuple[str, str]]:
        with self.engine.database.reading() as tx:
            query = sa.select(notices.c.kind, notices.c.addressee).order_by(notices.c.sent_at, notices.c.kind)
            return [(row[0], row[1]) for row in tx.execute(query)]

    def steps(self, case: UUID) -> list[str]:
        return [
            effect[2]["action"]
            for event in self.engine.queries.events(case)
            for effect in event.open().effects
            if effect[:2] == ["note", "ladder.step"]
        ]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path / "config")
    yield opened
    opened.engine.close()


def test_each_step_is_taken_at_its_time_once_and_told(office: Office) -> None:
    case = office.begin()
    office.at(9, 12)
    assert office.steps(case) == []
    assert office.told() == [("reminder", "group:unit:t1/clerk")] * 2
    office.at(9)
    assert office.steps(case) == ["yellow_card"]
    office.at(10)
    assert office.steps(case) == ["yellow_card", "supervise.order"]
    office.at(20)
    office.at(25)
    assert office.steps(case) == ["yellow_card", "supervise.order", "supervise.listed"]
    assert office.told()[2:] == [
        ("yellow_card", "group:unit:t1/unit_head"),
        ("supervise.order", "group:unit:t1/unit_head"),
        ("supervise.listed", "group:unit:t1/county_center"),
    ]
    check(office.engine, case)


def test_a_reminder_goes_to_whoever_has_the_task(office: Office) -> None:
    case = office.begin()
    (task,) = office.engine.tasks(case_id=case)
    office.engine.claim(case, task.id, actor="wang")
    office.at(5)
    assert office.told() == [("reminder", "user:wang")]


def test_no_step_is_taken_once_the_task_is_done(office: Office) -> None:
    case = office.begin()
    office.at(9)
    (task,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, task.id, actor="wang")
    office.at(25)
    assert office.steps(case) == ["yellow_card"]


def test_steps_taken_before_a_suspension_are_not_taken_again(office: Office) -> None:
    case = office.begin()
    office.at(9)
    office.engine.suspend(case, actor="wang", reason_code="appraisal")
    office.at(11)
    assert office.steps(case) == ["yellow_card"]
    office.engine.resume(case, actor="wang")
    office.at(25)
    assert office.steps(case) == ["yellow_card", "supervise.order", "supervise.listed"]
    check(office.engine, case)
