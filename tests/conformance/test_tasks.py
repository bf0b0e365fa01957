"""Tasks: what each kind does, and the life of a job (BPMN 2.0 §10.3.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import Conflict, NotFound
from tests.support.bpmn import end, manual, rule, script, service, start, task, user
from tests.support.driving import ACTOR, BEGIN, World, micros
from tests.support.proof import proves

DECISION = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="grade" name="grade"><variable name="grade"/>
<decisionTable id="t" hitPolicy="FIRST">
<input id="i"><inputExpression id="ie"><text>score</text></inputExpression></input>
<output id="o" name="grade"/>
<rule id="r1"><inputEntry id="i1"><text>&gt;= 80</text></inputEntry><outputEntry id="o1"><text>"red"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="i2"><text>-</text></inputEntry><outputEntry id="o2"><text>"yellow"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@proves("task/plain", "manualTask/plain")
def test_abstract_and_manual_tasks_pass_at_once(world: World) -> None:
    case = world.run(start("s"), task("a"), manual("b"), end("e"), "s -> a -> b -> e")
    assert case.is_done


@proves("userTask/plain")
def test_a_user_task_waits_for_a_person_and_keeps_what_was_entered(world: World) -> None:
    case = world.run(start("s"), user("a"), end("e"), "s -> a -> e", n=1)
    case.complete("a", n=2, note="x")
    assert case.is_done
    assert case.variables == {"n": 2, "note": "x"}


@proves("userTask/assignment")
def test_candidates_assignee_due_date_and_priority_are_evaluated(world: World) -> None:
    extension = '<zeebe:priorityDefinition priority="=n + 1"/>'
    world.deploy(
        start("s"),
        user("a", groups='=["east", "west"]', due="=due", extension=extension),
        user("b", assignee="=who"),
        "s -> a; s -> b",
    )
    case = world.start(due=BEGIN + timedelta(days=1), who="li", n=70)
    (found,) = world.engine.tasks(group="west")
    assert (found.case_id, found.element, found.priority) == (case.id, "a", 71)
    assert found.due_at == micros(BEGIN + timedelta(days=1))
    assert [mine.element for mine in world.engine.tasks(assignee="li")] == ["b"]


@proves("userTask/assignment")
@pytest.mark.parametrize("priority", [101, -1, "high", None])
def test_what_cannot_be_assigned_is_an_incident_and_can_be_corrected(world: World, priority: object) -> None:
    extension = '<zeebe:priorityDefinition priority="=n"/>'
    case = world.run(start("s"), user("a", extension=extension), "s -> a", n=priority)
    if priority is not None:
        assert case.incidents == [("priority", "a")]
        case.retry(n=10)
    assert case.tasks == ["a"]


@proves("userTask/claim")
def test_a_claimed_task_is_completed_by_whoever_claimed_it(world: World) -> None:
    case = world.run(start("s"), user("a"), "s -> a")
    (found,) = world.engine.tasks(case_id=case.id)
    world.engine.claim(case.id, found.id, actor="li")
    with pytest.raises(Conflict):
        world.engine.claim(case.id, found.id, actor="wang")
    with pytest.raises(Conflict):
        world.engine.complete(case.id, found.id, actor="wang")
    world.engine.unclaim(case.id, found.id, actor="li")
    world.engine.complete(case.id, found.id, actor="wang")
    assert case.is_done


@proves("userTask/plain")
def test_a_task_is_completed_once(world: World) -> None:
    case = world.run(start("s"), user("a"), user("b"), "s -> a -> b")
    (found,) = world.engine.tasks(case_id=case.id)
    world.engine.complete(case.id, found.id, actor=ACTOR)
    with pytest.raises(NotFound):
        world.engine.complete(case.id, found.id, actor=ACTOR)


@proves("scriptTask/plain")
def test_a_script_task_puts_the_value_of_its_expression_into_its_variable(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=sum(for i in items return i * 2)", "total"), "s -> x", items=[1, 2]
    )
    assert case.variables["total"] == 6


@proves("scriptTask/plain")
def test_a_script_that_gives_no_storable_value_is_an_incident(world: World) -> None:
    case = world.run(
        start("s"), script("x", "=if ok then 1 else function(y) y", "n"), end("e"), "s -> x -> e", ok=False
    )
    assert case.incidents == [("expression.type", "x")]
    assert case.retry(ok=True).is_done


@proves("businessRuleTask/decision")
def test_a_business_rule_task_asks_its_decision(world: World) -> None:
    from tests.support.bpmn import diagram

    data = diagram(start("s"), rule("r", "grade", "colour"), user("a"), "s -> r -> a")
    world.deploy(p_bpmn=data, d_dmn=DECISION)
    red, yellow = world.start(score=90), world.start(score=10)
    assert (red.variables["colour"], yellow.variables["colour"]) == ("red", "yellow")
    assert any(effect[:2] == ["note", "decision"] for effect in red.effects()), "its trace is in the log"


@proves("serviceTask/plain")
def test_a_service_task_is_a_job_until_a_worker_reports(world: World) -> None:
    case = world.run(
        start("s"),
        service("j", '="mail-" + kind', headers={"to": "office"}),
        user("a"),
        "s -> j -> a",
        kind="x",
    )
    (found,) = world.engine.queries.jobs(case.id)
    assert (found["type"], found["retries"], found["status"]) == ("mail-x", 3, "ready")
    assert case.finish_job("j", sent=True).tasks == ["a"]
    assert case.variables["sent"] is True


@proves("serviceTask/retries")
def test_a_failed_job_is_tried_again_until_no_retries_are_left(world: World) -> None:
    case = world.run(start("s"), service("j", retries="2"), user("a"), "s -> j -> a")
    case.fail_job("j")
    assert case.incidents == []
    assert world.engine.queries.jobs(case.id)[0]["retries"] == 1
    case.fail_job("j")
    assert case.incidents == [("job.failed", "j")]
    assert world.engine.queries.jobs(case.id)[0]["status"] == "failed"
    case.retry()
    assert case.incidents == []
    assert world.engine.queries.jobs(case.id)[0]["status"] == "ready"
    assert case.finish_job("j").tasks == ["a"]


@proves("serviceTask/retries")
def test_a_worker_may_say_how_many_retries_are_left(world: World) -> None:
    case = world.run(start("s"), service("j"), "s -> j")
    case.fail_job("j", retries=0)
    assert case.incidents == [("job.failed", "j")]


@proves("serviceTask/plain")
def test_an_empty_job_type_is_an_incident(world: World) -> None:
    case = world.run(start("s"), service("j", "=kind"), "s -> j")
    assert case.incidents == [("job.type", "j")]
    assert case.retry(kind="mail").jobs == ["j"]


@proves("scriptTask/job", "businessRuleTask/job")
def test_script_and_rule_tasks_can_be_worked_as_jobs(world: World) -> None:
    from tests.support.bpmn import job

    case = world.run(
        start("s"),
        f'<scriptTask id="x"><extensionElements>{job("py")}</extensionElements></scriptTask>',
        f'<businessRuleTask id="r"><extensionElements>{job("rules")}</extensionElements></businessRuleTask>',
        "s -> x -> r",
    )
    assert case.finish_job("x").jobs == ["r"]
    assert case.finish_job("r").is_done


@proves("serviceTask/retries")
def test_a_job_whose_incident_is_open_takes_no_reports_until_it_is_retried(world: World) -> None:
    case = world.run(start("s"), service("j"), user("a"), "s -> j -> a")
    case.fail_job("j", retries=0)
    with pytest.raises(Conflict):
        case.fail_job("j")
    with pytest.raises(Conflict):
        case.finish_job("j")
    with pytest.raises(Conflict):
        case.throw_error("j", "E1")
    assert case.incidents == [("job.failed", "j")]
    assert case.retry().finish_job("j").tasks == ["a"]
    assert case.incidents == []


@proves("serviceTask/retries")
def test_a_worker_cannot_report_what_was_reported(world: World) -> None:
    case = world.run(start("s"), service("j"), user("a"), "s -> j -> a")
    (found,) = world.engine.queries.jobs(case.id)
    case.finish_job("j")
    with pytest.raises(NotFound):
        world.engine.complete_job(case.id, found["job_id"], actor="worker")
    with pytest.raises(NotFound):
        world.engine.fail_job(case.id, found["job_id"], "late", actor="worker")
