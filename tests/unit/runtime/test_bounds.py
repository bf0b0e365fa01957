"""What one command may grow a case to."""

from __future__ import annotations

from engine import Settings
from tests.support.bpmn import parallel, start, sub, user
from tests.support.driving import World


def test_instances_of_instances_stop_where_the_steps_of_a_command_end_and_go_on_when_retried() -> None:
    world = World(settings=Settings(step_budget=50))
    case = world.run(
        start("s"),
        sub("a", start("as"), user("u", multi=parallel(times="=20")), "as -> u", multi=parallel(times="=4")),
        "s -> a",
    )
    assert {kind for kind, _ in case.incidents} == {"step-budget"}
    assert len(case.tasks) <= 50
    for _ in range(20):
        for scope in list(case.state.scopes.values()):
            for incident in scope.incidents:
                world.engine.retry(case.id, incident, actor="admin")
    assert case.incidents == []
    assert len(case.tasks) == 80
    world.check()
