"""Names have no order: what a case does is the same whether its variables come from memory or from the database."""

from __future__ import annotations

from typing import Any

from engine import Config, Engine, ManualClock
from tests.support.bpmn import call, diagram, end, file, parallel, process, script, start, user

CONTEXT = diagram(
    start("s"),
    script("made", "={z: 1, a: {y: 2, b: 3}}", "made"),
    user("t"),
    script("shown", "=string(made)", "shown"),
    script("first", "=get entries(made)[1].key", "first"),
    user("u"),
    end("e"),
    "s -> made -> t -> shown -> first -> u -> e",
)
CALLED = file(
    process(
        "p",
        start("s"),
        call("c", "inner", inputs={"kept": "=1"}, multi=parallel("=[1]", "item")),
        user("u"),
        end("e"),
        "s -> c -> u -> e",
    ),
    process("inner", start("is"), user("t"), end("ie"), "is -> t -> ie"),
)


def logged(source: bytes, cache_size: int, given: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    clock = ManualClock(1_700_000_000_000_000)
    config = Config(cache_size=cache_size, random=bytes)
    with Engine.open("sqlite://", clock=clock, config=config) as engine:
        engine.deploy({"p.bpmn": source}, actor="d")
        case = engine.start("p", {"zeta": 1, "alpha": 2}, actor="starter").case_id
        (task,) = engine.tasks(case_id=case)
        engine.complete(case, task.id, given, actor="zhang")
        return [event.open().effects for event in engine.queries.events(case)], engine.variables(case)


def test_a_context_is_walked_in_the_order_of_its_keys_in_memory_and_read_back() -> None:
    cached = logged(CONTEXT, 10, {})
    assert cached == logged(CONTEXT, 0, {})
    assert cached[1]["first"] == "a"


def test_what_a_called_process_hands_back_is_set_in_the_same_order_in_memory_and_read_back() -> None:
    given = {"kept": 5, "zoo": 1, "bee": 2}
    assert logged(CALLED, 10, given) == logged(CALLED, 0, given)
