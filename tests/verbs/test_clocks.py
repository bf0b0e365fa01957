"""Clocks of tasks: started by a limit, reminding, breached, paused with the case, extended by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from engine import Config, Engine, ManualClock
from engine.calendars import Kind, Timetable
from engine.calendars.case_clock import case_clock_providers
from engine.errors import Refusal
from engine.history import task_clocks
from tests.support.bpmn import boundary, diagram, end, escalation, event_sub, message, start, user, xor
from tests.support.driving import check, micros
from tests.verbs.acting import prop, props

SHANGHAI = ZoneInfo("Asia/Shanghai")
CONFIG = Path(__file__).parents[2] / "config"
LIMITS = """
[[limit]]
name = "handle.daily"
title = "办理"
title_en = "handling"
starts_at = "opened"
stops_at = "completed"
value = 5
unit = "workDay"
reminders = [50, 80]
source = "default"
effective_from = 2020-01-01
pauses = [{ reason = "appraisal" }]
extension = { approver = "县/指挥平台", longest = "3 workDay", times = 1 }
breach = [{ action = "supervise.remind", to = "unit_head" }]
"""


@dataclass
class Office:
    """An engine with a calendar and a limit."""

    engine: Engine
    clock: ManualClock
    timetables: list[Timetable]

    def run(self, *parts: str, **variables: Any) -> UUID:
        """Deploy a process and start a case."""
        self.engine.deploy({"p.bpmn": diagram(*parts)}, actor="d")
        return self.engine.start("p", variables, actor="li").case_id

    def at(self, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Let it be a moment of 2026 in Shanghai, and do what is due."""
        self.clock.now = micros(datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI))
        self.engine.run_due()

    def due(self, case: UUID) -> str:
        """The due time of the case's one open task, in Shanghai."""
        (item,) = self.engine.tasks(case_id=case, element="work")
        assert item.due_at is not None
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=item.due_at)
        return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")

    def notes(self, case: UUID, kind: str) -> list[int]:
        """The percentages noted."""
        return [
            effect[2]["percent"]
            for event in self.engine.queries.events(case)
            for effect in event.open().effects
            if effect[:2] == ["note", kind]
        ]


@pytest.fixture
def office() -> Iterator[Office]:
    """Monday 2 March 2026, 09:00; cases are held against their logs at the end."""
    calendars = {path.name: path.read_bytes() for path in (CONFIG / "calendars").glob("*.toml")}
    timetables = [Timetable.read(calendars, {"limits.toml": LIMITS.encode()})]
    clock = ManualClock(micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)))
    config = Config(providers=case_clock_providers(lambda: timetables[-1]))
    with Engine.open("sqlite://", clock=clock, config=config) as engine:
        yield Office(engine, clock, timetables)
        for case_id in engine.case_ids():
            check(engine, case_id)


def work(extension: str = prop("limit", "handle.daily")) -> str:
    """A task with a limit."""
    return user("work", extension=extension)


def test_the_limit_gives_the_due_time_and_reminds_on_the_way(office: Office) -> None:
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    assert office.due(case) == "03-09 18:00"
    office.at(3, 5, 16)
    assert office.notes(case, "limit.reminder") == [50]
    office.at(3, 9, 17, 59)
    assert office.notes(case, "limit.reminder") == [50, 80]
    assert office.notes(case, "limit.breached") == []
    office.at(3, 9, 18)
    assert office.notes(case, "limit.breached") == [100]


def test_a_boundary_event_may_catch_the_breach(office: Office) -> None:
    case = office.run(
        start("s"), work(), boundary("late", "work", escalation("limit.breached"), interrupting=False),
        user("supervise"), end("e"), end("e2"), "s -> work -> e; late -> supervise -> e2",
    )  # fmt: skip
    office.at(3, 9, 18)
    assert [item.element for item in office.engine.tasks(case_id=case)] == ["work", "supervise"]


def test_completing_in_time_stops_the_clock(office: Office) -> None:
    case = office.run(start("s"), work(), user("next"), end("e"), "s -> work -> next -> e")
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    assert office.engine.queries.timers(case) == []
    office.at(4, 1, 9)
    assert office.notes(case, "limit.breached") == []


