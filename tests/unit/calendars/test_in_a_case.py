"""Limits in a running case: due dates of tasks, timers that fire on them, and the same again in a replay."""

from __future__ import annotations

from engine import Config, Engine
from engine.calendars import functions, providers
from engine.cases import ManualClock
from engine.history import Replayer
from engine.runtime import Settings
from tests.unit.calendars.samples import moment, shipped_timetable

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="t">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="check_in">
      <bpmn:extensionElements>
        <zeebe:taskSchedule dueDate="=limit(&quot;whistle.daily.check_in&quot;)" />
      </bpmn:extensionElements>
      <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" attachedToRef="check_in">
      <bpmn:outgoing>f3</bpmn:outgoing>
      <bpmn:timerEventDefinition>
        <bpmn:timeDate>=limit("whistle.daily.check_in")</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="done"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
    <bpmn:endEvent id="breached"><bpmn:incoming>f3</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="check_in" />
    <bpmn:sequenceFlow id="f2" sourceRef="check_in" targetRef="done" />
    <bpmn:sequenceFlow id="f3" sourceRef="late" targetRef="breached" />
  </bpmn:process>
</bpmn:definitions>
"""


def test_a_limit_sets_the_due_date_fires_the_timer_and_replays_from_the_log() -> None:
    timetable = shipped_timetable()
    settings = Settings(functions=functions)
    config = Config(settings=settings, providers=providers(lambda: timetable))
    clock = ManualClock(moment("2026-09-30 17:00"))
    with Engine.open("sqlite://", clock=clock, config=config) as engine:
        engine.deploy({"p.bpmn": DIAGRAM.encode()}, actor="designer")
        case = engine.start("p", {}, actor="li")
        due = moment("2026-10-10 18:00")
        (task,) = engine.tasks(case_id=case.case_id)
        assert task.due_at == due
        clock.now = due - 1
        engine.run_due()
        assert len(engine.tasks(case_id=case.case_id)) == 1
        clock.now = due
        engine.run_due()
        assert engine.tasks(case_id=case.case_id) == []
        (first, *_) = engine.queries.events(case.case_id)
        (read,) = first.open().reads
        assert read[:2] == ["limit.due", ["whistle.daily.check_in", moment("2026-09-30 17:00"), 100]]
        assert read[2]["at"] == due
        report = Replayer(engine, settings).replay(case.case_id)
        assert (report.events, report.findings) == (2, [])
