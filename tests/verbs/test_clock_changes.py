"""Clocks that run already go over to another rule when two people say so, and move with a corrected calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine import Config, Engine, ManualClock, canonical
from engine.calendars import Timetable
from engine.calendars.case_clock import case_clock_providers
from engine.errors import Conflict, InvalidInput, NotFound, Refusal
from engine.history import task_clocks
from engine.store.tables import clock_changes, vault_entries
from tests.support.bpmn import diagram, end, start, user
from tests.support.driving import check, micros
from tests.verbs.acting import props
from tests.verbs.test_clocks import CONFIG

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROW = """
[[limit]]
name = "{name}"
title = "办理"
title_en = "handling"
starts_at = "opened"
stops_at = "completed"
value = {days}
unit = "workDay"
source = "default"
effective_from = {since}
"""
OLD = ROW.format(name="handle.daily", days=5, since="2020-01-01")
OTHER = ROW.format(name="handle.other", days=5, since="2020-01-01")
NEW = ROW.format(name="handle.daily", days=8, since="2026-03-10")
CALENDARS = {path.name: path.read_bytes() for path in (CONFIG / "calendars").glob("*.toml")}
LOCAL = '[[days]]\ndate = 2026-03-05\nkind = "holiday"\nname = "地方放假"\nsource = "通知"\n'


class Office:
    """An engine with two limits; files may be replaced."""

    def __init__(self, folder: Path) -> None:
        self.write(OLD + OTHER)
        self.clock = ManualClock(micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)))
        providers = case_clock_providers(lambda: self.timetable)
        self.engine = Engine.open("sqlite://", clock=self.clock, config=Config(providers=providers))
        for limit in ("daily", "other"):
            work = user("work", extension=props(limit=f"handle.{limit}"))
            source = diagram(start("s"), work, end("e"), "s -> work -> e", key=limit)
            self.engine.deploy({f"{limit}.bpmn": source}, actor="d")
        self.daily = [self.engine.start("daily", actor="li").case_id for _ in range(3)]
        self.other = self.engine.start("other", actor="li").case_id

    def write(self, limits: str, calendars: dict[str, bytes] = CALENDARS) -> None:
        self.timetable = Timetable.read(calendars, {"l.toml": limits.encode()})

    def ends(self) -> list[str]:
        """When the tasks end, those of the daily limit first."""
        due = [self.engine.tasks(case_id=case)[0].due_at for case in (*self.daily, self.other)]
        return [f"{datetime.fromtimestamp((at or 0) / 1e6, SHANGHAI):%m-%d}" for at in due]

    def carry_out(self, batch: int = 200) -> int:
        rounds = 0
        while self.engine.clock_changes.carry_out(batch=batch):
            rounds += 1
        return rounds


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = Office(tmp_path)
    with opened.engine:
        yield opened


def test_a_new_rule_leaves_running_clocks_alone_until_two_people_decide(office: Office) -> None:
    changes = office.engine.clock_changes
    office.write(OLD + NEW + OTHER)
    proposed = changes.propose("handle.daily", actor="li", reason="条例修订")
    office.carry_out()
    assert office.ends() == ["03-09", "03-09", "03-09", "03-09"]
    with pytest.raises(Refusal) as refused:
        changes.approve(proposed.change, actor="li")
    assert refused.value.rule == "limits.two_people"
    changes.approve(proposed.change, actor="wang")
    office.carry_out()
    assert office.ends() == ["03-12", "03-12", "03-12", "03-09"]
    done = changes.get(proposed.change)
    assert (done.status, done.moved, done.failed, done.decided_by) == ("done", 3, 0, "wang")


def test_each_case_says_what_moved_it_and_who_decided(office: Office) -> None:
    changes = office.engine.clock_changes
    office.write(OLD + NEW + OTHER)
    number = changes.propose("handle.daily", actor="li", reason="条例修订").change
    changes.approve(number, actor="wang")
    office.carry_out()
    last = list(office.engine.queries.events(office.daily[0]))[-1]
    assert (last.head.kind, last.head.actor) == ("recalculate", "bihuan.clocks")
    (note,) = [effect[2] for effect in last.open().effects if effect[:2] == ["note", "limit.moved"]]
    assert note["rule"]["change"] == number
    assert (note["rule"]["proposed_by"], note["rule"]["approved_by"]) == ("li", "wang")
    for case in office.daily:
        check(office.engine, case)
    assert [event.head.kind for event in office.engine.queries.events(office.other)] == ["start"]


def test_it_goes_on_where_it_was_and_moves_no_case_twice(office: Office) -> None:
    changes = office.engine.clock_changes
    office.write(OLD + NEW + OTHER)
    number = changes.propose("handle.daily", actor="li", reason="条例修订").change
    changes.approve(number, actor="wang")
    assert changes.carry_out(batch=2) == 2
    assert (changes.get(number).status, changes.get(number).moved) in [("approved", 1), ("approved", 2)]
    with office.engine.database.transaction() as tx:
        # As if whoever was at the first batch had died before it was noted.
        tx.execute(clock_changes.update().values(reached=None, moved=0))
    assert office.carry_out(batch=1) == 4
    assert changes.get(number).status == "done"
    kinds = [[event.head.kind for event in office.engine.queries.events(case)] for case in office.daily]
    assert kinds == [["start", "recalculate"]] * 3


def test_a_clock_that_was_moved_goes_on_under_its_new_rule(office: Office) -> None:
    changes = office.engine.clock_changes
    office.write(OLD + NEW + OTHER)
    number = changes.propose("handle.daily", actor="li", reason="条例修订").change
    changes.approve(number, actor="wang")
    office.carry_out()
    office.clock.now = micros(datetime(2026, 3, 9, 18, 1, tzinfo=SHANGHAI))
    assert office.engine.run_due() == 1
    office.clock.now = micros(datetime(2026, 3, 12, 18, 1, tzinfo=SHANGHAI))
    assert office.engine.run_due() == 3


def test_what_is_wrong_with_a_proposal_is_said(office: Office) -> None:
    changes = office.engine.clock_changes
    with pytest.raises(NotFound):
        changes.propose("handle.unknown", actor="li", reason="r")
    with pytest.raises(NotFound):
        changes.propose("handle.daily", actor="li", reason="r", version="0" * 16)
    with pytest.raises(InvalidInput):
        changes.propose("handle.daily", actor="li", reason=" ")
    with pytest.raises(NotFound):
        changes.approve(7, actor="wang")
    number = changes.propose("handle.daily", actor="li", reason="r").change
    assert changes.reject(number, actor="li").status == "rejected"
    with pytest.raises(Conflict):
        changes.approve(number, actor="wang")
    assert [change.change for change in changes.all(status="rejected")] == [number]


def test_a_corrected_calendar_is_noticed_and_moves_what_it_touches(office: Office) -> None:
    changes = office.engine.clock_changes
    assert changes.notice_calendars() == []
    assert changes.notice_calendars() == []
    office.write(OLD + OTHER, {**CALENDARS, "cn.toml": CALENDARS["cn.toml"] + LOCAL.encode()})
    (noticed,) = changes.notice_calendars()
    assert changes.notice_calendars() == []
    office.carry_out(batch=3)
    assert office.ends() == ["03-10"] * 4
    assert changes.get(noticed.change).moved == 4
    assert office.carry_out() == 0


def test_a_holiday_next_week_moves_open_clocks_alone_each_with_its_reason_and_ledgers_add_up(
    office: Office,
) -> None:
    """On Thursday the next Monday becomes a holiday: one task is done, one is due before, three are open."""
    changes, engine = office.engine.clock_changes, office.engine
    changes.notice_calendars()
    short = ROW.format(name="handle.other", days=4, since="2026-03-02")
    office.write(OLD + OTHER + short)
    early = engine.start("other", actor="li").case_id
    begun = office.clock.now
    done, *opened = office.daily
    office.clock.now = micros(datetime(2026, 3, 5, 9, tzinfo=SHANGHAI))
    (task,) = engine.tasks(case_id=done)
    engine.complete(done, task.id, {}, actor="li")
    before = len(list(engine.queries.events(done)))
    early_due = engine.tasks(case_id=early)[0].due_at
    holiday = LOCAL.replace("2026-03-05", "2026-03-09").encode()
    office.write(OLD + OTHER + short, {**CALENDARS, "cn.toml": CALENDARS["cn.toml"] + holiday})
    (noticed,) = changes.notice_calendars()
    office.carry_out()
    assert changes.get(noticed.change).moved == 4
    for case in (*opened, office.other):
        (task,) = engine.tasks(case_id=case)
        assert task.due_at == micros(datetime(2026, 3, 10, 18, tzinfo=SHANGHAI))
        *_, last = engine.queries.events(case)
        (note,) = [effect[2] for effect in last.open().effects if effect[:2] == ["note", "limit.moved"]]
        assert last.head.kind == "recalculate"
        assert (note["from"], note["to"]) == (micros(datetime(2026, 3, 9, 18, tzinfo=SHANGHAI)), task.due_at)
        assert opened_text(engine, case, last.open().input["reason"]) == changes.get(noticed.change).reason
    # Goes over to the corrected calendar too, and ends when it did.
    assert engine.tasks(case_id=early)[0].due_at == early_due
    assert len(list(engine.queries.events(done))) == before
    thursday, tuesday = office.clock.now, micros(datetime(2026, 3, 10, 11, 30, 7, tzinfo=SHANGHAI))
    office.clock.now = tuesday
    # Eight hours from half past eight on each working day after the first: two days and half an hour, four days and three hours.
    counted = {done: (thursday, 16 * 3600 + 1800), opened[0]: (tuesday, 35 * 3600 + 7)}
    for case, (until, seconds) in counted.items():
        (clock,) = task_clocks(engine, office.timetable, case, office.clock.now)
        assert sum(part.seconds for part in clock.ledger.segments) == (until - begun) // 10**6
        assert clock.ledger.counted == seconds
        check(engine, case)


def opened_text(engine: Engine, case: UUID, sealed: str) -> Any:
    reference = canonical.from_wire(sealed)
    assert isinstance(reference, canonical.VaultRef)
    with engine.database.reading() as tx:
        query = sa.select(vault_entries).where(
            vault_entries.c.case_id == case, vault_entries.c.entry_id == reference.entry
        )
        row = tx.execute(query).one()
    return engine.vault.open(
        case,
        reference.entry,
        row.party,
        bytes(row.ciphertext),
        commitment=reference.commitment,
        kind=row.kind,
    )