def test_a_suspension_the_rule_allows_moves_the_end(office: Office) -> None:
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    office.at(3, 3, 9)
    office.engine.suspend(case, actor="boss", reason_code="appraisal")
    assert office.engine.queries.timers(case) == []
    office.at(3, 5, 9)
    office.engine.resume(case, actor="boss")
    assert office.due(case) == "03-11 18:00"
    office.at(3, 11, 18)
    assert office.notes(case, "limit.breached") == [100]


def test_another_suspension_does_not(office: Office) -> None:
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    office.engine.suspend(case, actor="boss", reason_code="holiday_party")
    office.at(3, 5, 9)
    office.engine.resume(case, actor="boss")
    assert office.due(case) == "03-09 18:00"


def test_an_extension_follows_the_rule(office: Office) -> None:
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    (item,) = office.engine.tasks(case_id=case)
    with pytest.raises(Refusal, match="至多延期"):
        office.engine.extend(case, item.id, more="4 workDay", approved_by="boss", actor="li")
    office.engine.extend(case, item.id, more="2 workDay", approved_by="boss", actor="li")
    assert office.due(case) == "03-11 18:00"
    with pytest.raises(Refusal, match="至多延期"):
        office.engine.extend(case, item.id, more="1 workDay", approved_by="boss", actor="li")


def test_who_approves_an_extension_has_the_role_the_rule_names() -> None:
    calendars = {path.name: path.read_bytes() for path in (CONFIG / "calendars").glob("*.toml")}
    timetable = Timetable.read(calendars, {"limits.toml": LIMITS.encode()})
    providers = {
        **case_clock_providers(lambda: timetable),
        "directory.candidates": lambda key: {"groups": [f"unit:{key[1]}/command"], "gap": None},
        "directory.groups": lambda key: {"groups": ["unit:G1/command"] if key[0] == "luo" else []},
    }
    clock = ManualClock(micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)))
    with Engine.open("sqlite://", clock=clock, config=Config(providers=providers)) as engine:
        office = Office(engine, clock, [timetable])
        case = office.run(start("s"), work(), end("e"), "s -> work -> e", grid="G1")
        (item,) = engine.tasks(case_id=case)
        with pytest.raises(Refusal) as refusal:
            engine.extend(case, item.id, more="2 workDay", approved_by="boss", actor="li")
        assert refusal.value.rule == "extend.approver"
        engine.extend(case, item.id, more="2 workDay", approved_by="luo", actor="li")
        assert office.due(case) == "03-11 18:00"
        check(engine, case)


def test_the_limit_may_be_an_expression(office: Office) -> None:
    case = office.run(
        start("s"), work(prop("limit", "=&quot;handle.&quot; + kind")), end("e"), "s -> work -> e",
        kind="daily",
    )  # fmt: skip
    assert office.due(case) == "03-09 18:00"


def test_a_limit_may_count_from_before_the_task_opened(office: Office) -> None:
    case = office.run(
        start("s"), user("sign"), work(props(limit="handle.daily", limit_start="=called_at")),
        end("e"), "s -> sign -> work -> e", called_at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    office.at(3, 6, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    assert office.due(case) == "03-09 18:00"
    office.at(3, 9, 18)
    assert office.notes(case, "limit.reminder") == [80]
    assert office.notes(case, "limit.breached") == [100]


def test_a_limit_that_ran_out_before_the_task_opened_is_breached_at_once(office: Office) -> None:
    case = office.run(
        start("s"), user("sign"), work(props(limit="handle.daily", limit_start="=called_at")),
        end("e"), "s -> sign -> work -> e", called_at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    office.at(3, 10, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    office.engine.run_due()
    assert office.notes(case, "limit.breached") == [100]


def test_a_limit_cannot_count_from_a_moment_ahead(office: Office) -> None:
    case = office.run(
        start("s"), work(props(limit="handle.daily", limit_start="=called_at")), end("e"),
        "s -> work -> e", called_at=datetime(2026, 3, 3, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    assert [incident["kind"] for incident in office.engine.queries.incidents(case)] == ["limit.start"]


def test_a_due_date_that_is_null_leaves_the_limit_in_force(office: Office) -> None:
    own = prop("limit", "handle.daily") + '<zeebe:taskSchedule dueDate="=agreed" />'
    parts = (start("s"), work(own), end("e"), "s -> work -> e")
    assert office.due(office.run(*parts)) == "03-09 18:00"
    agreed = datetime(2026, 3, 4, 12, tzinfo=SHANGHAI)
    assert office.due(office.run(*parts, agreed=agreed)) == "03-04 12:00"


def test_what_catches_a_breach_is_told_which_limit_of_which_task(office: Office) -> None:
    case = office.run(
        start("s"), work(), boundary("late", "work", escalation("limit.breached"), interrupting=False),
        user("supervise"), end("e"), end("e2"), "s -> work -> e; late -> supervise -> e2",
    )  # fmt: skip
    office.at(3, 9, 18)
    told = office.engine.variables(case)["limit_event"]
    assert (told["limit"], told["element"], told["percent"]) == ("handle.daily", "work", 100)


def test_a_corrected_calendar_moves_open_clocks_with_the_reason_in_each_log(office: Office) -> None:
    office.engine.deploy({"p.bpmn": diagram(start("s"), work(), end("e"), "s -> work -> e")}, actor="d")
    first, second = (office.engine.start("p", {}, actor="li").case_id for _ in range(2))
    (item,) = office.engine.tasks(case_id=second)
    office.engine.complete(second, item.id, {}, actor="li")
    calendars = {
        path.name: path.read_text(encoding="utf-8") for path in (CONFIG / "calendars").glob("*.toml")
    }
    calendars["cn.toml"] += (
        '[[days]]\ndate = 2026-03-05\nkind = "holiday"\nname = "地方放假"\nsource = "通知"\n'
    )
    files = {name: text.encode() for name, text in calendars.items()}
    office.timetables.append(Timetable.read(files, {"limits.toml": LIMITS.encode()}))
    (moved,) = office.engine.recalculate(actor="admin", reason="3月5日地方放假")
    assert moved.case_id == first
    assert office.due(first) == "03-10 18:00"
    last = list(office.engine.queries.events(first))[-1]
    assert last.head.kind == "recalculate"
    assert last.open().input["reason"].startswith("@vault:")
    assert office.engine.recalculate(actor="admin", reason="again") == []


def test_the_ledger_adds_up_to_the_second(office: Office) -> None:
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    office.at(3, 3, 9)
    office.engine.suspend(case, actor="boss", reason_code="appraisal")
    office.at(3, 5, 9)
    office.engine.resume(case, actor="boss")
    office.at(3, 6, 11)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    (clock,) = task_clocks(office.engine, office.timetables[-1], case, office.clock.now + 10**9)
    assert (clock.element, clock.limit) == ("work", "handle.daily")
    account = clock.ledger
    span = (
        micros(datetime(2026, 3, 6, 11, tzinfo=SHANGHAI)) - micros(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI))
    ) // 10**6
    assert sum(segment.seconds for segment in account.segments) == span
    assert account.seconds(Kind.PAUSED) == 2 * 86_400
    assert account.counted == account.seconds(Kind.COUNTING) == int((0.5 + 7.5 + 2.5) * 3600)


def put_back(office: Office, restarts: bool = False, extension: str = "") -> UUID:
    """A task done on Wednesday 4 March at 09:00 and returned on Friday 6 March at 09:00."""
    if restarts:
        office.timetables.append(
            Timetable.read(_calendars(), {"limits.toml": (LIMITS + "restarts = true\n").encode()})
        )
    case = office.run(
        start("s"), work(extension or prop("limit", "handle.daily")), user("review"), end("e"),
        "s -> work -> review -> e", called_at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI),
    )  # fmt: skip
    office.at(3, 4, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    office.at(3, 6, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.claim(case, item.id, actor="wang")
    office.engine.return_task(case, item.id, actor="wang")
    return case


def _calendars() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (CONFIG / "calendars").glob("*.toml")}


def test_after_a_return_the_clock_goes_on_with_what_was_counted(office: Office) -> None:
    assert office.due(put_back(office)) == "03-11 18:00"


def test_where_the_rule_says_so_a_return_restarts_it(office: Office) -> None:
    assert office.due(put_back(office, restarts=True)) == "03-13 18:00"


def test_one_that_counts_from_a_given_moment_does_not_stand_while_the_task_is_done(office: Office) -> None:
    own = props(limit="handle.daily", limit_start="=called_at")
    assert office.due(put_back(office, extension=own)) == "03-09 18:00"


def test_its_ledger_tells_the_time_the_task_was_done_and_adds_up(office: Office) -> None:
    case = put_back(office)
    office.at(3, 9, 12)
    first, second = task_clocks(office.engine, office.timetables[-1], case, office.clock.now)
    assert first.stopped is not None
    begun = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    for clock, until in ((first, (3, 4, 9)), (second, (3, 9, 12))):
        until_moment = datetime(2026, until[0], until[1], until[2], tzinfo=SHANGHAI)
        assert sum(part.seconds for part in clock.ledger.segments) == (until_moment - begun).total_seconds()
    (stood,) = [part for part in second.ledger.segments if part.kind is Kind.PAUSED]
    assert (stood.reason, stood.actor, stood.seconds) == ("stopped", "wang", 2 * 86_400)


def test_a_reminder_given_before_the_return_is_not_given_again(office: Office) -> None:
    case = put_back(office)
    office.at(3, 11, 18)
    assert office.notes(case, "limit.reminder") == [50, 80]
    assert office.notes(case, "limit.breached") == [100]


def test_a_recall_lets_it_go_on_too(office: Office) -> None:
    case = office.run(start("s"), work(), user("next"), end("e"), "s -> work -> next -> e")
    (item,) = office.engine.tasks(case_id=case)
    office.engine.claim(case, item.id, actor="li")
    office.at(3, 4, 9)
    office.engine.complete(case, item.id, {}, actor="li")
    office.at(3, 5, 9)
    office.engine.recall(case, item.id, actor="li")
    assert office.due(case) == "03-10 18:00"


def test_in_a_loop_the_next_round_has_a_clock_of_its_own(office: Office) -> None:
    case = office.run(
        start("s"), work(), user("review"), xor("x"), end("e"),
        "s -> work -> review -> x; x -> work if again = true; x -> e else", again=True,
    )  # fmt: skip
    for element in ("work", "review"):
        office.at(3, 4, 9)
        (item,) = office.engine.tasks(case_id=case)
        assert item.element == element
        office.engine.complete(case, item.id, {}, actor="li")
    assert office.due(case) == "03-11 18:00"


def test_a_step_between_goes_on_as_well(office: Office) -> None:
    case = office.run(
        start("s"), user("first"), work(), user("review"), end("e"), "s -> first -> work -> review -> e"
    )
    for element in ("first", "work"):
        (item,) = office.engine.tasks(case_id=case, element=element)
        office.engine.complete(case, item.id, {}, actor="li")
        office.at(3, 4, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.claim(case, item.id, actor="wang")
    office.engine.return_task(case, item.id, actor="wang", to="first")
    office.at(3, 6, 9)
    (item,) = office.engine.tasks(case_id=case)
    office.engine.complete(case, item.id, {}, actor="li")
    assert office.due(case) == "03-11 18:00"


def test_two_event_sub_processes_at_once_keep_their_own_clocks(office: Office) -> None:
    engine = office.engine
    case = office.run(
        start("s"), user("main"), end("e"), "s -> main -> e",
        event_sub(
            "told", start("heard", message("m", "=code"), interrupting=False), user("first"), work(),
            user("review"), end("done"), "heard -> first -> work -> review -> done",
        ), code="k",
    )  # fmt: skip

    def complete(element: str) -> None:
        item = max(engine.tasks(case_id=case, element=element), key=lambda item: item.id)
        engine.complete(case, item.id, {}, actor="li")

    for day in (2, 3):
        office.at(3, day, 9)
        engine.send_message("m", "k", {})
        complete("first")
    office.at(3, 4, 9)
    for item in engine.tasks(case_id=case, element="work"):
        engine.complete(case, item.id, {}, actor="li")
    for item in engine.tasks(case_id=case, element="review"):
        engine.claim(case, item.id, actor="wang")
        engine.return_task(case, item.id, actor="wang", to="first")
    complete("first")
    complete("first")
    due = [item.due_at for item in engine.tasks(case_id=case, element="work")]
    assert due == [micros(datetime(2026, 3, day, 18, tzinfo=SHANGHAI)) for day in (9, 10)]
    assert engine.queries.state(case).clocks == {}


def test_a_reason_used_up_no_longer_stops_it(office: Office) -> None:
    limits = LIMITS.replace('{ reason = "appraisal" }', '{ reason = "appraisal", times = 1 }')
    office.timetables.append(Timetable.read(_calendars(), {"limits.toml": limits.encode()}))
    case = office.run(start("s"), work(), end("e"), "s -> work -> e")
    for day in (3, 4):
        office.at(3, day, 9)
        office.engine.suspend(case, actor="boss", reason_code="appraisal")
        office.at(3, day + 1, 9)
        office.engine.resume(case, actor="boss")
    assert office.due(case) == "03-10 18:00"
